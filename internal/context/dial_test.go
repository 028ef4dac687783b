package natsctx

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"
)

// secretFile writes a file that only its owner may read.
func secretFile(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	must(t, os.WriteFile(path, []byte(content), 0o600))
	return path
}

// startServer runs an embedded server on a free port of 127.0.0.1.
func startServer(t *testing.T, o server.Options) string {
	t.Helper()
	o.Host, o.Port, o.NoLog, o.NoSigs = "127.0.0.1", server.RANDOM_PORT, true, true
	s, err := server.NewServer(&o)
	must(t, err)
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server does not start")
	}
	return s.ClientURL()
}

// dial resolves, dials and connects.
func dial(t *testing.T, o Overrides, getenv func(string) string) (*nats.Conn, error) {
	t.Helper()
	target, err := Resolve(newStore(t), o, getenv)
	if err != nil {
		return nil, err
	}
	d, err := target.Dial(t.Context())
	if err != nil {
		return nil, err
	}
	nc, err := nats.Connect(d.URL(), d.Options...)
	if err == nil {
		t.Cleanup(nc.Close)
	}
	return nc, err
}

// userKey makes a user key with its seed.
func userKey(t *testing.T) (public, seed string) {
	t.Helper()
	pair, err := nkeys.CreateUser()
	must(t, err)
	public, err = pair.PublicKey()
	must(t, err)
	raw, err := pair.Seed()
	must(t, err)
	return public, string(raw)
}

func TestEveryKindOfSecretLogsIn(t *testing.T) {
	public, seed := userKey(t)
	byPassword := startServer(t, server.Options{Username: "alice", Password: "hunter2"})
	byToken := startServer(t, server.Options{Authorization: "t0ken"})
	byNKey := startServer(t, server.Options{Nkeys: []*server.NkeyUser{{Nkey: public}}})
	env := envOf("PW", "hunter2", "TOK", "t0ken", "SEED", seed)
	for name, set := range map[string]Settings{
		"password":           {URL: byPassword, User: "alice", Password: "hunter2"},
		"password env":       {URL: byPassword, User: "alice", Password: "env://PW"},
		"password file":      {URL: byPassword, User: "alice", Password: "file://" + secretFile(t, "pw", "hunter2\r\n")},
		"password data":      {URL: byPassword, User: "alice", Password: "data:;base64,aHVudGVyMg=="},
		"token":              {URL: byToken, Token: "t0ken"},
		"token env":          {URL: byToken, Token: "ENV://TOK"},
		"nkey file":          {URL: byNKey, NKey: secretFile(t, "nk", seed+"\n")},
		"nkey file scheme":   {URL: byNKey, NKey: "file://" + secretFile(t, "nk", seed)},
		"nkey env":           {URL: byNKey, NKey: "env://SEED"},
		"lone user is token": {URL: byToken, User: "t0ken"},
	} {
		nc, err := dial(t, Overrides{Settings: set}, env)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else {
			nc.Close()
		}
	}
	_, err := dial(t, Overrides{Settings: Settings{URL: byPassword, User: "alice", Password: "wrong"}}, noEnv)
	wantErr(t, err, nats.ErrAuthorization, "")
}

// operator runs a server that trusts JWTs and returns a user's credentials.
func operator(t *testing.T) (url, creds, userJWT, seed string) {
	t.Helper()
	op, err := nkeys.CreateOperator()
	must(t, err)
	opPub, err := op.PublicKey()
	must(t, err)
	account, err := nkeys.CreateAccount()
	must(t, err)
	accPub, err := account.PublicKey()
	must(t, err)
	accClaims := jwt.NewAccountClaims(accPub)
	accJWT, err := accClaims.Encode(op)
	must(t, err)
	opClaims := jwt.NewOperatorClaims(opPub)
	opClaims.StrictSigningKeyUsage = false
	opJWT, err := opClaims.Encode(op)
	must(t, err)
	trusted, err := jwt.DecodeOperatorClaims(opJWT)
	must(t, err)
	resolver := &server.MemAccResolver{}
	must(t, resolver.Store(accPub, accJWT))
	url = startServer(t, server.Options{TrustedOperators: []*jwt.OperatorClaims{trusted}, AccountResolver: resolver})
	public, seed := userKey(t)
	claims := jwt.NewUserClaims(public)
	claims.Name, claims.Expires = "alice", time.Now().Add(10*24*time.Hour).Unix()
	userJWT, err = claims.Encode(account)
	must(t, err)
	decorated, err := jwt.FormatUserConfig(userJWT, []byte(seed))
	must(t, err)
	return url, string(decorated), userJWT, seed
}

