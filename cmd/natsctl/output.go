package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/itchyny/gojq"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// extraFormats are formats that single commands add to [formats]; those
// commands check the format themselves with [env.format].
var extraFormats = []string{"nagios", "junit", "prometheus", "tree", "dot", "mermaid", "svg", "text", "html", "hgrm", "txt", "ansi", "conf"}

// format returns the output format, after checking that it is one of the
// allowed ones. With none given, the common formats are.
func (e *env) format(allowed ...string) (string, error) {
	if len(allowed) == 0 {
		allowed = formats
	}
	for _, f := range allowed {
		if f == e.flags.output {
			return f, nil
		}
	}
	return "", usagef("this command has no output format %q; it has %s", e.flags.output, strings.Join(allowed, ", "))
}

// table is a result made of rows. Every format is made from the same grid.
type table struct {
	schema string          // names the JSON document: natsctl.server.ls/v1
	snap   *fleet.Snapshot // what the rows come from; nil when not from the fleet
	grid   view.Grid       // shaped already
	totals []view.Cell     // the row of sums, for people
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

func (t table) document() document {
	doc := document{Schema: t.schema, Rows: t.grid.Records()}
	if s := t.snap; s != nil {
		answered, complete := len(s.Servers), s.Complete()
		doc.Time, doc.TookSeconds = s.Time, s.TookSeconds
		doc.Expected, doc.Answered, doc.Complete = &s.Expected, &answered, &complete
		doc.Missing, doc.Problems = s.Missing, s.Problems
	}
	return doc
}

// print writes a table in the format asked for. When servers are missing or
// answers are, it says so after the rows: the error that it returns carries
// exit code 3.
func (e *env) print(t table) error {
	format, err := e.format()
	if err != nil {
		return err
	}
	if err := e.printTable(format, t); err != nil {
		return err
	}
	e.roster.noteAccounts(e.now(), t.snap)
	return e.completeness(t.snap)
}

func (e *env) printTable(format string, t table) error {
	switch format {
	case "json":
		return e.printJSON(t.document(), false)
	case "ndjson":
		for _, r := range t.grid.Records() {
			if err := e.printJSON(r, true); err != nil {
				return err
			}
		}
		return nil
	case "yaml":
		return view.YAML(e.out, t.document())
	case "csv":
		return view.CSV(e.out, t.grid)
	}
	if e.flags.pipe {
		return view.TSV(e.out, t.grid, false)
	}
	if t.about != "" {
		if _, err := fmt.Fprintln(e.out, view.Text(t.about)); err != nil {
			return err
		}
	}
	style := view.Style{Wide: format == "wide", Color: e.outColor}
	if format == "table" {
		style.Width = e.width()
	}
	if err := style.Table(e.out, t.grid, t.totals); err != nil {
		return err
	}
	if names := style.LeftOut(t.grid, t.totals); len(names) > 0 {
		e.say("", "left out: "+strings.Join(names, ", ")+" (-o wide shows all)")
	}
	return nil
}

// printValue writes one object: as JSON or YAML, or by text for people.
func (e *env) printValue(v any, text func(w io.Writer) error) error {
	format, err := e.format("table", "wide", "json", "ndjson", "yaml")
	if err != nil {
		return err
	}
	switch format {
	case "json", "ndjson":
		return e.printJSON(v, format == "ndjson")
	case "yaml":
		return view.YAML(e.out, v)
	}
	return text(e.out)
}

// printJSON writes v, filtered by --jq when given. The results of the filter
// are written one a line, text without quotes as jq -r does, but safe on a
// terminal.
func (e *env) printJSON(v any, compact bool) error {
	if e.flags.jq == "" {
		return view.JSON(e.out, v, compact)
	}
	query, err := gojq.Parse(e.flags.jq)
	if err != nil {
		return usagef("bad --jq expression %q: %w", e.flags.jq, err)
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
			return usagef("--jq %q: %w", e.flags.jq, err)
		}
		if s, isText := out.(string); isText {
			if _, err := fmt.Fprintln(e.out, view.Text(s)); err != nil {
				return err
			}
			continue
		}
		if err := view.JSON(e.out, out, true); err != nil {
			return err
		}
	}
}
