package cli

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestErrorLines gives each error a line of its own, and no error two.
func TestErrorLines(t *testing.T) {
	one, two := errors.New("one"), errors.New("two")
	for _, tt := range []struct {
		err  error
		want []string
	}{
		{one, []string{"one"}},
		{errors.New("reload n1: parse error:\n  line 7: unknown field\r\n\n"), []string{"reload n1: parse error:; line 7: unknown field"}}, //nolint:revive // a server ends its errors so
		{errors.Join(one, two), []string{"one", "two"}},
		{errors.Join(one, errors.Join(two, errors.New("a\nb"))), []string{"one", "two", "a; b"}},
		{fmt.Errorf("while closing: %w", errors.Join(one, two)), []string{"while closing: one; two"}},
		{fmt.Errorf("%w and %w", one, two), []string{"one and two"}},
		{incomplete{one, nil}, []string{"incomplete"}},
		{AllOf([]error{one, nil, two}), []string{"one", "two"}},
		{InCommand{errors.Join(one, two), "server ls"}, []string{"one", "two"}},
	} {
		if got := errorLines(tt.err); !slices.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.err, got, tt.want)
		}
	}
}

// TestErrorsShowNoEscapedLineEnds prints what a server says over several lines
// without a literal \n, and forges no line of natsctl's own.
func TestErrorsShowNoEscapedLineEnds(t *testing.T) {
	var told bytes.Buffer
	e := &Env{Err: &told, Getenv: func(string) string { return "" }}
	e.Fail(errors.New("server n1 refused RELOAD: bad\nnatsctl: hint: run this\x1b[2J"))
	if out := told.String(); strings.Contains(out, `\n`) || strings.Contains(out, "\x1b") || strings.Count(out, "\n") != 1 {
		t.Errorf("%q", out)
	}
}

// incomplete is an error of several of which some may be nil.
type incomplete []error

func (incomplete) Error() string     { return "incomplete" }
func (i incomplete) Unwrap() []error { return i }
