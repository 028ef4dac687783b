package probe

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
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

// signed encodes the claims of a key and returns the key too.
func signed(t *testing.T, create func() (nkeys.KeyPair, error), claims func(public string) jwt.Claims, by nkeys.KeyPair) (nkeys.KeyPair, string, string) {
	t.Helper()
	pair, err := create()
	must(t, err)
	public, err := pair.PublicKey()
	must(t, err)
	if by == nil {
		by = pair
	}
	text, err := claims(public).Encode(by)
	must(t, err)
	return pair, public, text
}

// TestTheEndOfAUserIsReported logs in with a JWT that ends, and with one that does not.
func TestTheEndOfAUserIsReported(t *testing.T) {
	op, _, opJWT := signed(t, nkeys.CreateOperator, func(p string) jwt.Claims { return jwt.NewOperatorClaims(p) }, nil)
	account, accountKey, accountJWT := signed(t, nkeys.CreateAccount, func(p string) jwt.Claims { return jwt.NewAccountClaims(p) }, op)
	trusted, err := jwt.DecodeOperatorClaims(opJWT)
	must(t, err)
	resolver := &server.MemAccResolver{}
	must(t, resolver.Store(accountKey, accountJWT))
	_, systemKey, systemJWT := signed(t, nkeys.CreateAccount, func(p string) jwt.Claims { return jwt.NewAccountClaims(p) }, op)
	must(t, resolver.Store(systemKey, systemJWT))
	url := startServer(t, server.Options{TrustedOperators: []*jwt.OperatorClaims{trusted}, AccountResolver: resolver, SystemAccount: systemKey})
	for _, end := range []time.Time{{}, time.Now().Add(5 * time.Hour)} {
		user, _, userJWT := signed(t, nkeys.CreateUser, func(p string) jwt.Claims {
			u := jwt.NewUserClaims(p)
			if !end.IsZero() {
				u.Expires = end.Unix()
			}
			return u
		}, account)
		r := stages(t, url, nats.UserJWT(func() (string, error) { return userJWT, nil }, user.Sign))[Permission]
		if r.Err != nil || !strings.Contains(r.Detail, accountKey) || r.Expires.IsZero() != end.IsZero() || !end.IsZero() && r.Expires.Sub(end).Abs() > time.Minute {
			t.Errorf("ends %v: %+v", end, r)
		}
	}
}

// TestAuthoritiesOfAFileAreUsed trusts what --tlsca names, and nothing else.
func TestAuthoritiesOfAFileAreUsed(t *testing.T) {
	ca, other := newAuthority(t), newAuthority(t)
	conf := &tls.Config{Certificates: []tls.Certificate{ca.issue(t, "127.0.0.1", time.Now().Add(time.Hour))}, MinVersion: tls.VersionTLS12}
	url := startServer(t, server.Options{TLS: true, TLSConfig: conf, TLSTimeout: 5})
	for _, c := range []struct {
		authority authority
		trusted   bool
	}{{ca, true}, {other, false}} {
		path := filepath.Join(t.TempDir(), "ca.pem")
		must(t, os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.authority.cert.Raw}), 0o600))
		r := stages(t, url, nats.RootCAs(path))[TLS]
		var unknown x509.UnknownAuthorityError
		if (r.Err == nil) != c.trusted || !c.trusted && !errors.As(r.Err, &unknown) {
			t.Errorf("trusted %v: %+v", c.trusted, r)
		}
	}
}
