package authcmd

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/clitest"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/claims"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// console runs commands as a user of the system account of a fleet.
type console struct {
	*testing.T
	url, creds string
	tty        bool
}

// run runs one command line.
func (c *console) run(args ...string) (out, words string, code int) {
	c.Helper()
	var o, w bytes.Buffer
	home := c.TempDir()
	env := &cli.Env{
		In: strings.NewReader(""), Out: &o, Err: &w, OutTTY: c.tty, ErrTTY: c.tty, Width: func() int { return 200 }, Now: time.Now,
		Getenv: func(name string) string {
			switch name {
			case "NATS_URL":
				return c.url
			case "NATS_CREDS":
				return c.creds
			case "HOME":
				return home
			}
			return ""
		},
	}
	code = cli.Run(cli.App{Help: "test", Entries: Entries(), Advices: Advices()}, append([]string{"auth"}, args...), env)
	return o.String(), w.String(), code
}

// room is a fleet in operator mode with an account APP, whose role member signs.
type room struct {
	*trusted.Operator
	console
	app, role trusted.Pair
	claims    *jwt.AccountClaims
}

func newRoom(t *testing.T, servers int) *room {
	t.Helper()
	r := &room{Operator: trusted.Start(t, servers), app: trusted.New(t, nkeys.CreateAccount), role: trusted.New(t, nkeys.CreateAccount)}
	sys := trusted.New(t, nkeys.CreateUser)
	r.console = console{t, r.Servers[0].ClientURL(), trusted.Creds(t, trusted.Encode(t, jwt.NewUserClaims(sys.Public), r.System), sys), false}
	r.claims = jwt.NewAccountClaims(r.app.Public)
	r.claims.Name = "APP"
	scope := jwt.NewUserScope()
	scope.Key, scope.Role = r.role.Public, "member"
	scope.Template.Pub.Allow.Add("chat.{{name()}}.>")
	r.claims.SigningKeys.AddScopedSigner(scope)
	r.Store(t, r.claims)
	return r
}

// user makes a user of the role.
func (r *room) user(name string) (creds, token string, user trusted.Pair) {
	r.Helper()
	user = trusted.New(r, nkeys.CreateUser)
	c := jwt.NewUserClaims(user.Public)
	c.SetScoped(true)
	c.Name, c.IssuerAccount = name, r.app.Public
	token = trusted.Encode(r, c, r.role)
	return trusted.Creds(r, token, user), token, user
}

// connected is a connection of a new user, until the test ends.
func (r *room) connected(name string) (creds, token string) {
	r.Helper()
	creds, token, user := r.user(name)
	nc, err := r.Login(len(r.Servers)-1, token, user, nats.Name("client of "+name))
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(nc.Close)
	return creds, token
}

// secretsIn finds parts of tokens, seeds and signatures in what was printed.
func secretsIn(t *testing.T, text, creds string) {
	t.Helper()
	file, err := os.ReadFile(creds)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(file)) {
		for part := range strings.SplitSeq(strings.TrimSpace(line), ".") {
			if len(part) > 40 && !strings.Contains(part, "*") && strings.Contains(text, part) {
				t.Errorf("%.12s... of the credentials is shown in\n%s", part, text)
			}
		}
	}
}

// matches finds each pattern on a line.
func matches(t *testing.T, text string, patterns ...string) {
	t.Helper()
	for _, p := range patterns {
		if !regexp.MustCompile("(?m)" + p).MatchString(text) {
			t.Errorf("%q is missing in\n%s", p, text)
		}
	}
}

