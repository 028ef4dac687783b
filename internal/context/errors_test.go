package natsctx

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
)

// TestWhatErrorsSayAndAre holds the words of each error and what it matches.
func TestWhatErrorsSayAndAre(t *testing.T) {
	cause := errors.New("the cause")
	for _, c := range []struct {
		err  error
		says string
		is   []error
		not  []error
	}{
		{&UnknownError{Name: "a\nb"}, `unknown context "a\nb"`, []error{ErrUnknown}, []error{ErrMissing, cause}},
		{&FileError{Kind: ErrCorrupt, Path: "/p", Err: cause}, "corrupt context file /p: the cause", []error{ErrCorrupt, cause}, []error{ErrMissing, ErrExposed}},
		{&FileError{Kind: ErrCorrupt, Path: "/p"}, "/p: corrupt context file", []error{ErrCorrupt}, []error{cause}},
		{&FileError{Kind: ErrMissing, Path: "/p q", Key: "creds", Err: fs.ErrNotExist}, `creds: "/p q": file does not exist`, []error{ErrMissing, fs.ErrNotExist}, []error{ErrCorrupt}},
		{&FileError{Kind: ErrExposed, Path: "/p", Key: "nkey", Mode: 0o644}, "nkey: /p (mode 0644): secret file is readable by others", []error{ErrExposed}, []error{ErrCorrupt}},
		{&FileError{Kind: ErrExposed, Path: "/p", Mode: 0o4020}, "/p (mode 0020): secret file is readable by others", []error{ErrExposed}, nil},
		{&NameError{Name: "..", Reason: "odd"}, `invalid context name "..": odd`, []error{ErrBadName}, []error{ErrInvalid}},
		{&InvalidError{Key: "url", Reason: "odd"}, "url: odd", []error{ErrInvalid}, []error{ErrBadName}},
		{&SecretError{Key: "creds", Ref: "env://A", Err: cause}, `creds: cannot get the secret from "env://A": the cause`, []error{ErrSecret, cause}, []error{ErrInvalid}},
		{&URLOverrideError{Context: "x", URL: "nats://h", Origin: FromEnv}, `the URL nats://h from the environment is not a server of context "x"; its credentials are not sent there`, []error{ErrURLOverride}, []error{ErrInvalid}},
		{&URLOverrideError{Context: "x", URL: "nats://h", Origin: FromFlag, Plaintext: true}, `the URL nats://h from the command line would send the credentials of context "x" without TLS`, []error{ErrURLOverride}, nil},
	} {
		if c.err.Error() != c.says {
			t.Errorf("says %q, want %q", c.err, c.says)
		}
		wrapped := fmt.Errorf("outer: %w", c.err)
		for _, is := range c.is {
			if !errors.Is(wrapped, is) {
				t.Errorf("%q does not match %q", c.err, is)
			}
		}
		for _, not := range c.not {
			if errors.Is(wrapped, not) {
				t.Errorf("%q matches %q", c.err, not)
			}
		}
	}
}

func TestOriginsAreOrderedAndNamed(t *testing.T) {
	want := []string{"default", "context", "selection", "environment", "command line"}
	for i, o := range []Origin{FromDefault, FromContext, FromSelection, FromEnv, FromFlag} {
		if o.String() != want[i] || int(o) != i {
			t.Errorf("origin %d is %q, want %q", o, o, want[i])
		}
	}
}
