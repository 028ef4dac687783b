package sys_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// refused is one case: what is wrong with a user, or with its account, and the
// causes that have to be named, all of them and no other.
type refused struct {
	account func(*jwt.AccountClaims, *bench)
	user    func(*jwt.UserClaims, *bench)
	token   func(token string, b *bench) string
	want    []string
}

// bench is what a case is made of.
type bench struct {
	*trusted.Operator
	t                     *testing.T
	app, role, user, seed trusted.Pair
	by                    trusted.Pair // who signs the user
	sign                  trusted.Pair // who signs the account
	leave                 bool         // the account is not stored
	opts                  []nats.Option
}

// cases are the causes that a cluster in operator mode can be made to show.
var cases = map[string]refused{
	"expired":       {user: func(u *jwt.UserClaims, _ *bench) { u.Expires = time.Now().Add(-time.Hour).Unix() }, want: []string{"expired"}},
	"not yet valid": {user: func(u *jwt.UserClaims, _ *bench) { u.NotBefore = time.Now().Add(time.Hour).Unix() }, want: []string{"not_yet_valid"}},
	"clock of the issuer": {
		user: func(u *jwt.UserClaims, _ *bench) { u.NotBefore = time.Now().Add(time.Hour).Unix() },
		token: func(token string, b *bench) string {
			return trusted.IssuedAt(b.t, token, b.by, time.Now().Add(time.Hour))
		},
		want: []string{"not_yet_valid", "clock_skew"},
	},
	"revoked":               {account: func(a *jwt.AccountClaims, b *bench) { a.RevokeAt(b.user.Public, time.Now().Add(time.Second)) }, want: []string{"revoked"}},
	"everyone revoked":      {account: func(a *jwt.AccountClaims, _ *bench) { a.RevokeAt(jwt.All, time.Now().Add(time.Second)) }, want: []string{"revoked_everyone"}},
	"revoked in the future": {account: func(a *jwt.AccountClaims, b *bench) { a.RevokeAt(b.user.Public, time.Now().Add(time.Hour)) }, want: []string{"revoked", "clock_skew"}},
	"signer unknown":        {user: func(u *jwt.UserClaims, b *bench) { b.by = trusted.New(b.t, nkeys.CreateAccount) }, want: []string{"signer_unknown"}},
	"signer removed":        {account: func(a *jwt.AccountClaims, b *bench) { a.SigningKeys = nil; b.by = b.role }, want: []string{"signer_unknown"}},
	"account unknown":       {account: func(_ *jwt.AccountClaims, b *bench) { b.leave = true }, want: []string{"account_unknown"}},
	"account expired":       {account: func(a *jwt.AccountClaims, _ *bench) { a.Expires = time.Now().Add(-time.Hour).Unix() }, want: []string{"account_expired"}},
	"connections":           {account: func(a *jwt.AccountClaims, _ *bench) { a.Limits.Conn = 0 }, want: []string{"account_connections"}},
	"wrong operator":        {account: func(_ *jwt.AccountClaims, b *bench) { b.sign = trusted.New(b.t, nkeys.CreateOperator) }, want: []string{"wrong_operator"}},
	"connection type":       {user: func(u *jwt.UserClaims, _ *bench) { u.AllowedConnectionTypes.Add("MQTT") }, want: []string{"connection_type"}},
	"network":               {user: func(u *jwt.UserClaims, _ *bench) { u.Src.Add("10.9.8.0/24") }, want: []string{"source_network"}},
	"time of day":           {user: func(u *jwt.UserClaims, _ *bench) { u.Times, u.Locale = later(), "UTC" }, want: []string{"time_of_day"}},
	"bearer": {
		account: func(a *jwt.AccountClaims, _ *bench) { a.Limits.DisallowBearer = true },
		user:    func(u *jwt.UserClaims, _ *bench) { u.BearerToken = true }, want: []string{"bearer_not_allowed"},
	},
	"damaged":  {token: func(token string, _ *bench) string { return token[:len(token)-9] + "AAAAAAAAA" }, want: []string{"invalid_jwt"}},
	"password": {user: func(_ *jwt.UserClaims, b *bench) { b.opts = []nats.Option{nats.UserInfo("dave", "secret-word")} }, want: []string{"no_jwt"}},
	"token":    {user: func(_ *jwt.UserClaims, b *bench) { b.opts = []nats.Option{nats.Token("secret-word")} }, want: []string{"no_jwt"}},
	"nothing":  {user: func(_ *jwt.UserClaims, b *bench) { b.opts = []nats.Option{nats.Timeout(10 * time.Second)} }, want: []string{"no_jwt"}},
	"rights beside a role": {
		user: func(u *jwt.UserClaims, b *bench) { b.by = b.role; u.Pub.Allow.Add("x") }, want: []string{"role_conflict"},
	},
	"template": {
		account: func(a *jwt.AccountClaims, b *bench) { scope(a, b).Template.Pub.Deny.Add("{{tag(none)}}") },
		user:    func(u *jwt.UserClaims, b *bench) { b.by = b.role; u.SetScoped(true) }, want: []string{"role_conflict"},
	},
	"another seed": {user: func(_ *jwt.UserClaims, b *bench) { b.seed = trusted.New(b.t, nkeys.CreateUser) }, want: []string{"not_provable"}},
	"callout": {
		account: func(a *jwt.AccountClaims, b *bench) {
			a.Authorization.AuthUsers.Add(trusted.New(b.t, nkeys.CreateUser).Public)
		},
		want: []string{"not_provable"},
	},
	"proxy": {user: func(u *jwt.UserClaims, _ *bench) { u.ProxyRequired = true }, want: []string{"proxy"}},
	"expired and revoked": {
		account: func(a *jwt.AccountClaims, b *bench) { a.RevokeAt(b.user.Public, time.Now().Add(time.Second)) },
		user:    func(u *jwt.UserClaims, _ *bench) { u.Expires = time.Now().Add(-time.Hour).Unix() }, want: []string{"expired", "revoked"},
	},
	"type and network": {
		user: func(u *jwt.UserClaims, _ *bench) { u.AllowedConnectionTypes.Add("WEBSOCKET"); u.Src.Add("10.9.8.0/24") },
		want: []string{"connection_type", "source_network"},
	},
}

