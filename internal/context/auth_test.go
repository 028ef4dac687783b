package natsctx

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// TestASeedAndCredentialsAreDistinguished puts each into the place of the other.
func TestASeedAndCredentialsAreDistinguished(t *testing.T) {
	_, seed := userKey(t)
	creds := credsUntil(t, time.Time{})
	for name, c := range map[string]struct {
		set   Settings
		words string
	}{
		"credentials as nkey": {Settings{NKey: secretFile(t, "alice.creds", creds)}, "alice.creds is a credentials file; use creds"},
		"seed as credentials": {Settings{Creds: secretFile(t, "alice.nk", seed)}, "alice.nk holds a seed alone; use nkey"},
	} {
		_, err := dial(t, Overrides{Settings: c.set}, noEnv)
		wantErr(t, err, ErrInvalid, c.words)
		if strings.Contains(text(err), seed) {
			t.Errorf("%s: the seed is shown: %v", name, err)
		}
	}
	account, err := nkeys.CreateAccount()
	must(t, err)
	accountSeed, err := account.Seed()
	must(t, err)
	_, err = dial(t, Overrides{Settings: Settings{NKey: secretFile(t, "a.nk", string(accountSeed))}}, noEnv)
	wantErr(t, err, ErrInvalid, "not the seed of a user")
}

// TestExpired tells a JWT outside of its time, to the second, wherever it is.
func TestExpired(t *testing.T) {
	account, err := nkeys.CreateAccount()
	must(t, err)
	public, seed := userKey(t)
	claims := jwt.NewUserClaims(public)
	claims.Name, claims.NotBefore, claims.Expires = "alice", now.Add(-time.Hour).Unix(), now.Unix()
	text, err := claims.Encode(account)
	must(t, err)
	decorated, err := jwt.FormatUserConfig(text, []byte(seed))
	must(t, err)
	for key, set := range map[string]Settings{
		"creds":    {Creds: secretFile(t, "c", string(decorated))},
		"user_jwt": {UserJWT: text, UserSeed: seed},
	} {
		target, err := Resolve(newStore(t), Overrides{Settings: set}, noEnv)
		must(t, err)
		d, err := target.Dial(t.Context())
		must(t, err)
		for _, at := range []time.Time{now.Add(-time.Hour), now.Add(-time.Second)} {
			if err := d.Expired(at); err != nil {
				t.Errorf("%s at %v: %v", key, at, err)
			}
		}
		wantErr(t, d.Expired(now), ErrExpired, key+`: the credentials of user "alice" expired on 2026-03-01 12:00:00`)
		wantErr(t, d.Expired(now.Add(-time.Hour-time.Second)), ErrExpired, "not valid before 2026-03-01 11:00:00")
	}
	d, err := (&Target{Context: Context{Settings: Settings{Creds: secretFile(t, "c", credsUntil(t, time.Time{}))}}, getenv: noEnv}).Dial(t.Context())
	must(t, err)
	if err := d.Expired(now.Add(1000000 * time.Hour)); err != nil {
		t.Errorf("without an end: %v", err)
	}
	if err := (Dial{}).Expired(now); err != nil {
		t.Errorf("without a JWT: %v", err)
	}
}

// nscWith puts a tool nsc into the path that gives this profile.
func nscWith(t *testing.T, services string) {
	t.Helper()
	needsModes(t)
	bin := t.TempDir()
	must(t, os.WriteFile(filepath.Join(bin, "user.creds"), []byte(credsUntil(t, time.Time{})), 0o600))
	must(t, os.WriteFile(filepath.Join(bin, "nsc"), []byte("#!/bin/sh\n"+
		`echo '{"user_creds":"`+filepath.Join(bin, "user.creds")+`","operator":{"service":[`+services+`]}}'`+"\n"), 0o700)) //nolint:gosec // a program has to be executable
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
}

