//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/testcluster"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// connecting are the commands that connect, beside those of auditedCommands.
var connecting = []string{
	"top --once", "auth why", "bench pub", "bench pubsub", "bench request", "bench serve orders", "bench js pub", "bench js consume",
	"bench js e2e", "bench kv", "bench clean", "bench calibrate", "exporter check", "context validate --connect",
}

// TestFullAccount has an account with as many connections as it may have: every
// command that connects says so, in the server's words, with one exit code.
func TestFullAccount(t *testing.T) {
	testcluster.Slow(t)
	for name, start := range map[string]func(*testing.T) []string{"configuration": fullByConfiguration, "operator": fullByJWT} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			login := start(t)
			calls := connecting
			for noun, row := range auditedCommands() {
				calls = append(calls, noun+" "+strings.ReplaceAll(row.args, "DIR", t.TempDir()))
			}
			for _, call := range calls {
				_, words, code := ask(t, "", append(strings.Fields(call), login...)...)
				if code != cli.ExitUnreachable || !strings.Contains(words, "maximum account active connections exceeded") || !strings.Contains(words, "hint: the account has as many connections as its limit allows") {
					t.Errorf("%s: exit code %d, %s", call, code, words)
				}
			}
		})
	}
}

// hold keeps the only connection that an account may have.
func hold(t *testing.T, url string, opts ...nats.Option) {
	t.Helper()
	nc, err := nats.Connect(url, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
}

// fullByConfiguration returns the flags of a user of a full account of a
// configuration file.
func fullByConfiguration(t *testing.T) []string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "server.conf")
	conf := `accounts { APP { users: [{user: bob, password: pw}], limits { max_connections: 1 } } }`
	if err := os.WriteFile(file, []byte(conf), 0o600); err != nil {
		t.Fatal(err)
	}
	opts, err := server.ProcessConfigFile(file)
	if err != nil {
		t.Fatal(err)
	}
	opts.Host, opts.Port, opts.NoLog, opts.NoSigs = "127.0.0.1", server.RANDOM_PORT, true, true
	s, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	url := fmt.Sprintf("nats://bob:pw@%s", s.Addr())
	hold(t, url)
	return []string{"-s", url}
}

// fullByJWT is the same of an account in operator mode.
func fullByJWT(t *testing.T) []string {
	t.Helper()
	op := trusted.Start(t, 1)
	account, user := trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateUser)
	claims := jwt.NewAccountClaims(account.Public)
	claims.Name, claims.Limits.Conn = "APP", 1
	op.Store(t, claims)
	creds := trusted.Creds(t, trusted.Encode(t, jwt.NewUserClaims(user.Public), account), user)
	url := op.Servers[0].ClientURL()
	hold(t, url, nats.UserCredentials(creds))
	file := filepath.Join(t.TempDir(), "app.json")
	if err := os.WriteFile(file, fmt.Appendf(nil, `{"url": %q, "creds": %q}`, url, creds), 0o600); err != nil {
		t.Fatal(err)
	}
	return []string{"--context", file} // auth why judges --creds without logging in
}
