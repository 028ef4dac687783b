package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// extraFormats are formats that only some commands support, in addition to
// [Formats]; those commands check the format themselves with [Env.Format].
var extraFormats = []string{"nagios", "junit", "prometheus", "tree", "dot", "mermaid", "svg", "text", "html", "hgrm", "txt", "ansi", "conf"}

// Format returns the output format, after checking that it is allowed. If no
// formats are given, the common ones are allowed.
func (e *Env) Format(allowed ...string) (string, error) {
	if len(allowed) == 0 {
		allowed = Formats
	}
	for _, f := range allowed {
		if f == e.Flags.Output {
			return f, nil
		}
	}
	return "", Usagef("this command has no output format %q; it has %s", e.Flags.Output, strings.Join(allowed, ", "))
}

// Table is a result with rows. Every format is made from the same grid.
type Table struct {
	Schema string          // names the JSON document: natsctl.server.ls/v1
	Snap   *fleet.Snapshot // the source of the rows; nil when not from the fleet
	Grid   view.Grid       // filtered and sorted
	Totals []view.Cell     // the row of sums, for people
	about  string          // a heading for people, when one screen shows several tables
}

// document is the JSON form of a table.
type document struct {
	Schema      string          `json:"schema"`
	Time        any             `json:"time,omitempty"`
	TookSeconds float64         `json:"took_seconds,omitempty"`
	Expected    *int            `json:"expected,omitempty"`
	Answered    *int            `json:"answered,omitempty"`
	Complete    *bool           `json:"complete,omitempty"`
	Missing     []fleet.Missing `json:"missing,omitempty"`
	Problems    []fleet.Problem `json:"problems,omitempty"`
	Rows        []view.Record   `json:"rows"`
}

func (t Table) document() document {
	doc := document{Schema: t.Schema, Rows: t.Grid.Records()}
	if s := t.Snap; s != nil {
		answered, complete := len(s.Servers), s.Complete()
		doc.Time, doc.TookSeconds = s.Time, s.TookSeconds
		doc.Expected, doc.Answered, doc.Complete = &s.Expected, &answered, &complete
		doc.Missing, doc.Problems = s.Missing, s.Problems
	}
	return doc
}

// Print writes a table in the requested format. If servers or answers are
// missing, it says so after the rows, and the error that it returns has exit
// code 3.
func (e *Env) Print(t Table) error {
	format, err := e.Format()
	if err != nil {
		return err
	}
	if err := e.PrintTable(format, t); err != nil {
		return err
	}
	e.roster.noteAccounts(e.Now(), t.Snap)
	return e.Completeness(t.Snap)
}

// PrintTable writes a table in a format and saves the account names in it. The
// error is a write error, or names the servers missing from the snapshot.
func (e *Env) PrintTable(format string, t Table) error {
	switch format {
	case "json":
		return e.PrintJSON(t.document(), false)
	case "ndjson":
		for _, r := range t.Grid.Records() {
			if err := e.PrintJSON(r, true); err != nil {
				return err
			}
		}
		return nil
	case "yaml":
		return view.YAML(e.Out, t.document())
	case "csv":
		return view.CSV(e.Out, t.Grid, e.Flags.CSVRaw)
	}
	if format != "wide" {
		t.Grid = t.Grid.Labeled()
	}
	if e.Flags.Pipe {
		return view.TSV(e.Out, t.Grid, false)
	}
	if t.about != "" {
		if _, err := fmt.Fprintln(e.Out, view.Text(t.about)); err != nil {
			return err
		}
	}
	style := view.Style{Wide: format == "wide", Color: e.OutColor}
	if format == "table" {
		style.Width = e.Width()
	}
	if err := style.Table(e.Out, t.Grid, t.Totals); err != nil {
		return err
	}
	if names := style.LeftOut(t.Grid, t.Totals); len(names) > 0 {
		e.Note("", "left out: "+strings.Join(names, ", ")+" (-o wide shows all)")
	}
	return nil
}

// PrintValue writes one object: as JSON or YAML, or by text for people.
func (e *Env) PrintValue(v any, text func(w io.Writer) error) error {
	format, err := e.Format("table", "wide", "json", "ndjson", "yaml")
	if err != nil {
		return err
	}
	switch format {
	case "json", "ndjson":
		return e.PrintJSON(v, format == "ndjson")
	case "yaml":
		return view.YAML(e.Out, v)
	}
	return text(e.Out)
}

// PrintJSON writes v, filtered by --jq when given. The results of the filter
// are written one per line, strings without quotes as jq -r does, but safe on a
// terminal.
func (e *Env) PrintJSON(v any, compact bool) error {
	if e.Flags.JQ == "" {
		return view.JSON(e.Out, v, compact)
	}
	query, err := gojq.Parse(e.Flags.JQ)
	if err != nil {
		return Usagef("bad --jq expression %q: %w", e.Flags.JQ, err)
	}
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode JSON: %w", err)
	}
	var plain any
	if err := json.Unmarshal(body, &plain); err != nil {
		return fmt.Errorf("decode JSON: %w", err)
	}
	ctx, cancel := e.untilInterrupted()
	defer cancel()
	for iter := query.RunWithContext(ctx, plain); ; {
		out, more := iter.Next()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if !more {
			return nil
		}
		if err, failed := out.(error); failed {
			return Usagef("--jq %q: %w", e.Flags.JQ, err)
		}
		if s, isText := out.(string); isText {
			if _, err := fmt.Fprintln(e.Out, view.Text(s)); err != nil {
				return err
			}
			continue
		}
		if err := view.JSON(e.Out, out, true); err != nil {
			return err
		}
	}
}

// resolve checks what kingpin cannot check and applies the environment.
func (g *Globals) resolve(e *Env) error {
	if g.JQ != "" && g.Output == "" {
		g.Output = "json"
	}
	if g.Output == "" {
		g.Output, g.Pipe = "table", !e.OutTTY
	}
	if !slices.Contains(Formats, g.Output) && !slices.Contains(extraFormats, g.Output) {
		return Usagef("unknown output format %q; use one of %s", g.Output, strings.Join(Formats, ", "))
	}
	if g.JQ != "" && g.Output != "json" && g.Output != "ndjson" {
		return Usagef("--jq filters JSON; use it with -o json or -o ndjson, not -o %s", g.Output)
	}
	if g.NoColor || e.Getenv("NO_COLOR") != "" || e.Getenv("CLICOLOR") == "0" || e.Getenv("TERM") == "dumb" {
		e.OutColor, e.errColor = false, false
	}
	return nil
}

// Completeness returns a partialError when the snapshot is incomplete. For
// people it also confirms a complete one, so that silence never has to be
// interpreted.
func (e *Env) Completeness(s *fleet.Snapshot) error {
	switch {
	case s == nil:
		return nil
	case !s.Complete():
		return partialError{s}
	}
	if e.ErrTTY && e.OutTTY {
		line := fmt.Sprintf("%d/%d servers answered in %s", len(s.Servers), s.Expected, view.Duration(s.TookSeconds))
		if s.Forgotten > 0 {
			line += fmt.Sprintf("; %d that restarted or shut down recently are still counted by the others", s.Forgotten)
		}
		e.Note("", line)
	}
	return nil
}
