package main

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// TestConfirm goes through what decides whether an action is done.
func TestConfirm(t *testing.T) {
	yes, force, dry := actFlags{yes: true}, actFlags{force: true}, actFlags{dryRun: true}
	yesForce, yesDry := actFlags{yes: true, force: true}, actFlags{yes: true, dryRun: true}
	for _, tt := range []struct {
		name      string
		flags     actFlags
		terminal  bool
		protected bool
		typed     string
		want      error
		asked     bool
	}{
		{"the word", actFlags{}, true, false, "dev-1\n", nil, true},
		{"the word without a line end", actFlags{}, true, false, "dev-1", nil, true},
		{"the word between blanks", actFlags{}, true, false, "  dev-1\t\n", nil, true},
		{"enter", actFlags{}, true, false, "\n", errDeclined, true},
		{"blanks", actFlags{}, true, false, "   \n", errDeclined, true},
		{"nothing", actFlags{}, true, false, "", errDeclined, true},
		{"yes in letters", actFlags{}, true, false, "yes\n", errDeclined, true},
		{"the letter y", actFlags{}, true, false, "y\n", errDeclined, true},
		{"a part of the word", actFlags{}, true, false, "dev\n", errDeclined, true},
		{"more than the word", actFlags{}, true, false, "dev-11\n", errDeclined, true},
		{"the word in capitals", actFlags{}, true, false, "DEV-1\n", errDeclined, true},
		{"the word on the second line", actFlags{}, true, false, "\ndev-1\n", errDeclined, true},
		{"no terminal", actFlags{}, false, false, "dev-1\n", errNoAnswer, false},
		{"no terminal, --force", force, false, false, "dev-1\n", errNoAnswer, false},
		{"--yes", yes, true, false, "", nil, false},
		{"--yes without a terminal", yes, false, false, "", nil, false},
		{"--force asks", force, true, false, "\n", errDeclined, true},
		{"protected", actFlags{}, true, true, "dev-1\n", errProtected, false},
		{"protected, --yes", yes, true, true, "", errProtected, false},
		{"protected, --force asks", force, true, true, "\n", errDeclined, true},
		{"protected, --force and the word", force, true, true, "dev-1\n", nil, true},
		{"protected, --force --yes", yesForce, false, true, "", nil, false},
		{"--dry-run", dry, true, false, "dev-1\n", errDryRun, false},
		{"--dry-run --yes", yesDry, true, false, "", errDryRun, false},
		{"protected, --dry-run", dry, false, true, "", errDryRun, false},
	} {
		var told bytes.Buffer
		e := &env{in: strings.NewReader(tt.typed), err: &told, inTTY: tt.terminal}
		err := tt.flags.confirmLines(e, []string{"this stops dev-1", "  and moves 3 clients"}, "dev-1", tt.protected)
		if !errors.Is(err, tt.want) || err == nil && tt.want != nil {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
		if asked := strings.Contains(told.String(), "type dev-1 to go on"); asked != tt.asked {
			t.Errorf("%s: asked %v, want %v", tt.name, asked, tt.asked)
		}
		planned := strings.Contains(told.String(), "natsctl: this stops dev-1\nnatsctl:   and moves 3 clients\n")
		if refused := errors.Is(tt.want, errProtected); planned == refused {
			t.Errorf("%s: the plan was shown: %v\n%s", tt.name, planned, told.String())
		}
	}
}

// TestConfirmUnreadable does nothing when the answer cannot be read.
func TestConfirmUnreadable(t *testing.T) {
	broken := errors.New("terminal is gone")
	e := &env{in: io.MultiReader(strings.NewReader("dev-1"), failingReader{broken}), err: io.Discard, inTTY: true}
	if err := (&actFlags{}).confirm(e, "this stops dev-1", "dev-1", false); !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
}

type failingReader struct{ error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.error }

// TestConfirmWordIsVisible shows a word from a stranger escaped, and takes it
// as it is.
func TestConfirmWordIsVisible(t *testing.T) {
	var told bytes.Buffer
	e := &env{in: strings.NewReader("dev\x1b[31m\n"), err: &told, inTTY: true}
	if err := (&actFlags{}).confirm(e, "this stops dev\x1b[31m", "dev\x1b[31m", false); err != nil {
		t.Error(err)
	}
	if strings.Contains(told.String(), "\x1b") {
		t.Errorf("%q reaches the terminal", told.String())
	}
}
