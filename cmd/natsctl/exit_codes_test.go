package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/export"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
	"github.com/natsctl/natsctl/internal/fleet/recording"
	"github.com/natsctl/natsctl/internal/service"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
	"github.com/natsctl/natsctl/internal/tui"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// failing is a command that returns an error.
type failing struct{ err error }

func (failing) Setup(*kingpin.CmdClause) {}

func (f failing) Run(context.Context, *cli.Env) error { return f.err }

// exportedErrors are the errors of rooms below the commands, with the exit code
// of each.
func exportedErrors() map[error]int {
	return map[error]int{
		auth.ErrUnreadable: 1, auth.ErrSigner: 4, auth.ErrConfig: 2,
		act.ErrBlocked: 1, act.ErrNoTrigger: 2,
		checks.ErrUnknown: 2, checks.ErrLimit: 2, recording.ErrInvalid: 1, &recording.NotRecordedError{}: 1,
		&fleet.AmbiguousUserError{}: 2, &fleet.AmbiguousAccountError{}: 2,
		tui.ErrConfig: 2, live.ErrPanic: 1, tui.ErrFormat: 2,
		host.ErrNoSpace: 1, broker.ErrUnconfirmed: 2, broker.ErrData: 1, client.ErrExpired: 1, &broker.SlotError{}: 1,
		broker.ErrPortInUse: 1, broker.ErrNoHome: 1, spec.ErrInvalid: 2, client.ErrNotReady: 1, broker.ErrProgram: 1,
		plan.ErrUser: 2, client.ErrPush: 3, export.ErrNotEmpty: 2, broker.ErrUnknown: 2, broker.ErrDown: 5, host.ErrBusy: 1,
		client.ErrNoLeader: 1, client.ErrNoAck: 1, broker.ErrNode: 1, link.ErrFault: 1,
		result.ErrSLO: 6, result.ErrInconclusive: 3, scenario.ErrSpec: 2, scenario.ErrUnit: 2, result.ErrFormat: 2,
		bench.ErrNoInterest: 5, bench.ErrNoResponders: 5, bench.ErrHarm: 2, result.ErrDifferent: 2, bench.ErrUnsupported: 1, bench.ErrReplaced: 1, jetstream.ErrStreamNotFound: 1, service.ErrName: 2,
		exporter.ErrOption: 2, exporter.ErrUnknownServer: 2, exporter.ErrNoContext: 2, exporter.ErrNotConnected: 5,
	}
}

// scripted are the rows that a transcript reaches, since they need processes of
// local clusters: the words of their errors.
var scripted = []string{"which cluster", "some nodes are unhealthy"}

// TestExitCodesOfRun reaches every row of the joined error table through run: the
// errors of the rooms below by a command that returns them, those of the commands
// by a command line. No earlier row may take an error from its own.
func TestExitCodesOfRun(t *testing.T) {
	if testing.Short() {
		t.Skip("runs every kind of failure")
	}
	t.Parallel()
	table, home := newUsedTable(), t.TempDir()
	known := exportedErrors()
	maps.Copy(known, authErrors())
	for err, want := range known {
		a := table.program()
		a.Entries = append(a.Entries, cli.Entry{Name: "fail", Help: "Fail.", Cmd: failing{fmt.Errorf("while testing: %w", err)}})
		if code, words := runApp(t, a, home, "fail"); code != want {
			t.Errorf("%v: exit code %d, want %d: %s", err, code, want, words)
		}
	}
	f, err := simfleet.Start(simfleet.Spec{Servers: 12, Streams: 3, Consumers: 3, Conns: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	failAuth(t, table, home, f.URL())
	one := f.Names()[3]
	limited, app := limitedServer(t)
	failServices(t, table, home, f.URL(), limited, app)
	keys := writeKeys(t)
	broken := filepath.Join(t.TempDir(), "offline.json")
	writeOffline(t, broken)
	for _, c := range []struct {
		line  string
		code  int
		words string // of the error
	}{
		{"context add app --server " + app, 0, ""},
		{"context protect app", 0, ""},
		{"context edit app", 1, "editor"},
		{"server ls --replay " + broken, 3, "JetStream counts n3 as offline"},
		{"account info -s " + limited, 3, "user may not publish to"},
		{"server lame-duck " + one + " --kick --rate 0 --yes --wait 100ms -s " + f.URL(), 5, "clients have moved"},
		{"server lame-duck " + one + " --via true --yes --wait 100ms -s " + f.URL(), 5, "clients have moved"},
		{"server lame-duck " + one + " --via false --yes -s " + f.URL(), 1, "false failed"},
		{"server lame-duck nobody --resume -s " + f.URL(), 2, "none of nobody is under way"},
		{"conn kick --of-user nobody --yes -s " + f.URL(), 1, "no client connection"},
		{"check --replay " + degradedRecording, 6, ""},
		{"account info NOBODY -s " + f.URL(), 1, "NOBODY"},
		{"auth show " + filepath.Join(home, "missing.jwt"), 2, "cannot read"},
		{"auth show " + keys.forged, 4, "chain of trust does not hold"},
		{"auth show NOBODY -s " + f.URL(), 1, "no server knows"},
		{"auth can --creds " + keys.account + " pub x", 2, "no JWT of a user"},
		{"auth can --config " + keys.config + " nobody pub x", 1, `no user "nobody"`},
		{"auth can user01 pub x -s " + f.URL(), 1, "do not report the rights"},
		{"auth why --creds " + keys.expired + " -s " + f.URL(), 4, "servers refuse these credentials"},
		{"top -s " + f.URL(), 2, "terminal"},
		{"bench pub x --rate 500M --duration 20ms --warmup 0s -s " + app, 3, ""},
		{"bench js consume --stream x --destroy-messages --yes --force --context app", 2, "protected context"},
		{"exporter check -s " + f.URL(), 3, "scrape incomplete"},
	} {
		if strings.HasPrefix(c.line, "exporter") {
			if err := f.SetFault(one, simfleet.Fault{Mute: true}); err != nil {
				t.Fatal(err)
			}
		}
		if code, words := runApp(t, table.program(), home, strings.Fields(c.line)...); code != c.code || !strings.Contains(words, c.words) {
			t.Errorf("natsctl %s: exit code %d, want %d and %q: %s", c.line, code, c.code, c.words, words)
		}
	}
	table.unused(t)
}

// usedTable is the joined error table, and the rows of it that were used.
type usedTable struct {
	rows []cli.Advice
	used []bool
}

func newUsedTable() *usedTable {
	u := &usedTable{rows: advices()}
	u.used = make([]bool, len(u.rows))
	return u
}

// program is the program with a table that records which rows match.
func (u *usedTable) program() cli.App {
	a := program()
	a.Advices = nil
	for i, row := range u.rows {
		match := row.Match
		row.Match = func(err error) bool {
			is := match(err)
			u.used[i] = u.used[i] || is
			return is
		}
		a.Advices = append(a.Advices, row)
	}
	return a
}

// unused fails the test for each row that was not used, but those that transcripts reach.
func (u *usedTable) unused(t *testing.T) {
	t.Helper()
	left := 0
	for i, is := range u.used {
		if !is {
			left++
			t.Logf("row %d of the joined error table (exit code %d) was not used", i, u.rows[i].Code)
		}
	}
	if left > len(scripted) {
		t.Errorf("%d rows were not used: add their errors to exportedErrors, or command lines that end with them", left)
	}
	var all []byte
	files, _ := filepath.Glob("testdata/script/*.txtar")
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			t.Error(err)
		}
		all = append(all, body...)
	}
	for _, words := range scripted {
		if !bytes.Contains(all, []byte(words)) {
			t.Errorf("no transcript shows %q", words)
		}
	}
}