func TestCredentialsLogIn(t *testing.T) {
	url, creds, userJWT, seed := operator(t)
	path := secretFile(t, "alice.creds", creds)
	env := envOf("CREDS", creds, "JWT", userJWT, "SEED", seed, "DIR", filepath.Dir(path))
	for name, set := range map[string]Settings{
		"file":         {URL: url, Creds: path},
		"variable":     {URL: url, Creds: "$DIR/alice.creds"},
		"env":          {URL: url, Creds: "env://CREDS"},
		"data":         {URL: url, Creds: "data:;base64," + encodeBase64([]byte(creds))},
		"jwt and seed": {URL: url, UserJWT: "env://JWT", UserSeed: "env://SEED"},
		"inline":       {URL: url, UserJWT: userJWT, UserSeed: seed},
	} {
		if _, err := dial(t, Overrides{Settings: set}, env); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := Context{Settings: Settings{Creds: path}}
	found := c.Inspect(t.Context(), noEnv, time.Now())
	if len(found) != 1 || !found[0].Warning || found[0].Expires.IsZero() {
		t.Errorf("ten days before its end: %+v", found)
	}
	wantErr(t, found[0].Err, ErrExpiring, "creds")
	found = c.Inspect(t.Context(), noEnv, time.Now().Add(11*24*time.Hour))
	wantErr(t, found[0].Err, ErrExpired, "creds")
	embedded := Settings{Creds: path}
	must(t, embedded.Embed(t.Context(), noEnv))
	if _, err := dial(t, Overrides{Settings: Settings{URL: url, Creds: embedded.Creds}}, noEnv); err != nil {
		t.Error(err)
	}
}

func TestToolsAreAsked(t *testing.T) {
	s := shared(t) // a fake nsc that names user.creds beside it
	url, creds, _, _ := operator(t)
	bin := filepath.SplitList(os.Getenv("PATH"))[0]
	must(t, os.WriteFile(filepath.Join(bin, "user.creds"), []byte(creds), 0o600))
	must(t, os.WriteFile(filepath.Join(bin, "op"), []byte("#!/bin/sh\n"+
		`[ "$*" = "read op://vault/alice/creds" ] || { echo "[ERROR] not signed in" >&2; echo leaked; exit 6; }`+"\n"+
		`cat "$(dirname "$0")/user.creds"`+"\n"), 0o700)) //nolint:gosec // a program has to be executable
	for _, ref := range []string{"nsc://Op/Acct/User", "NSC://Op/Acct/User", "op://vault/alice/creds"} {
		if _, err := dial(t, Overrides{Settings: Settings{URL: url, Creds: ref}}, noEnv); err != nil {
			t.Errorf("%s: %v", ref, err)
		}
	}
	must(t, s.Create(&Context{Name: "legacy", Settings: Settings{NSC: "Op/Acct/User"}}))
	target, err := Resolve(s, Overrides{Context: "legacy"}, noEnv)
	must(t, err)
	d, err := target.Dial(t.Context())
	must(t, err)
	if d.URL() != "nats://nsc.example.net" {
		t.Errorf("the operator's URL is %q", d.URL())
	}
	_, err = dial(t, Overrides{Settings: Settings{Creds: "op://vault/bob/creds"}}, noEnv)
	wantErr(t, err, ErrSecret, "not signed in")
	if strings.Contains(err.Error(), "leaked") {
		t.Error(err)
	}
	t.Setenv("PATH", t.TempDir())
	_, err = dial(t, Overrides{Settings: Settings{Creds: "op://vault/alice/creds"}}, noEnv)
	wantErr(t, err, ErrSecret, `"op" is not installed`)
}

func TestDialRefuses(t *testing.T) {
	_, seed := userKey(t)
	open := secretFile(t, "open", "x")
	must(t, os.Chmod(open, 0o640)) //nolint:gosec // that is what is refused
	for name, tc := range map[string]struct {
		set   Settings
		kind  error
		words string
	}{
		"missing creds":       {Settings{Creds: "/no/such.creds"}, ErrMissing, "/no/such.creds"},
		"exposed creds":       {Settings{Creds: open}, ErrExposed, "0640"},
		"exposed password":    {Settings{User: "a", Password: "file://" + open}, ErrExposed, "password"},
		"garbage creds":       {Settings{Creds: secretFile(t, "c", "garbage")}, ErrSecret, "cannot be parsed"},
		"seed as path":        {Settings{NKey: seed}, ErrInvalid, "holds a seed"},
		"unknown scheme":      {Settings{Creds: "vault://a/b"}, ErrInvalid, `"vault"`},
		"unset variable":      {Settings{NKey: "env://NOT_SET"}, ErrSecret, "not set"},
		"unset path":          {Settings{NKey: "$NOT_SET/x"}, ErrInvalid, `"NOT_SET"`},
		"damaged data":        {Settings{Creds: "data:;base64,!"}, ErrSecret, "damaged"},
		"data without base64": {Settings{Creds: "data:,x"}, ErrSecret, "base64"},
		"cert without key":    {Settings{Cert: "/x"}, ErrInvalid, "needs key"},
		"ca as reference":     {Settings{CA: "env://CA"}, ErrInvalid, "a path is needed"},
		"missing ca":          {Settings{CA: "/no/ca.pem"}, ErrMissing, "/no/ca.pem"},
		"ca without pem":      {Settings{CA: secretFile(t, "ca", "x")}, ErrInvalid, "no PEM"},
		"mixed websockets":    {Settings{URL: "ws://a,nats://b"}, ErrInvalid, "mixed"},
		"bad port":            {Settings{URL: "nats://a:99999"}, ErrInvalid, "port"},
		"bad proxy":           {Settings{SocksProxy: "http://u:hunter2@p"}, ErrInvalid, "socks5://"},
		"directory":           {Settings{Creds: t.TempDir()}, ErrSecret, "not a regular file"},
	} {
		if errors.Is(tc.kind, ErrExposed) && runtime.GOOS == "windows" {
			continue
		}
		_, err := dial(t, Overrides{Settings: tc.set}, noEnv)
		t.Run(name, func(t *testing.T) { wantErr(t, err, tc.kind, tc.words) })
	}
}

func TestContextFileWithASecretHasToBePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("no mode bits")
	}
	s := newStore(t)
	for name, set := range map[string]Settings{"inline": {User: "a", Password: "p"}, "reference": {User: "a", Password: "env://HOME"}} {
		must(t, s.Create(&Context{Name: name, Settings: set}))
		must(t, os.Chmod(s.Path(name), 0o644)) //nolint:gosec // that is what is refused
	}
	target, err := Resolve(s, Overrides{Context: "inline"}, noEnv)
	must(t, err)
	_, err = target.Dial(t.Context())
	wantErr(t, err, ErrExposed, "inline.json")
	target, err = Resolve(s, Overrides{Context: "reference"}, envOf("HOME", "x"))
	must(t, err)
	if _, err := target.Dial(t.Context()); err != nil {
		t.Error(err)
	}
	must(t, s.Update("inline", func(*Context) error { return nil })) // which fixes the mode
	target, err = Resolve(s, Overrides{Context: "inline"}, noEnv)
	must(t, err)
	if _, err := target.Dial(t.Context()); err != nil {
		t.Error(err)
	}
}

