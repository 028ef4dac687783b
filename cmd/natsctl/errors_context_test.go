package main

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
