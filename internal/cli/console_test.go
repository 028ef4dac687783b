package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// sample is a command with a flag and an argument of every kind.
type sample struct {
	ShapeFlags
	verbose, check bool
	level          string
	every          time.Duration
	rate           float64
	retries        int
	labels         []string
	file, where    string
	names          []string
	target         string
	run            func(ctx context.Context, e *Env) error
}

func (s *sample) Setup(cmd *kingpin.CmdClause) {
	s.ShapeFlags.Setup(cmd, "name")
	cmd.Flag("verbose", "Say more.").Short('v').BoolVar(&s.verbose)
	cmd.Flag("check", "Check first.").Default("true").BoolVar(&s.check)
	cmd.Flag("level", "Level to show.").Default("warn").EnumVar(&s.level, "info", "warn", "crit")
	cmd.Flag("every", "Interval.").Default("5s").DurationVar(&s.every)
	cmd.Flag("rate", "Messages a second.").Default("10").Float64Var(&s.rate)
	cmd.Flag("retries", "Tries (default: one).").Default("1").IntVar(&s.retries)
	cmd.Flag("label", "Label; repeat for several.").StringsVar(&s.labels)
	cmd.Flag("save", "Where to save.").PlaceHolder("FILE").StringVar(&s.file)
	cmd.Flag("log.where", "Where to log.").StringVar(&s.where)
	cmd.Flag("internal", "For tests.").Hidden().StringVar(new(string))
	cmd.Arg("target", "What to look at.").Required().EnumVar(&s.target, "routes", "leafs")
	cmd.Arg("server", "Servers.").StringsVar(&s.names)
}

func (s *sample) Run(ctx context.Context, e *Env) error {
	if s.run != nil {
		return s.run(ctx, e)
	}
	return nil
}

// opener is a command whose argument is a file.
type opener struct{}

func (opener) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("recording", "File to open.").Required().StringVar(new(string))
	cmd.Arg("note", "A note.").StringVar(new(string))
	cmd.Flag("from", "Where to begin.").Required().StringVar(new(string))
}

func (opener) Run(context.Context, *Env) error { return nil }

func sampleApp(s *sample) App {
	quiet := runner(func() error { return nil })
	return App{
		Help: "Sample program.", Examples: []string{"look ls routes"},
		Entries: []Entry{
			{Name: "look", Help: "Look at things.", Sub: []Entry{
				{Name: "ls", Help: "List things.", Aliases: []string{"list"}, Cmd: s, Examples: []string{"look ls routes", "look ls leafs -o json"}},
				{Name: "one", Help: "Show one.", Cmd: quiet, Examples: []string{"look one", "look one --again"}},
				{Name: "two", Help: "Show two.", Cmd: quiet, Examples: []string{"look two"}},
				{Name: "three", Help: "Show three.", Cmd: quiet},
				{Name: "four", Help: "Show four.", Cmd: quiet, Examples: []string{"look four"}},
				{Name: "five", Help: "Show five.", Cmd: quiet, Examples: []string{"look five"}},
				{Name: "inner", Help: "For tests.", Cmd: quiet, Hidden: true},
			}},
			{Name: "open", Help: "Open a file.", Cmd: opener{}, Examples: []string{"open f"}},
		},
		Values:       []Value{Complete("look", "--label", Words("red", "green")), Complete("open", "note", Words("n"))},
		NatsCommands: map[string]string{"pub": "", "look report": "look ls"},
		NatsFlags:    map[string]string{"--sortby": "--sort"},
	}
}

// console runs command lines of the sample program in a home directory of its own.
type console struct {
	env map[string]string
	now time.Time
	tty bool
	in  string
	sample
}

func newConsole(t *testing.T) *console {
	home := t.TempDir()
	return &console{env: map[string]string{"HOME": home, "XDG_CONFIG_HOME": filepath.Join(home, ".config"), "XDG_CACHE_HOME": filepath.Join(home, ".cache")}, now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
}

// saveContext writes a saved context.
func (c *console) saveContext(t *testing.T, name, body string) {
	t.Helper()
	dir := filepath.Join(c.env["XDG_CONFIG_HOME"], "nats", "context")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".json"), []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
}

func (c *console) Env(out, errs *bytes.Buffer) *Env {
	return &Env{
		In: strings.NewReader(c.in), Out: out, Err: errs, InTTY: c.tty, OutTTY: c.tty, ErrTTY: c.tty, OutColor: c.tty, errColor: c.tty,
		Width: func() int { return 0 }, Now: func() time.Time { return c.now }, Getenv: func(name string) string { return c.env[name] },
	}
}

func (c *console) run(args ...string) (code int, out, errs string) {
	var o, e bytes.Buffer
	s := c.sample
	code = Run(sampleApp(&s), args, c.Env(&o, &e))
	return code, o.String(), e.String()
}