// TestShow shows accounts, users, operators and signing keys that the servers
// know, with their chain of trust, and no token.
func TestShow(t *testing.T) {
	r := newRoom(t, 2)
	creds, _ := r.connected("dave")
	for what, want := range map[string][]string{
		"APP":           {`^Account +APP \(` + r.app.Public, "role member: publish chat[.]..name....[.]>", "Chain +account APP .*: valid, signed by .*identity key", "operator op .*: valid", "Servers +n[12]: issued"},
		r.app.Public:    {"^Account +APP"},
		r.role.Public:   {"^Account +APP", "Note +" + r.role.Public + " is a signing key of this account"},
		"dave":          {"^User +dave", "May publish +chat.dave.>", "signing key of role member", "account APP .*: valid", "operator op"},
		"op":            {"^Operator +op", "System account +" + r.System.Public},
		r.Key.Public:    {"^Operator +op"},
		creds:           {"^User +dave", "Private key +is in the file and not shown", "not checked, the JWT of its issuer"},
		"SYS":           {"^Account +SYS"},
		r.Claims.Issuer: {"^Operator +op"},
	} {
		for _, format := range []string{"table", "json", "yaml"} {
			out, words, code := r.run("show", what, "-o", format)
			if code != cli.ExitOK {
				t.Fatalf("%s: exit %d: %s", what, code, words)
			}
			secretsIn(t, out+words, creds)
			if format == "table" {
				matches(t, out, want...)
			}
		}
	}
	if out, words, code := r.run("show", "AP"); code != cli.ExitFailed || !strings.Contains(words, `did you mean "APP"`) || out != "" {
		t.Errorf("a name that nobody has: exit %d: %s%s", code, out, words)
	}
	later := jwt.NewAccountClaims(trusted.New(t, nkeys.CreateAccount).Public)
	later.Name = "UNUSED"
	r.StoreFile(t, later, r.Key, 0, 1)
	if out, words, _ := r.run("show", "UNUSED"); !strings.Contains(out, "no server uses the account now") {
		t.Errorf("an account of the resolver: %s%s", out, words)
	}
}

// TestShowFile verifies the chain of a file with what nsc keeps above it, says
// when it does not hold, and lets no name through to the terminal.
func TestShowFile(t *testing.T) {
	op, app, user := trusted.New(t, nkeys.CreateOperator), trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateUser)
	const hostile = "d\x1b[31mave\u202e\n"
	oc, ac, uc := jwt.NewOperatorClaims(op.Public), jwt.NewAccountClaims(app.Public), jwt.NewUserClaims(user.Public)
	oc.Name, ac.Name, uc.Name, ac.Description = hostile, hostile, hostile, hostile
	uc.Pub.Allow.Add(hostile)
	uc.Tags = jwt.TagList{hostile}
	uc.Limits.Src = jwt.CIDRList{hostile}
	scope := jwt.NewUserScope()
	scope.Key, scope.Role = app.Public, hostile
	ac.SigningKeys.AddScopedSigner(scope)
	ac.Exports.Add(&jwt.Export{Name: hostile, Subject: hostile, Type: jwt.Stream})
	ac.Imports.Add(&jwt.Import{Name: hostile, Subject: hostile, Account: hostile, Type: jwt.Stream, LocalSubject: hostile, Token: "eyJhbGc.eyJzdWI.c2VjcmV0LXBhcnQ"})
	ac.Mappings = jwt.Mapping{hostile: {{Subject: hostile}}}
	users := filepath.Join(t.TempDir(), "op", "accounts", "APP", "users")
	if err := os.MkdirAll(users, 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(path, text string, mode os.FileMode) string {
		if err := os.WriteFile(path, []byte(text), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	account := write(filepath.Join(users, "..", "APP.jwt"), trusted.Encode(t, ac, op), 0o600)
	write(filepath.Join(users, "..", "..", "..", "op.jwt"), trusted.Encode(t, oc, op), 0o600)
	good := write(filepath.Join(users, "dave.jwt"), trusted.Encode(t, uc, app), 0o600)
	uc.Expires = time.Now().Add(-time.Hour).Unix()
	bad := write(filepath.Join(users, "old.jwt"), trusted.Encode(t, uc, app), 0o600)
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	open := write(filepath.Join(users, "open.nk"), string(seed), 0o644)
	for _, tty := range []bool{true, false} {
		c := console{T: t, tty: tty}
		for _, format := range []string{"table", "json", "ndjson", "yaml"} {
			for file, want := range map[string]int{good: cli.ExitOK, account: cli.ExitOK, bad: cli.ExitAuth, open: cli.ExitOK} {
				out, words, code := c.run("show", file, "-o", format)
				if code != want || strings.ContainsAny(out+words, "\x1b\u202e") || strings.Contains(out, string(seed)) || strings.Contains(out, "c2VjcmV0LXBhcnQ") {
					t.Errorf("%s as %s: exit %d: %q %q", filepath.Base(file), format, code, out, words)
				}
				if file == good && strings.Count(out, "valid") < 3 {
					t.Errorf("the chain of %s: %s", file, out)
				}
			}
		}
	}
	c := console{T: t}
	if _, words, _ := c.run("show", open); !strings.Contains(words, "others can read") {
		t.Errorf("an exposed seed: %s", words)
	}
	for file, want := range map[string]int{filepath.Join(users, "none.jwt"): cli.ExitUsage, users + "/": cli.ExitUsage, write(filepath.Join(users, "x.jwt"), "hello", 0o600): cli.ExitFailed} {
		if out, words, code := c.run("show", file); code != want || out != "" {
			t.Errorf("%s: exit %d: %s%s", file, code, out, words)
		}
	}
}

// TestFilesAreBounded reads no file that is larger than any JWT.
func TestFilesAreBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large.jwt")
	for size, want := range map[int64]string{maxFile: "neither a JWT", maxFile + 1: "larger than 4 MiB"} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		if _, err := readDocument(path); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%d bytes: %v, want %q", size, err, want)
		}
	}
}

