package view

import (
	"encoding/csv"
	"encoding/json"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Style is how a table for people is drawn.
type Style struct {
	Wide  bool // show the wide columns too
	Color bool // color the cells by level; the header and totals are bold or dim
	Width int  // columns of the terminal that the table must fit; 0: no limit
}

// The colors of the levels, from the terminal's own palette.
const (
	sgrReset = "\x1b[0m"
	sgrBold  = "\x1b[1m"
	sgrDim   = "\x1b[2m"
)

var sgrLevel = map[Level]string{fleet.Warn: "\x1b[33m", fleet.Crit: "\x1b[31m", fleet.Unknown: "\x1b[2m"}

// Table writes the grid for people: aligned columns, a header, and a totals row
// where there is one. Two spaces separate the columns.
func (s Style) Table(w io.Writer, g Grid, totals []Cell) error {
	f := s.frame(g, totals)
	var b strings.Builder
	s.line(&b, f, g.Heads, func(i int) (string, string) { return g.Heads[i].heading(f.short), sgrBold })
	for _, row := range g.Rows {
		s.line(&b, f, g.Heads, func(i int) (string, string) { return row[i].Text(), sgrLevel[row[i].Level] })
	}
	if totals != nil {
		s.line(&b, f, g.Heads, func(i int) (string, string) { return totals[i].Text(), sgrDim })
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// Paint colors a text, which must be safe already, by its level.
func (s Style) Paint(text string, l Level) string {
	if sgr := sgrLevel[l]; s.Color && sgr != "" {
		return sgr + text + sgrReset
	}
	return text
}

// heading is the title as a table shows it, in capitals.
func (h Head) heading(short bool) string {
	if short && h.Short != "" {
		return strings.ToUpper(h.Short)
	}
	return strings.ToUpper(h.Title)
}

// columns lists the indexes of the columns to draw.
func (s Style) columns(g Grid) []int {
	var cols []int
	for i, h := range g.Heads {
		if s.Wide || !h.Wide {
			cols = append(cols, i)
		}
	}
	return cols
}

// columnGap separates the columns.
const columnGap = "  "

// line draws one row, on several lines if a text wraps; cell returns a column's
// text and its escape sequence.
func (s Style) line(out *strings.Builder, f frame, heads []Head, cell func(int) (text, sgr string)) {
	parts, codes, height := make([][]string, len(f.cols)), make([]string, len(f.cols)), 1
	for n, i := range f.cols {
		var text string
		text, codes[n] = cell(i)
		parts[n] = wrapped(text, f.widths[i])
		height = max(height, len(parts[n]))
	}
	for k := range height {
		var b strings.Builder
		for n, i := range f.cols {
			if n > 0 {
				b.WriteString(columnGap)
			}
			text := ""
			if k < len(parts[n]) {
				text = parts[n][k]
			}
			s.cell(&b, text, codes[n], f.widths[i], heads[i].Unit.Right())
		}
		out.WriteString(strings.TrimRight(b.String(), " "))
		out.WriteByte('\n')
	}
}

// cell writes a text in its column.
func (s Style) cell(b *strings.Builder, text, sgr string, width int, right bool) {
	pad := strings.Repeat(" ", max(width-ansi.StringWidth(text), 0))
	if right {
		b.WriteString(pad)
	}
	if s.Color && sgr != "" && text != "" {
		text = sgr + text + sgrReset
	}
	b.WriteString(text)
	if !right {
		b.WriteString(pad)
	}
}

// TSV writes the rows for a pipe: raw values separated by tabs, no header, and
// a dash for an empty value at the beginning of a row. Control characters in
// values are escaped, so a row is always one line.
func TSV(w io.Writer, g Grid, wide bool) error {
	var b strings.Builder
	cols := Style{Wide: wide}.columns(g)
	for _, row := range g.Rows {
		for n, i := range cols {
			if n > 0 {
				b.WriteByte('\t')
			}
			text := Text(Raw(row[i].Raw))
			if n == 0 && text == "" {
				text = "-" // tools that split at blanks misread a leading tab
			}
			b.WriteString(text)
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// CSV writes a header of column names and the rows with raw values, wide
// columns included; control characters in values are escaped. Text that a
// spreadsheet would evaluate as a formula gets a leading apostrophe, unless
// raw.
func CSV(w io.Writer, g Grid, raw bool) error {
	out := csv.NewWriter(w)
	if err := out.Write(g.Names()); err != nil {
		return err
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return err
	}
	return CSVRows(w, g, raw)
}

// CSVRows writes the rows as [CSV] does, without the header, for streams.
func CSVRows(w io.Writer, g Grid, raw bool) error {
	out := csv.NewWriter(w)
	record := make([]string, len(g.Heads))
	for _, row := range g.Rows {
		for i, cell := range row {
			record[i] = Text(Raw(cell.Raw))
			if !raw && isFormula(cell.Raw, record[i]) {
				record[i] = "'" + record[i]
			}
		}
		if err := out.Write(record); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// isFormula reports whether a spreadsheet would evaluate a cell as a formula: text
// that begins with one of these, even after spaces. Numbers are not escaped.
func isFormula(raw any, text string) bool {
	switch raw.(type) {
	case string, []string:
		text = strings.TrimLeft(text, " ")
		return text != "" && strings.ContainsRune("=+-@|%", rune(text[0]))
	}
	return false
}

// Records returns the rows as JSON objects with the columns in their order.
func (g Grid) Records() []Record {
	records := make([]Record, len(g.Rows))
	for i, row := range g.Rows {
		records[i] = Record{heads: g.Heads, cells: row}
	}
	return records
}

// Record is one row as a JSON object: column names to raw values, in column
// order, null where not reported.
type Record struct {
	heads []Head
	cells []Cell
}

// MarshalJSON implements [json.Marshaler].
func (r Record) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, h := range r.heads {
		if i > 0 {
			out = append(out, ',')
		}
		name, err := json.Marshal(h.Name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(r.cells[i].Raw)
		if err != nil {
			return nil, err
		}
		out = append(append(append(out, name...), ':'), value...)
	}
	return append(out, '}'), nil
}
