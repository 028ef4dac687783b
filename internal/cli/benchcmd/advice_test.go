package benchcmd

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/clitest"
)

// TestBenchExitCodes holds the exit codes of benchmarks.
func TestBenchExitCodes(t *testing.T) {
	clitest.ExitCodes(t, Advices(), map[error]int{
		doubtfulError{&result.Result{}}: 3,
		result.ErrSLO:                   6,
		result.ErrInconclusive:          3,
		scenario.ErrSpec:                2,
		scenario.ErrUnit:                2,
		result.ErrFormat:                2,
		bench.ErrNoInterest:             5,
		bench.ErrNoResponders:           5,
		bench.ErrHarm:                   2,
		bench.ErrReplaced:               1,
		errDestroyProtected:             2,
		result.ErrDifferent:             2,
		bench.ErrUnsupported:            1,
		jetstream.ErrStreamNotFound:     1,
	})
}

// TestErrorsOfTheAPIAreExplained names the command that explains an error of a
// server, and none for an error of the client library.
func TestErrorsOfTheAPIAreExplained(t *testing.T) {
	for err, want := range map[error]string{
		fmt.Errorf("create: %w", jetstream.ErrStreamNotFound): "what it means: natsctl explain 10059",
		jetstream.ErrInvalidSubject:                           "",
	} {
		if _, hint := cli.Explain(Advices(), err); hint != want {
			t.Errorf("%v: hint %q, want %q", err, hint, want)
		}
	}
}

// TestMissedSLO ends with the code of a failed check once the result is shown.
func TestMissedSLO(t *testing.T) {
	res := &result.Result{Verdict: &result.Verdict{Missed: []string{"p99 <= 1ms: 4ms"}}}
	deliver := func(res *result.Result) (string, error) {
		var out strings.Builder
		e := &cli.Env{Out: &out, Err: io.Discard, Width: func() int { return 0 }, Now: time.Now, Getenv: func(string) string { return "" }}
		err := (&benchRunFlags{}).deliver(e, "json", res)
		return out.String(), err
	}
	out, err := deliver(res)
	if code, _ := cli.Explain(Advices(), err); code != 6 || !strings.Contains(err.Error(), "p99 <= 1ms") || !strings.Contains(out, "p99 <= 1ms") {
		t.Errorf("%v with code %d, %s", err, code, out)
	}
	res.Verdict.Pass = true
	if _, err := deliver(res); err != nil && errors.Is(err, result.ErrSLO) {
		t.Error(err)
	}
}

// TestSavedResultIsPrivate checks the mode of a saved result, also where a file of
// another mode stood.
func TestSavedResultIsPrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no mode there")
	}
	old := filepath.Join(t.TempDir(), "old.json")
	if err := os.WriteFile(old, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{filepath.Join(t.TempDir(), "new.json"), old} {
		if err := saveResult(name, &result.Result{}); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

// TestUnsavedResultFails prints a result that cannot be saved, and fails.
func TestUnsavedResultFails(t *testing.T) {
	var out strings.Builder
	e := &cli.Env{Out: &out, Err: io.Discard, Width: func() int { return 0 }, Now: time.Now, Getenv: func(string) string { return "" }}
	f := &benchRunFlags{}
	f.save = filepath.Join(t.TempDir(), "no", "such", "directory.json")
	res := &result.Result{Verdict: &result.Verdict{Pass: true}}
	if err := f.deliver(e, "json", res); err == nil || out.Len() == 0 {
		t.Errorf("error %v after %d bytes", err, out.Len())
	}
}
