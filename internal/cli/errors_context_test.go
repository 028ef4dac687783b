package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	natsctx "github.com/natsctl/natsctl/internal/context"
)

// TestHintsOnSecrets gives each secret that cannot be used a next step.
func TestHintsOnSecrets(t *testing.T) {
	for _, tt := range []struct{ key, ref, want string }{
		{"creds", "sys.creds", "nsc generate creds"},
		{"nkey", "sys.nk", "begins with SU"},
		{"user_seed", natsctx.Mask, "begins with SU"},
		{"user_jwt", natsctx.Mask, "begins with eyJ"},
		{"password", "env://PASSWORD", "set the variable PASSWORD"},
		{"creds", "op://vault/item/field", "op signin"},
	} {
		err := fmt.Errorf("wrapped: %w", &natsctx.SecretError{Key: tt.key, Ref: tt.ref, Err: errors.New("no")})
		if hint := hintSecret(err); !strings.Contains(hint, tt.want) {
			t.Errorf("%s of %s: %q, want %q", tt.key, tt.ref, hint, tt.want)
		}
	}
}

// TestShellQuote quotes what a shell would not take as the word that it is.
func TestShellQuote(t *testing.T) {
	for word, want := range map[string]string{
		"":                      "''",
		"plain":                 "plain",
		"a-b_c.d/e:f@g%h+i=j,k": "a-b_c.d/e:f@g%h+i=j,k",
		"a b":                   "'a b'",
		"it's":                  `'it'\''s'`,
		"$HOME":                 "'$HOME'",
		"`id`":                  "'`id`'",
		`a\b`:                   `'a\b'`,
		"a;b":                   "'a;b'",
		"~":                     "'~'",
		"*":                     "'*'",
		"a\nb":                  "'a\nb'",
		"#a":                    "'#a'",
		"{a}":                   "'{a}'",
		"a|b&c<d>e(f)g!":        "'a|b&c<d>e(f)g!'",
		"ä":                     "'ä'",
		`"`:                     `'"'`,
	} {
		if got := ShellQuote(word); got != want {
			t.Errorf("%q: %s, want %s", word, got, want)
		}
	}
}
