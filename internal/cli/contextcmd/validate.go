package contextcmd

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/context/probe"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// contextValidate checks contexts, from their files to a working connection.
type contextValidate struct {
	names   []string
	connect bool
}

func (c *contextValidate) Setup(cmd *kingpin.CmdClause) {
	cmd.HelpLong(`Without --connect it looks at the files, references and dates only. With it, each URL is
dialled and the last row of a URL says how far it got: dns, tcp, greeting, tls, auth,
permission. NATS_* variables are left aside, so that the contexts themselves are checked.
With -s URL and no context, it checks what the flags say.
`)
	cmd.Arg("name", "The contexts (default: all).").StringsVar(&c.names)
	cmd.Flag("connect", "Dial each URL of the contexts.").BoolVar(&c.connect)
}

// flagsAlone is the name of the context made from flags only. No saved context
// can have this name.
const flagsAlone = ""

// check is one row: what was checked, and the result.
type check struct {
	context, url, what, detail string
	level                      fleet.Level
	took                       time.Duration
	expires                    time.Time
	err                        error // nil for a warning too
}

var checkColumns = []view.Column[check]{
	{Name: "context", Title: "CONTEXT", Help: "The context.", Value: func(c check) any { return c.context }},
	{Name: "url", Title: "URL", Help: "The server that was dialled.", Value: func(c check) any { return orNil(c.url) }},
	{Name: "check", Title: "CHECK", Help: "A key of the context, or a stage of the connection.", Value: func(c check) any { return c.what }},
	{Name: "result", Title: "RESULT", Help: "ok, warn or crit.", Value: func(c check) any { return c.level.String() }, Level: func(c check) fleet.Level { return c.level }},
	{Name: "detail", Title: "DETAIL", Help: "What was found.", Value: func(c check) any { return c.detail }},
	{Name: "took_seconds", Title: "TOOK", Help: "How long the stage took.", Unit: view.Seconds, Wide: true, Value: func(c check) any {
		if c.took == 0 {
			return nil
		}
		return c.took.Seconds()
	}},
	{Name: "expires", Title: "EXPIRES", Help: "The end of a certificate or a JWT.", Unit: view.Instant, Value: func(c check) any {
		if c.expires.IsZero() {
			return nil
		}
		return c.expires
	}},
}

func orNil(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// invalidContexts is the error of a validation that found errors. It wraps the
// first of them, which determines the exit code and hint.
type invalidContexts struct {
	names []string
	first error
}

func (i invalidContexts) Error() string {
	return fmt.Sprintf("not valid: %s: %v", strings.Join(i.names, ", "), i.first)
}

func (i invalidContexts) Unwrap() error { return i.first }

func (c *contextValidate) Run(ctx context.Context, e *cli.Env) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	names := c.names
	if len(names) == 0 && e.Flags.Context != "" {
		names = []string{e.Flags.Context}
	}
	if len(names) == 0 && len(e.Flags.Servers) > 0 {
		names = []string{flagsAlone}
	}
	if len(names) == 0 {
		if names, err = store.Names(); err != nil {
			return err
		}
	}
	var checks []check
	for _, name := range names {
		found, err := c.validate(ctx, e, store, name)
		if err != nil && len(names) == 1 {
			return err
		}
		if err != nil {
			found = append(found, check{context: name, what: "file", level: fleet.Crit, detail: err.Error(), err: err})
		}
		checks = append(checks, found...)
	}
	cols := slices.Clone(checkColumns)
	for i := range cols {
		cols[i].Wide = cols[i].Wide || cols[i].Name == "url" && !c.connect // the column is empty then
	}
	if err := e.Print(cli.Table{Schema: "natsctl.context.validate/v1", Grid: view.NewGrid(cols, slices.Values(checks))}); err != nil {
		return err
	}
	return verdict(checks)
}

// verdict returns an invalidContexts when any check failed.
func verdict(checks []check) error {
	var bad invalidContexts
	for _, c := range checks {
		if c.err == nil {
			continue
		}
		if bad.first == nil {
			bad.first = c.err
		}
		if name := fmt.Sprintf("%q", c.context); !slices.Contains(bad.names, name) {
			bad.names = append(bad.names, name)
		}
	}
	if bad.first == nil {
		return nil
	}
	return bad
}

// validate checks one context. The error is from loading it.
func (c *contextValidate) validate(ctx context.Context, e *cli.Env, store *natsctx.Store, name string) ([]check, error) {
	over := natsctx.Overrides{Context: name, IgnoreEnv: true, Timeout: e.Flags.Timeout, Insecure: e.Flags.Insecure}
	if name == flagsAlone {
		var err error
		if over, err = e.Flags.Overrides(e); err != nil {
			return nil, err
		}
		over.NoContext = true // the variables count, as when one connects
	}
	t, err := natsctx.Resolve(store, over, e.Getenv)
	if err != nil {
		return nil, err
	}
	if name == flagsAlone {
		t.Name = "the flags"
	}
	var checks []check
	failed := false
	for _, f := range t.Inspect(ctx, e.Getenv, e.Now()) {
		row := check{context: t.Name, what: f.Key, detail: f.Note, expires: f.Expires}
		switch {
		case f.Err != nil && f.Warning:
			row.level, row.detail = fleet.Warn, f.Err.Error()
		case f.Err != nil:
			row.level, row.detail, row.err = fleet.Crit, f.Err.Error(), f.Err
			failed = true
		}
		checks = append(checks, row)
	}
	if !c.connect {
		return checks, nil
	}
	dial, err := t.Dial(ctx)
	if err != nil {
		if !failed { // otherwise it is in the rows already
			checks = append(checks, check{context: t.Name, what: "secrets", level: fleet.Crit, detail: err.Error(), err: err})
		}
		return checks, nil
	}
	for _, url := range dial.URLs {
		checks = append(checks, dialStages(ctx, e, t, url, dial)...)
	}
	return checks, nil
}

// stageError describes why a stage failed; the cause determines hint and exit code.
type stageError struct {
	words string
	cause error
}

func (s stageError) Error() string { return s.words }
func (s stageError) Unwrap() error { return s.cause }

// dialStages probes one URL and returns a row for each stage.
func dialStages(ctx context.Context, e *cli.Env, t *natsctx.Target, url string, dial natsctx.Dial) (rows []check) {
	shown := natsctx.RedactURL(url)
	err := probe.Run(ctx, url, dial.Options, func(r probe.Result) {
		row := check{context: t.Name, url: shown, what: string(r.Stage), detail: r.Detail, took: r.Took, expires: r.Expires}
		if r.Err != nil {
			why := probe.Explain(r.Err)
			if why == "" {
				why = r.Err.Error()
			}
			row.level, row.err = fleet.Crit, stageError{fmt.Sprintf("%s of %s: %s", r.Stage, shown, why), r.Err}
			row.detail = strings.TrimSuffix(why+": "+row.detail, ": ")
		} else if !r.Expires.IsZero() && r.Expires.Before(e.Now().Add(natsctx.Soon)) {
			row.level = fleet.Warn
		}
		rows = append(rows, row)
	})
	if err != nil && len(rows) == 0 {
		rows = append(rows, check{context: t.Name, url: shown, what: "url", level: fleet.Crit, detail: err.Error(), err: err})
	}
	return rows
}