// TestForgedClaimsAreNotUsed fails on a JWT of the account that was changed after
// it was signed, and shows none of the rights and names that it would give.
func TestForgedClaimsAreNotUsed(t *testing.T) {
	op, app, role, user := trusted.New(t, nkeys.CreateOperator), trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateUser)
	ac, uc := jwt.NewAccountClaims(app.Public), jwt.NewUserClaims(user.Public)
	ac.Name, uc.Name, uc.IssuerAccount = "honest", "dave", app.Public
	scope := jwt.NewUserScope()
	scope.Key, scope.Role = role.Public, "member"
	scope.Template.Pub.Allow.Add("orders.honest")
	ac.SigningKeys.AddScopedSigner(scope)
	uc.SetScoped(true)
	signed := trusted.Encode(t, ac, op)
	parts := strings.Split(signed, ".")
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	parts[1] = base64.RawURLEncoding.EncodeToString(bytes.ReplaceAll(body, []byte("honest"), []byte("forged")))
	dir := t.TempDir()
	file := func(name, token string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(token), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	token := file("user.jwt", trusted.Encode(t, uc, role))
	c := console{T: t}
	for chain, want := range map[string]int{file("signed.jwt.txt", signed): cli.ExitOK, file("forged.jwt.txt", strings.Join(parts, ".")): cli.ExitAuth} {
		out, words, code := c.run("show", token, "--chain", chain)
		if code != want || strings.Contains(out, "orders.honest") != (want == cli.ExitOK) || strings.Contains(out, "orders.forged") {
			t.Errorf("%s: exit %d, want %d: %s%s", filepath.Base(chain), code, want, out, words)
		}
	}
}

// TestWhyOfCredentials judges credentials without using them.
func TestWhyOfCredentials(t *testing.T) {
	r := newRoom(t, 2)
	creds, token, user := r.user("dave")
	out, words, code := r.run("why", "--creds", creds)
	if code != cli.ExitOK || !strings.Contains(out, "nothing that the servers hold forbids the login") {
		t.Errorf("good ones: exit %d: %s%s", code, out, words)
	}
	r.claims.RevokeAt(user.Public, time.Now().Add(time.Second))
	r.Store(t, r.claims)
	for _, format := range []string{"table", "json"} {
		out, words, code = r.run("why", "--creds", creds, "-o", format)
		if code != cli.ExitAuth || !strings.Contains(out, "revoked") {
			t.Errorf("revoked: exit %d: %s%s", code, out, words)
		}
		secretsIn(t, out+words, creds)
	}
	for _, s := range r.Servers {
		conns, err := s.Connz(&server.ConnzOptions{Username: true, State: server.ConnAll})
		if err != nil {
			t.Fatal(err)
		}
		for _, conn := range conns.Conns {
			if strings.Contains(conn.JWT, token) || conn.AuthorizedUser == user.Public {
				t.Errorf("the credentials were used at %s", s.Name())
			}
		}
	}
	if _, words, code := r.run("why", "--creds", filepath.Join(t.TempDir(), "none")); code != cli.ExitUsage {
		t.Errorf("no file: exit %d: %s", code, words)
	}
}

