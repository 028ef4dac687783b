package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// reader is the user, and the group of the secrets, in the shipped manifest.
const reader = 65532

// TestExporterReadsMountedSecrets runs the exporter as another user than the
// owner of its secrets, which its group may read: what Kubernetes makes of every
// mode of a secret volume when fsGroup is set.
func TestExporterReadsMountedSecrets(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can run a program as another user")
	}
	pair, err := nkeys.CreateUser()
	if err != nil {
		t.Fatal(err)
	}
	public, _ := pair.PublicKey()
	seed, _ := pair.Seed()
	account := server.NewAccount("SYS")
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, Accounts: []*server.Account{account}, SystemAccount: "SYS",
		Users: []*server.User{{Username: "sys", Password: "s3cret", Account: account}},
		Nkeys: []*server.NkeyUser{{Nkey: public, Account: account}},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	dir, err := os.MkdirTemp("", "natsctl-mounted-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	program := filepath.Join(dir, "natsctl")
	copyProgram(t, program)
	if err := os.Chmod(dir, 0o755); err != nil { //nolint:gosec // the other user has to get in
		t.Fatal(err)
	}
	run := func(mode os.FileMode, args ...string) (string, error) {
		for name, secret := range map[string]string{"password": "s3cret", "seed": string(seed)} {
			path := filepath.Join(dir, name)
			if err := os.WriteFile(path, []byte(secret), 0o600); err != nil {
				t.Fatal(err)
			}
			if err := os.Chown(path, 0, reader); err != nil {
				t.Fatal(err)
			}
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
		}
		cmd := exec.Command(program, append([]string{"--no-context", "-s", s.ClientURL()}, args...)...)
		cmd.Dir, cmd.Env = dir, []string{"HOME=/"}
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: reader, Gid: reader}}
		out, err := cmd.CombinedOutput()
		return string(out), err
	}
	for _, credentials := range [][]string{{"--user", "sys", "--password-file", "password"}, {"--nkey", "seed"}} {
		if said, err := run(0o440, append(credentials, "exporter", "check")...); err != nil || strings.Contains(said, "warning") {
			t.Errorf("%s: %v\n%s", credentials, err, said)
		}
		said, err := run(0o444, append(credentials, "server", "ping")...)
		if err != nil || strings.Count(said, "secret file is readable by everybody") != 1 {
			t.Errorf("%s, readable by everybody: %v\n%s", credentials, err, said)
		}
		if strings.Contains(said, "s3cret") || strings.Contains(said, string(seed)) {
			t.Errorf("a secret is shown:\n%s", said)
		}
	}
}

// copyProgram copies the test binary, which is natsctl under that name, to where
// every user may run it.
func copyProgram(t *testing.T, to string) {
	t.Helper()
	body, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, body, 0o755); err != nil { //nolint:gosec // a program has to be executable
		t.Fatal(err)
	}
}