// TestNSCGivesTheServersOfTheOperator where nothing else names any, and never
// the default one in their place.
func TestNSCGivesTheServersOfTheOperator(t *testing.T) {
	nscWith(t, `"nats://a.example.net","tls://b.example.net"`)
	const both = "nats://a.example.net,tls://b.example.net"
	for name, c := range map[string]struct {
		set       Settings
		url, kept string
	}{
		"creds":           {Settings{Creds: "nsc://O/A/U"}, both, both},
		"creds and a URL": {Settings{Creds: "nsc://O/A/U", URL: "nats://own"}, "nats://own", ""},
		"old key":         {Settings{NSC: "O/A/U"}, both, both},
		"old key and URL": {Settings{NSC: "O/A/U", URL: "nats://own"}, "nats://own", ""},
		"other creds":     {Settings{Creds: "env://CREDS"}, "nats://127.0.0.1:4222", ""},
		"none":            {Settings{}, "nats://127.0.0.1:4222", ""},
	} {
		target, err := Resolve(newStore(t), Overrides{Settings: c.set}, envOf("CREDS", credsUntil(t, time.Time{})))
		must(t, err)
		d, err := target.Dial(t.Context())
		if err != nil || d.URL() != c.url {
			t.Errorf("%s: %q, %v", name, d.URL(), err)
		}
		if got, err := ServiceURL(t.Context(), c.set); got != c.kept || err != nil {
			t.Errorf("%s: to save %q, %v", name, got, err)
		}
	}
	nscWith(t, "")
	for _, set := range []Settings{{Creds: "nsc://O/A/U"}, {NSC: "nsc://O/A/U"}} {
		_, err := ServiceURL(t.Context(), set)
		wantErr(t, err, ErrInvalid, "has no service URL")
		_, err = dial(t, Overrides{Settings: set}, noEnv)
		wantErr(t, err, ErrInvalid, "has no service URL")
	}
	t.Setenv("PATH", t.TempDir())
	_, err := ServiceURL(t.Context(), Settings{Creds: "nsc://O/A/U"})
	wantErr(t, err, ErrSecret, "not installed")
}

// TestWebsocketsInClearAndNot logs in through both, with what asks for TLS.
func TestWebsocketsInClearAndNot(t *testing.T) {
	cert, key := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	conf, err := server.GenTLSConfig(&server.TLSConfigOpts{CertFile: cert, KeyFile: key, Timeout: 5})
	must(t, err)
	ws := startWebsocket(t, server.WebsocketOpts{NoTLS: true})
	wss := startWebsocket(t, server.WebsocketOpts{TLSConfig: conf})
	login := Settings{User: "u", Password: "p"}
	for name, c := range map[string]struct {
		url  string
		ca   string
		skip bool
		ok   bool
	}{
		"ws":                           {ws, "", false, true},
		"ws, verification skipped":     {ws, "", true, true},
		"ws with a path":               {ws + "/nats/ws?x=1", "", false, true},
		"ws with an authority":         {ws, cert, false, false}, // it asks for TLS
		"wss, trusted":                 {wss, cert, false, true},
		"wss, not trusted":             {wss, "", false, false},
		"wss, verification skipped":    {wss, "", true, true},
		"wss beside ws, not trusted":   {wss + ",ws://127.0.0.1:1", "", false, false},
		"wss beside ws, skipped":       {wss + ",ws://127.0.0.1:1", "", true, false}, // ws:// makes it verify again
		"capitals, verified no less":   {strings.Replace(wss, "wss", "WSS", 1), "", false, false},
		"ws among others, in any case": {"WS://127.0.0.1:1," + ws, "", false, true},
	} {
		set := login
		set.URL, set.CA = c.url, c.ca
		_, err := dial(t, Overrides{Settings: set, Insecure: c.skip, Timeout: 5 * time.Second}, noEnv)
		if (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// startWebsocket runs a server with a websocket port and returns its URL.
func startWebsocket(t *testing.T, o server.WebsocketOpts) string {
	t.Helper()
	o.Host, o.Port = "127.0.0.1", server.RANDOM_PORT
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, Username: "u", Password: "p", Websocket: o})
	must(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	return s.WebsocketURL()
}

// TestDeadProxyIsNamed has a proxy that there is not, and one that cannot reach
// the server.
func TestDeadProxyIsNamed(t *testing.T) {
	p, err := newProxy("socks5://user:s3cret@127.0.0.1:1", time.Second)
	must(t, err)
	_, err = p.Dial("tcp", "h.example.net:4222")
	wantErr(t, err, ErrProxy, "cannot connect through the SOCKS proxy 127.0.0.1:1 to h.example.net:4222: dial tcp 127.0.0.1:1")
	var proxied *ProxyError
	if !errors.As(err, &proxied) || !proxied.Proxied() || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%v", err)
	}
}