// TestWhyListsThePast lists the refused logins that servers remember, one row for
// each client, and finds one user among them.
func TestWhyListsThePast(t *testing.T) {
	r := newRoom(t, 2)
	creds, token, user := r.user("dave")
	_, eve, eveKey := r.user("eve\x1b[31m")
	r.claims.RevokeAt(jwt.All, time.Now().Add(time.Second))
	r.Store(t, r.claims)
	for range 3 {
		if nc, err := r.Login(1, token, user, nats.Name("shop"), nats.NoReconnect(), nats.IgnoreDiscoveredServers()); err == nil {
			nc.Close()
			t.Fatal("the server lets it in")
		}
	}
	if nc, err := r.Login(1, eve, eveKey, nats.NoReconnect(), nats.IgnoreDiscoveredServers()); err == nil {
		nc.Close()
		t.Fatal("the server lets it in")
	}
	out, words, code := r.run("why", "-o", "json")
	var doc struct {
		Rows []struct {
			User, Cause, Server, Client, Next string
			Times                             int
		}
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || code != cli.ExitOK || len(doc.Rows) != 2 {
		t.Fatalf("exit %d, %v: %s%s", code, err, out, words)
	}
	for _, row := range doc.Rows {
		want := map[string]int{"dave": 3, "eve\x1b[31m": 1}[row.User]
		if row.Times != want || row.Cause != "revoked_everyone" || row.Server != "n2" || row.Next == "" {
			t.Errorf("%+v", row)
		}
	}
	secretsIn(t, out, creds)
	out, _, _ = r.run("why", "dave")
	if strings.Count(out, "\n") != 1 || !strings.Contains(out, "dave") {
		t.Errorf("of one user: %s", out)
	}
	if out, _, _ = r.run("why"); strings.Contains(out, "\x1b") || strings.Count(out, "\n") != 2 {
		t.Errorf("hostile: %q", out)
	}
}

// TestWatchFolds shows a client that keeps trying once, and then how often; every
// other client at once.
func TestWatchFolds(t *testing.T) {
	seen, at := newShown(), time.Now()
	lines, times := 0, 0
	for i := range 10_000 { // in one minute
		r := &refusal{Last: at.Add(time.Duration(i) * 6 * time.Millisecond), Times: 1, Server: "n1", Refusal: fromVerdict("noise")}
		if seen.due(r) {
			lines, times = lines+1, times+r.Times
		}
		if i%1000 == 500 && !seen.due(&refusal{Last: r.Last, Times: 1, Server: "n1", Refusal: fromVerdict(fmt.Sprint("client ", i))}) {
			t.Errorf("client %d is hidden", i)
		}
	}
	if lines != 6 || times < 8000 {
		t.Errorf("%d lines about %d of 10,000", lines, times)
	}
}

func TestAuthExitCodes(t *testing.T) {
	clitest.ExitCodes(t, Advices(), map[error]int{
		auth.ErrUnreadable: 1, auth.ErrSigner: 4, auth.ErrConfig: 2, errFile: 2, errInvalid: 4, errUnknown: 1, errRefused: 4, errNotUser: 2, errNoRights: 1, errNotConfigured: 1,
		claims.ErrTooMany: 1, errSeed: 2, auth.ErrKeyType: 2, auth.ErrNoSeed: 1, auth.ErrSignature: 4,
	})
}

func fromVerdict(user string) *fleet.Refusal {
	return &fleet.Refusal{User: user, Causes: []fleet.RefusalCause{{Code: "expired"}}}
}
