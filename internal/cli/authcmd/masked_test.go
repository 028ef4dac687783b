package authcmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// TestShowMasksPasswords shows no password of the addresses that an operator's JWT
// holds.
func TestShowMasksPasswords(t *testing.T) {
	op := trusted.New(t, nkeys.CreateOperator)
	claims := jwt.NewOperatorClaims(op.Public)
	claims.AccountServerURL = "https://admin:noquery-1@accounts.example.com/jwt/v1"
	claims.OperatorServiceURLs = jwt.StringList{"nats://app:noquery-2@nats.example.com:4222"}
	path := filepath.Join(t.TempDir(), "op.jwt")
	if err := os.WriteFile(path, []byte(trusted.Encode(t, claims, op)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"table", "json", "yaml"} {
		out, words, code := (&console{T: t}).run("show", path, "-o", format)
		if code != cli.ExitOK || strings.Contains(out+words, "noquery-") || !strings.Contains(out, "accounts.example.com") || !strings.Contains(out, "nats.example.com:4222") {
			t.Errorf("%s: exit %d: %s%s", format, code, out, words)
		}
	}
}

// TestWhyFlagsTogether rejects flags that would have no effect.
func TestWhyFlagsTogether(t *testing.T) {
	for _, args := range [][]string{{"--from", "10.0.0.1"}, {"--as", "mqtt"}, {"--for", "1s"}, {"--creds", "x.creds", "--config", "x.conf"}, {"--creds", "x.creds", "--follow"}, {"--creds", "x.creds", "dave"}} {
		if out, words, code := (&console{T: t}).run(append([]string{"why"}, args...)...); code != cli.ExitUsage || out != "" {
			t.Errorf("%q: exit %d: %s%s", args, code, out, words)
		}
	}
}