// certificate makes a key pair signed by itself and returns the files.
func certificate(t *testing.T, ip string, until time.Time) (cert, key string) {
	t.Helper()
	priv, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test server"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: until,
		IPAddresses: []net.IP{net.ParseIP(ip)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage:    x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, priv.Public(), priv)
	must(t, err)
	raw, err := x509.MarshalECPrivateKey(priv)
	must(t, err)
	cert = secretFile(t, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	key = secretFile(t, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "EC PRIVATE KEY", Bytes: raw})))
	return cert, key
}

func TestTLSVerifiesUnlessInsecure(t *testing.T) {
	cert, key := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	conf, err := server.GenTLSConfig(&server.TLSConfigOpts{CertFile: cert, KeyFile: key, CaFile: cert, Verify: true, Timeout: 5})
	must(t, err)
	url := startServer(t, server.Options{TLS: true, TLSVerify: true, TLSConfig: conf, TLSTimeout: 5})
	good := Settings{URL: url, CA: cert, Cert: cert, Key: key}
	if _, err := dial(t, Overrides{Settings: good}, noEnv); err != nil {
		t.Errorf("right CA: %v", err)
	}
	if _, err := dial(t, Overrides{Settings: Settings{URL: url, Cert: cert, Key: key}}, noEnv); err == nil {
		t.Error("connected to a server that is not trusted")
	}
	if _, err := dial(t, Overrides{Settings: Settings{URL: url, Cert: cert, Key: key}, Insecure: true}, noEnv); err != nil {
		t.Errorf("insecure: %v", err)
	}
	other, otherKey := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	_, err = dial(t, Overrides{Settings: Settings{URL: url, Cert: cert, Key: otherKey}}, noEnv)
	wantErr(t, err, ErrInvalid, "does not match its key")
	c := Context{Settings: Settings{CA: other}}
	if found := c.Inspect(t.Context(), noEnv, time.Now()); len(found) != 1 || found[0].Expires.IsZero() || !found[0].Warning {
		t.Errorf("%+v", found)
	}
}
