// Package trusted starts servers in operator mode for tests, with the keys of
// their operator, so that a test can sign whatever claims it needs.
package trusted

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// Pair is a key with its public half.
type Pair struct {
	nkeys.KeyPair
	Public string
}

// New makes a key: New(t, nkeys.CreateUser).
func New(t testing.TB, create func() (nkeys.KeyPair, error)) Pair {
	t.Helper()
	kp, err := create()
	if err != nil {
		t.Fatal(err)
	}
	public, err := kp.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return Pair{kp, public}
}

// Encode signs claims.
func Encode(t testing.TB, c jwt.Claims, by Pair) string {
	t.Helper()
	token, err := c.Encode(by)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// Operator is an operator with its system account, and servers that trust it.
type Operator struct {
	Key, System Pair
	Claims      *jwt.OperatorClaims
	Servers     []*server.Server

	resolvers []*server.DirAccResolver
	push      *nats.Conn
}

// Start starts a cluster of n servers with a full resolver each, until the test
// ends. set may change the options of each.
func Start(t testing.TB, n int, set ...func(*server.Options)) *Operator {
	t.Helper()
	o := &Operator{Key: New(t, nkeys.CreateOperator), System: New(t, nkeys.CreateAccount)}
	o.Claims = jwt.NewOperatorClaims(o.Key.Public)
	o.Claims.Name, o.Claims.SystemAccount = "op", o.System.Public
	sys := jwt.NewAccountClaims(o.System.Public)
	sys.Name = "SYS"
	token := Encode(t, sys, o.Key)
	for i := range n {
		resolver, err := server.NewDirAccResolver(t.TempDir(), 10_000, time.Hour, server.HardDelete)
		if err != nil {
			t.Fatal(err)
		}
		if err := resolver.Store(o.System.Public, token); err != nil {
			t.Fatal(err)
		}
		o.resolvers = append(o.resolvers, resolver)
		o.start(t, i, resolver, set)
	}
	return o
}

func (o *Operator) start(t testing.TB, i int, resolver server.AccountResolver, set []func(*server.Options)) {
	t.Helper()
	opts := &server.Options{
		ServerName: fmt.Sprint("n", i+1), Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true,
		TrustedOperators: []*jwt.OperatorClaims{o.Claims}, SystemAccount: o.System.Public, AccountResolver: resolver,
		Cluster: server.ClusterOpts{Name: "east", Host: "127.0.0.1", Port: -1},
	}
	for _, s := range o.Servers {
		opts.Routes = append(opts.Routes, &url.URL{Scheme: "nats", Host: s.ClusterAddr().String()})
	}
	for _, f := range set {
		f(opts)
	}
	s, err := server.NewServer(opts)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("not ready")
	}
	o.Servers = append(o.Servers, s)
}

// Store gives the JWT of an account to all servers, as a push to the resolver
// does, and returns the claims as they were read back.
func (o *Operator) Store(t testing.TB, c *jwt.AccountClaims) *jwt.AccountClaims {
	t.Helper()
	token := Encode(t, c, o.Key)
	inbox := o.pusher(t).NewInbox()
	answers, err := o.push.SubscribeSync(inbox)
	if err != nil {
		t.Fatal(err)
	}
	if err := o.push.PublishRequest("$SYS.REQ.CLAIMS.UPDATE", inbox, []byte(token)); err != nil {
		t.Fatal(err)
	}
	for range o.Servers {
		if m, err := answers.NextMsg(20 * time.Second); err != nil || !strings.Contains(string(m.Data), "jwt updated") {
			t.Fatalf("push an account: %v, %+v", err, m)
		}
	}
	if err := answers.Unsubscribe(); err != nil {
		t.Fatal(err)
	}
	return read(t, token)
}

// StoreFile puts the JWT of an account, signed by any key, into the resolver
// files of some servers, by their position. A server that uses the account
// already does not notice.
func (o *Operator) StoreFile(t testing.TB, c *jwt.AccountClaims, by Pair, servers ...int) *jwt.AccountClaims {
	t.Helper()
	token := Encode(t, c, by)
	for _, i := range servers {
		if err := o.resolvers[i].Store(c.Subject, token); err != nil {
			t.Fatal(err)
		}
	}
	return read(t, token)
}

func read(t testing.TB, token string) *jwt.AccountClaims {
	t.Helper()
	c, err := jwt.DecodeAccountClaims(token)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// pusher is the connection that accounts are pushed through.
func (o *Operator) pusher(t testing.TB) *nats.Conn {
	t.Helper()
	if o.push == nil {
		o.push = o.SystemUser(t)
	}
	return o.push
}

// Login connects to a server with a JWT and the key of its user.
func (o *Operator) Login(i int, token string, user Pair, opts ...nats.Option) (*nats.Conn, error) {
	return nats.Connect(o.Servers[i].ClientURL(), append(opts, nats.UserJWT(
		func() (string, error) { return token, nil }, user.Sign))...)
}

// SystemUser connects to the first server as a user of the system account, until
// the test ends.
func (o *Operator) SystemUser(t testing.TB) *nats.Conn {
	t.Helper()
	user := New(t, nkeys.CreateUser)
	nc, err := o.Login(0, Encode(t, jwt.NewUserClaims(user.Public), o.System), user)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// Creds writes a credentials file and returns its path.
func Creds(t testing.TB, token string, user Pair) string {
	t.Helper()
	seed, err := user.Seed()
	if err != nil {
		t.Fatal(err)
	}
	text, err := jwt.FormatUserConfig(token, seed)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "user.creds")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// IssuedAt signs claims again as if they had been issued at another time.
func IssuedAt(t testing.TB, token string, by Pair, at time.Time) string {
	t.Helper()
	parts := strings.Split(token, ".")
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(body, &claims); err != nil {
		t.Fatal(err)
	}
	claims["iat"] = at.Unix()
	if body, err = json.Marshal(claims); err != nil {
		t.Fatal(err)
	}
	text := parts[0] + "." + base64.RawURLEncoding.EncodeToString(body)
	sig, err := by.Sign([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + base64.RawURLEncoding.EncodeToString(sig)
}
