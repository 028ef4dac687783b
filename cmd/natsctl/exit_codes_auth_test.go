package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/sys/claims"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// authErrors are the errors of claims and keys, with the exit code of each.
func authErrors() map[error]int {
	return map[error]int{
		auth.ErrUnreadable: 1, auth.ErrSigner: 4, auth.ErrConfig: 2, auth.ErrKeyType: 2, auth.ErrNoSeed: 1, auth.ErrSignature: 4, claims.ErrTooMany: 1,
	}
}

// failAuth ends the commands of the noun auth with each of their errors, against
// a fleet in configuration mode.
func failAuth(t *testing.T, table *usedTable, home, url string) {
	t.Helper()
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	user := jwt.NewUserClaims(trusted.New(t, nkeys.CreateUser).Public)
	user.Expires = 1
	expired := write("expired.jwt", trusted.Encode(t, user, trusted.New(t, nkeys.CreateAccount)))
	key := write("key", user.Subject)
	config := write("nats.conf", "authorization: {user: dave, password: x}\n")
	for line, want := range map[string]struct {
		code  int
		words string
	}{
		"auth show /none.jwt":                        {2, "cannot read"},
		"auth show " + expired:                       {4, "chain of trust"},
		"auth show nobody -s " + url:                 {1, "nobody"},
		"auth why --creds " + expired + " -s " + url: {4, "expired"},
		"auth why --creds " + key:                    {2, "no JWT of a user"},
		"auth can --config " + config + " eve pub x": {1, "no user"},
		"auth can user01 pub x -s " + url:            {1, "do not report the rights"},
		"auth nkey gen user":                         {2, "nowhere to write the seed"},
		"explain 1":                                  {1, "no such error"},
		"subject map a.* b":                          {0, "valid"},
		"subject map a.* b a":                        {1, "does not match"},
		"subject map a.* b a.*":                      {2, "invalid subject"},
		"subject map a b.*":                          {2, "invalid mapping"},
	} {
		if code, words := runApp(t, table.program(), home, strings.Fields(line)...); code != want.code || !strings.Contains(words, want.words) {
			t.Errorf("natsctl %s: exit code %d, want %d and %q: %s", line, code, want.code, want.words, words)
		}
	}
}
