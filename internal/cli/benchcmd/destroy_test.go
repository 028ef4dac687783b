package benchcmd

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

// home is surroundings with a context that is protected and one that is not.
func home(t *testing.T, context, typed string) (*cli.Env, *bytes.Buffer) {
	t.Helper()
	dir := t.TempDir()
	var said bytes.Buffer
	e := &cli.Env{In: strings.NewReader(typed), Out: io.Discard, Err: &said, InTTY: true, Now: time.Now, Getenv: func(name string) string {
		if name == "HOME" || name == "XDG_CONFIG_HOME" {
			return dir
		}
		return ""
	}}
	store, err := e.Store()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"open", "closed"} {
		if err := os.MkdirAll(filepath.Join(dir, "nats", "context"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "nats", "context", name+".json"), []byte(`{"url":"nats://127.0.0.1:1"}`), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.SetMark("closed", func(m *natsctx.Mark) { m.Protected = true }); err != nil {
		t.Fatal(err)
	}
	e.Flags.Context = context
	return e, &said
}

// TestDestroyIsConfirmed asks for the name of the stream or bucket, and never
// allows it in a protected context.
func TestDestroyIsConfirmed(t *testing.T) {
	stream := scenario.Spec{Workload: scenario.JSPub, JS: &scenario.Stream{Name: "ORDERS"}}
	bucket := scenario.Spec{Workload: scenario.KV, KV: &scenario.Bucket{Name: "prefs"}}
	for name, c := range map[string]struct {
		flags   benchRunFlags
		spec    scenario.Spec
		context string
		typed   string
		want    error
		asked   string
	}{
		"not wanted":                {benchRunFlags{}, stream, "closed", "", nil, ""},
		"the name":                  {benchRunFlags{destroy: true}, stream, "open", "ORDERS\n", nil, "type ORDERS"},
		"the bucket":                {benchRunFlags{destroy: true}, bucket, "open", "prefs\n", nil, "type prefs"},
		"enter":                     {benchRunFlags{destroy: true}, stream, "open", "\n", cli.ErrDeclined, "type ORDERS"},
		"another name":              {benchRunFlags{destroy: true}, stream, "open", "prefs\n", cli.ErrDeclined, "type ORDERS"},
		"--yes":                     {benchRunFlags{destroy: true, yes: true}, stream, "open", "", nil, ""},
		"protected":                 {benchRunFlags{destroy: true}, stream, "closed", "ORDERS\n", errDestroyProtected, ""},
		"protected, --yes, --force": {benchRunFlags{destroy: true, yes: true, force: true}, stream, "closed", "", errDestroyProtected, ""},
	} {
		e, said := home(t, c.context, c.typed)
		err := c.flags.confirmDestroy(e, c.spec)
		if !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if (c.asked != "") != strings.Contains(said.String(), "to confirm") || !strings.Contains(said.String(), c.asked) {
			t.Errorf("%s: asked %q", name, said.String())
		}
	}
	for _, spec := range []scenario.Spec{{Workload: scenario.Pub}, {Workload: scenario.JSPub, JS: &scenario.Stream{}}, {Workload: scenario.KV, KV: &scenario.Bucket{}, JS: &scenario.Stream{Name: "x"}}} {
		e, _ := home(t, "open", "x\n")
		f := &benchRunFlags{destroy: true, yes: true}
		if err := f.confirmDestroy(e, spec); err == nil {
			t.Errorf("%+v: nothing to destroy", spec)
		}
	}
}

// TestObjectiveFlag reads --slo.
func TestObjectiveFlag(t *testing.T) {
	if o, err := (&benchRunFlags{}).objective(); o != nil || err != nil {
		t.Errorf("none: %v, %v", o, err)
	}
	o, err := (&benchRunFlags{slo: "lost=0"}).objective()
	if err != nil || len(o.Missed(&result.Run{Lost: 1})) != 1 {
		t.Errorf("%v, %v", o, err)
	}
	var misuse cli.UsageError
	if _, err = (&benchRunFlags{slo: "p98<1ms"}).objective(); !errors.As(err, &misuse) {
		t.Errorf("got %v", err)
	}
}

// TestCleanPlan names everything that will be removed, as text that is safe to
// show.
func TestCleanPlan(t *testing.T) {
	got := strings.Join(plan([]bench.Leftover{
		{Kind: "stream", Name: "a\x1b", Messages: 1, Idle: 90 * time.Minute},
		{Kind: "consumer", Name: "c", Stream: "S\x1b", Idle: 2 * time.Hour},
	}), "\n")
	want := "these will be removed:\n  stream a\\x1b, idle for 1h30m0s, 1 message\n  consumer c, idle for 2h0m0s, of stream S\\x1b"
	if got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
