package cli

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestConfirm goes through what decides whether an action is done.
func TestConfirm(t *testing.T) {
	yes, force, dry := ActFlags{Yes: true}, ActFlags{Force: true}, ActFlags{dryRun: true}
	yesForce, yesDry := ActFlags{Yes: true, Force: true}, ActFlags{Yes: true, dryRun: true}
	for _, tt := range []struct {
		name      string
		flags     ActFlags
		terminal  bool
		protected bool
		typed     string
		want      error
		asked     bool
	}{
		{"the word", ActFlags{}, true, false, "dev-1\n", nil, true},
		{"the word without a line end", ActFlags{}, true, false, "dev-1", nil, true},
		{"the word between blanks", ActFlags{}, true, false, "  dev-1\t\n", nil, true},
		{"enter", ActFlags{}, true, false, "\n", ErrDeclined, true},
		{"blanks", ActFlags{}, true, false, "   \n", ErrDeclined, true},
		{"nothing", ActFlags{}, true, false, "", ErrDeclined, true},
		{"yes in letters", ActFlags{}, true, false, "yes\n", ErrDeclined, true},
		{"the letter y", ActFlags{}, true, false, "y\n", ErrDeclined, true},
		{"a part of the word", ActFlags{}, true, false, "dev\n", ErrDeclined, true},
		{"more than the word", ActFlags{}, true, false, "dev-11\n", ErrDeclined, true},
		{"the word in capitals", ActFlags{}, true, false, "DEV-1\n", ErrDeclined, true},
		{"the word on the second line", ActFlags{}, true, false, "\ndev-1\n", ErrDeclined, true},
		{"no terminal", ActFlags{}, false, false, "dev-1\n", errNoAnswer, false},
		{"no terminal, --force", force, false, false, "dev-1\n", errNoAnswer, false},
		{"--yes", yes, true, false, "", nil, false},
		{"--yes without a terminal", yes, false, false, "", nil, false},
		{"--force asks", force, true, false, "\n", ErrDeclined, true},
		{"protected", ActFlags{}, true, true, "dev-1\n", ErrProtected, false},
		{"protected, --yes", yes, true, true, "", ErrProtected, false},
		{"protected, --force asks", force, true, true, "\n", ErrDeclined, true},
		{"protected, --force and the word", force, true, true, "dev-1\n", nil, true},
		{"protected, --force --yes", yesForce, false, true, "", nil, false},
		{"--dry-run", dry, true, false, "dev-1\n", errDryRun, false},
		{"--dry-run --yes", yesDry, true, false, "", errDryRun, false},
		{"protected, --dry-run", dry, false, true, "", errDryRun, false},
	} {
		var told bytes.Buffer
		e := &Env{In: strings.NewReader(tt.typed), Err: &told, InTTY: tt.terminal}
		err := tt.flags.ConfirmLines(e, []string{"this stops dev-1", "  and moves 3 clients"}, "dev-1", tt.protected)
		if !errors.Is(err, tt.want) || err == nil && tt.want != nil {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if asked := strings.Contains(told.String(), "type dev-1 to confirm"); asked != tt.asked {
			t.Errorf("%s: asked %v, want %v", tt.name, asked, tt.asked)
		}
		planned := strings.Contains(told.String(), "natsctl: this stops dev-1\nnatsctl:   and moves 3 clients\n")
		if refused := errors.Is(tt.want, ErrProtected); planned == refused {
			t.Errorf("%s: the plan was shown: %v\n%s", tt.name, planned, told.String())
		}
	}
}

// TestConfirmUnreadable does nothing when the answer cannot be read.
func TestConfirmUnreadable(t *testing.T) {
	broken := errors.New("terminal is gone")
	e := &Env{In: io.MultiReader(strings.NewReader("dev-1"), failingReader{broken}), Err: io.Discard, InTTY: true}
	if err := (&ActFlags{}).Confirm(e, "this stops dev-1", "dev-1", false); !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
}

type failingReader struct{ error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.error }

// TestConfirmWordIsVisible shows a word from a stranger escaped, and takes it
// as it is.
func TestConfirmWordIsVisible(t *testing.T) {
	var told bytes.Buffer
	e := &Env{In: strings.NewReader("dev\x1b[31m\n"), Err: &told, InTTY: true}
	if err := (&ActFlags{}).Confirm(e, "this stops dev\x1b[31m", "dev\x1b[31m", false); err != nil {
		t.Error(err)
	}
	if strings.Contains(told.String(), "\x1b") {
		t.Errorf("%q reaches the terminal", told.String())
	}
}

// TestNamelessIsNotConfirmed does not take Enter for the name of what has none.
func TestNamelessIsNotConfirmed(t *testing.T) {
	for typed, want := range map[string]error{"\n": ErrDeclined, "": ErrDeclined, " \n": ErrDeclined} {
		e := &Env{In: strings.NewReader(typed), Err: io.Discard, InTTY: true}
		if err := (&ActFlags{}).Confirm(e, "this stops a server", "", false); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", typed, err, want)
		}
	}
	if err := (&ActFlags{Yes: true}).Confirm(&Env{Err: io.Discard}, "this stops a server", "", false); err != nil {
		t.Errorf("--yes: %v", err)
	}
}

// TestPlanned fails a dry run whose plan lacks servers or answers, and leaves
// every other outcome as it is.
func TestPlanned(t *testing.T) {
	whole := &fleet.Snapshot{Expected: 2, Servers: []*fleet.Server{{}, {}}}
	missing := &fleet.Snapshot{Expected: 2, Servers: []*fleet.Server{{}}, Missing: []fleet.Missing{{Name: "dev-2", Reason: fleet.Silent}}}
	unanswered := &fleet.Snapshot{Expected: 2, Servers: []*fleet.Server{{}, {}}, Problems: []fleet.Problem{{Server: "dev-2", Kind: fleet.Connz, Reason: fleet.Late}}}
	for _, tt := range []struct {
		name    string
		err     error
		snap    *fleet.Snapshot
		partial bool
	}{
		{"a whole plan", errDryRun, whole, false},
		{"a server is missing", errDryRun, missing, true},
		{"an answer is missing", errDryRun, unanswered, true},
		{"declined", ErrDeclined, missing, false},
		{"protected", ErrProtected, unanswered, false},
	} {
		var told bytes.Buffer
		err := (&ActFlags{}).Planned(&Env{Err: &told}, tt.err, tt.snap)
		code, _ := Explain(nil, err)
		if partial := code == ExitPartial; partial != tt.partial || !partial && !errors.Is(err, tt.err) {
			t.Errorf("%s: %v, exit code %d", tt.name, err, code)
		}
		if said := strings.Contains(told.String(), "nothing was changed"); said != tt.partial {
			t.Errorf("%s: told %q", tt.name, told.String())
		}
	}
}
