package view

import (
	"cmp"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/fleet"
)

// spare are the columns that a table omits if there is no room, in this order.
// A name means the same in every table. Columns with marks come early, because
// a mark keeps a column.
var spare = []string{
	"host", "jetstream", "dedicated", "pool", "gomaxprocs", "cores", "inserts", "removes", "cache", "started",
	"ip", "pid", "since", "protected", "color", "domain", "last_seen_seconds", "online", "waiting",
	"api_requests", "api_requests_per_second", "slow_consumers", "uptime_seconds", "type", "code", "idle_seconds",
	"subs", "subscriptions", "leafs", "peers", "redelivered", "pending_bytes", "gateways", "routes", "streams_leader",
	"ha_assets", "memory_bytes", "servers", "in_msgs", "in_msgs_per_second", "in_bytes", "in_bytes_per_second",
	"cpu_percent", "rtt_seconds", "clients", "consumers", "growth_bytes_per_second", "acked_per_second",
	"delivered_per_second", "out_msgs", "out_msgs_per_second", "stopped", "cluster",
}

// sentences are the columns of words or lists, which wrap before a column is
// omitted; names wrap after that.
var sentences = map[string]bool{
	"why": true, "what": true, "next": true, "description": true, "url": true, "problem": true,
	"error": true, "health": true, "reason": true, "value": true, "subscriptions": true, "about": true,
}

// The minimum widths of wrapped columns.
const (
	leastSentence = 24
	leastText     = 12
)

// frame is the layout of a table: the columns to draw, and their widths.
type frame struct {
	cols   []int
	widths []int // by index of the column
	short  bool  // short headings
	left   []int // omitted columns
}

// frame lays the table out. Where the terminal is narrower than the table, it
// uses the short headings, then omits empty columns, then spare ones, and
// finally wraps text. A column that the rows are sorted by, or that contains a
// mark, stays.
func (s Style) frame(g Grid, totals []Cell) frame {
	f := frame{cols: s.columns(g), widths: make([]int, len(g.Heads))}
	f.measure(g, totals)
	if s.Width <= 0 || f.total() <= s.Width {
		return f
	}
	f.short = true
	f.measure(g, totals)
	for _, i := range slices.Clone(f.cols) {
		if f.total() > s.Width && len(g.Rows) > 0 && g.says(i) == saysNothing {
			f.cols = slices.DeleteFunc(f.cols, func(c int) bool { return c == i })
		}
	}
	f.leaveOut(g, s.Width)
	f.wrap(g, s.Width, func(h Head) bool { return sentences[h.Name] }, leastSentence)
	f.wrap(g, s.Width, func(h Head) bool { return h.Unit == Plain }, leastText)
	return f
}

// measure computes the width of each column.
func (f *frame) measure(g Grid, totals []Cell) {
	for _, i := range f.cols {
		f.widths[i] = ansi.StringWidth(g.Heads[i].heading(f.short))
		for _, row := range g.Rows {
			f.widths[i] = max(f.widths[i], ansi.StringWidth(row[i].Text()))
		}
		if totals != nil {
			f.widths[i] = max(f.widths[i], ansi.StringWidth(totals[i].Text()))
		}
	}
}

// total returns the width of the whole table.
func (f *frame) total() int {
	w := -len(columnGap)
	for _, i := range f.cols {
		w += f.widths[i] + len(columnGap)
	}
	return w
}

// least returns the width of the table with wrapped sentences.
func (f *frame) least(g Grid) int {
	w := f.total()
	for _, i := range f.cols {
		if sentences[g.Heads[i].Name] {
			w -= max(f.widths[i]-leastSentence, 0)
		}
	}
	return w
}

// leaveOut drops spare columns, and restores those that fit after all.
func (f *frame) leaveOut(g Grid, width int) {
	for _, name := range spare {
		for n, i := range f.cols {
			if f.least(g) > width && g.Heads[i].Name == name && g.says(i) != saysMuch {
				f.cols, f.left = slices.Delete(f.cols, n, n+1), append(f.left, i)
				break
			}
		}
	}
	for _, i := range slices.Backward(slices.Clone(f.left)) {
		if f.least(g)+len(columnGap)+f.widths[i] <= width {
			f.cols = append(f.cols, i)
			f.left = slices.DeleteFunc(f.left, func(c int) bool { return c == i })
		}
	}
	slices.Sort(f.cols)
	slices.Sort(f.left)
}

// wrap narrows the widest columns of one kind until the table fits or they are
// at their minimum.
func (f *frame) wrap(g Grid, width int, sort func(Head) bool, least int) {
	room := func(i int) int {
		if !sort(g.Heads[i]) {
			return 0
		}
		return f.widths[i] - max(least, ansi.StringWidth(g.Heads[i].heading(f.short)))
	}
	for over := f.total() - width; over > 0; over-- {
		widest := slices.MaxFunc(f.cols, func(a, b int) int { return cmp.Compare(room(a), room(b)) })
		if room(widest) <= 0 {
			return
		}
		f.widths[widest]--
	}
}

// The importance of a column's content.
const (
	saysNothing = iota
	saysSome
	saysMuch
)

// says reports whether a column holds nothing in any row, or what the reader
// must not miss: what the rows are sorted by, or a mark.
func (g Grid) says(i int) int {
	if g.Heads[i].Name == g.SortedBy {
		return saysMuch
	}
	says := saysNothing
	for _, row := range g.Rows {
		if row[i].Level >= fleet.Warn {
			return saysMuch
		}
		if row[i].Text() != "" && row[i].Raw != nil {
			says = saysSome
		}
	}
	return says
}

// LeftOut returns the columns that were omitted for lack of room.
func (s Style) LeftOut(g Grid, totals []Cell) []string {
	f := s.frame(g, totals)
	names := make([]string, len(f.left))
	for n, i := range f.left {
		names[n] = g.Heads[i].Name
	}
	return names
}

// wrapped cuts a text into lines that fit into a column: between words, after
// commas, or if necessary anywhere.
func wrapped(text string, width int) []string {
	if ansi.StringWidth(text) <= width {
		return []string{text}
	}
	var lines []string
	line := ""
	end := func() {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
		line = ""
	}
	for word := range strings.SplitAfterSeq(text, " ") {
		for piece := range strings.SplitAfterSeq(word, ",") {
			if ansi.StringWidth(line)+ansi.StringWidth(strings.TrimSuffix(piece, " ")) > width {
				end()
			}
			for w := ansi.StringWidth(piece); w > width && strings.TrimSpace(piece) != ""; w = ansi.StringWidth(piece) {
				line = ansi.Cut(piece, 0, width)
				piece = ansi.Cut(piece, ansi.StringWidth(line), w)
				end()
			}
			line += piece
		}
	}
	end()
	return lines
}