// later is a range of times of day that begins in two hours.
func later() []jwt.TimeRange {
	now := time.Now().UTC()
	return []jwt.TimeRange{{Start: now.Add(2 * time.Hour).Format(time.TimeOnly), End: now.Add(3 * time.Hour).Format(time.TimeOnly)}}
}

func scope(a *jwt.AccountClaims, b *bench) *jwt.UserScope {
	s, _ := a.SigningKeys[b.role.Public].(*jwt.UserScope)
	return s
}

// make stores the account and returns the JWT of the user.
func (c refused) make(name string, b *bench) string {
	b.app, b.role, b.user = trusted.New(b.t, nkeys.CreateAccount), trusted.New(b.t, nkeys.CreateAccount), trusted.New(b.t, nkeys.CreateUser)
	b.by, b.seed, b.sign = b.app, b.user, b.Key
	account, user := jwt.NewAccountClaims(b.app.Public), jwt.NewUserClaims(b.user.Public)
	account.Name, user.Name, user.IssuerAccount = "APP", name, b.app.Public
	role := jwt.NewUserScope()
	role.Key, role.Role = b.role.Public, "member"
	account.SigningKeys.AddScopedSigner(role)
	if c.account != nil {
		c.account(account, b)
	}
	if c.user != nil {
		c.user(user, b)
	}
	if !b.leave {
		b.StoreFile(b.t, account, b.sign, 0, 1)
	}
	token := trusted.Encode(b.t, user, b.by)
	if c.token != nil {
		token = c.token(token, b)
	}
	return token
}

// TestWhyLoginsAreRefused makes each cause on a real cluster in operator mode,
// and holds that the event of the server names exactly that one, or both, and
// never a part of the token.
func TestWhyLoginsAreRefused(t *testing.T) {
	o := trusted.Start(t, 2, func(opts *server.Options) { opts.AuthTimeout = 1 })
	client := sys.New(o.SystemUser(t))
	events := receiveRefusals(t, client)
	tokens := map[string]string{}
	for name, c := range cases {
		b := &bench{Operator: o, t: t}
		token := c.make(name, b)
		tokens[name] = token
		opts := append([]nats.Option{nats.Name(name), nats.NoReconnect()}, b.opts...)
		var err error
		var nc *nats.Conn
		if b.opts != nil {
			nc, err = nats.Connect(o.Servers[1].ClientURL(), opts...)
		} else {
			nc, err = o.Login(1, token, b.seed, opts...)
		}
		if err == nil {
			nc.Close()
			t.Fatalf("%s: the server lets it in", name)
		}
	}
	for range cases {
		e := nextRefusal(t, events)
		name := clientOf(t, e)
		c, ok := cases[name]
		if !ok || e.Refusal == nil {
			t.Fatalf("an event of no case: %+v", e)
		}
		var got []string
		for _, cause := range e.Refusal.Causes {
			got = append(got, cause.Code)
		}
		if !slices.Equal(got, c.want) || !strings.Contains(e.Why, e.Refusal.Text()) {
			t.Errorf("%s: %q, want %q: %s", name, got, c.want, e.Why)
		}
		shown, err := json.Marshal(e.Refusal)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range append(strings.Split(tokens[name], "."), "secret-word") {
			if strings.Contains(string(shown)+e.Who+e.Why, part) {
				t.Errorf("%s: a part of the token is shown: %s", name, shown)
			}
		}
	}
}

// receiveRefusals follows refused logins, from an instant at which they are received.
func receiveRefusals(t *testing.T, client *sys.Client) <-chan fleet.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	heard, done := make(chan fleet.Event, 20_000), make(chan struct{})
	t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		defer close(heard)
		for e, err := range client.Events(ctx, fleet.EventAuthError) {
			if err == nil {
				heard <- e
			}
		}
	}()
	for url, tick := client.Conn().ConnectedUrl(), time.NewTicker(50*time.Millisecond); ; {
		select {
		case <-heard:
			tick.Stop()
			return drained(heard)
		case <-tick.C:
			if nc, err := nats.Connect(url, nats.Name("hello"), nats.NoReconnect(), nats.UserInfo("nobody", "")); err == nil {
				nc.Close()
			}
		case <-ctx.Done():
			t.Fatal("no event comes")
		}
	}
}

// drained leaves out the events of the first connections.
func drained(heard <-chan fleet.Event) <-chan fleet.Event {
	out := make(chan fleet.Event, 20_000)
	go func() {
		for e := range heard {
			if !strings.Contains(e.Who, "hello") {
				out <- e
			}
		}
	}()
	return out
}

func nextRefusal(t *testing.T, events <-chan fleet.Event) fleet.Event {
	t.Helper()
	select {
	case e := <-events:
		return e
	case <-time.After(30 * time.Second):
		t.Fatal("an event is missing")
	}
	return fleet.Event{}
}

// clientOf is the name of the client of an event.
func clientOf(t *testing.T, e fleet.Event) string {
	t.Helper()
	var m server.DisconnectEventMsg
	if err := json.Unmarshal(e.Body, &m); err != nil {
		t.Fatal(err, fmt.Sprintf("%+v", e))
	}
	return m.Client.Name
}