// runApp runs a command line and returns its exit code and what it wrote on
// standard error.
func runApp(t *testing.T, a cli.App, home string, args ...string) (code int, words string) {
	t.Helper()
	var o, w bytes.Buffer
	code = cli.Run(a, args, &cli.Env{
		In: strings.NewReader(""), Out: &o, Err: &w, Width: func() int { return 0 }, Now: time.Now,
		Getenv: func(name string) string {
			switch {
			case name == "HOME" || strings.HasPrefix(name, "XDG_"):
				return home
			case name == "EDITOR":
				return "false"
			}
			return ""
		},
	})
	return code, w.String()
}

// keyFiles are files with JWTs, and a server configuration.
type keyFiles struct{ account, forged, expired, config string }

func writeKeys(t *testing.T) keyFiles {
	t.Helper()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	account, user := trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateUser)
	claims := jwt.NewUserClaims(user.Public)
	claims.Expires = time.Now().Add(-time.Hour).Unix()
	token := trusted.Encode(t, jwt.NewAccountClaims(account.Public), account)
	return keyFiles{
		account: file("account.jwt", token),
		forged:  file("forged.jwt", token[:len(token)-10]+"AAAAAAAAAA"),
		expired: trusted.Creds(t, trusted.Encode(t, claims, account), user),
		config:  file("server.conf", "authorization { users: [{user: app, password: secret}] }"),
	}
}

// limitedServer is a server with JetStream, a user who may do everything and one who
// may not ask about its account.
func limitedServer(t *testing.T) (limited, all string) {
	t.Helper()
	s, err := server.NewServer(&server.Options{
		Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true, JetStream: true, StoreDir: t.TempDir(),
		Users: []*server.User{
			{Username: "limited", Password: "x", Permissions: &server.Permissions{Publish: &server.SubjectPermission{Deny: []string{"$SYS.REQ.USER.INFO", "$SYS.REQ.ACCOUNT.PING.CONNZ"}}}},
			{Username: "all", Password: "x"},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	address := strings.TrimPrefix(s.ClientURL(), "nats://")
	return "nats://limited:x@" + address, "nats://all:x@" + address
}

// writeOffline records a fleet of which JetStream counts a server as offline.
func writeOffline(t *testing.T, file string) {
	t.Helper()
	meta := &server.MetaClusterInfo{Name: "east", Leader: "n1", Size: 2, Replicas: []*server.PeerInfo{{Name: "n3", Offline: true}}}
	sv := fleettest.Answer("N1", "n1", 1, 1)
	sv.Info.JetStream = true
	sv.Varz = &server.Varz{Name: "n1"}
	sv.Varz.JetStream = server.JetStreamVarz{Config: &server.JetStreamConfig{}, Meta: meta}
	snap := fleettest.Snapshot(1, sv)
	snap.Want.Kinds = []fleet.Kind{fleet.Varz}
	out, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	r := recording.NewRecorder(out, false)
	if err := errors.Join(r.Snapshot(snap), r.Close()); err != nil {
		t.Fatal(err)
	}
}
