package auth

import (
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// pair is a key with its public half.
type pair struct {
	nkeys.KeyPair
	public string
}

func newPair(t testing.TB, create func() (nkeys.KeyPair, error)) pair {
	t.Helper()
	kp, err := create()
	if err != nil {
		t.Fatal(err)
	}
	public, err := kp.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return pair{kp, public}
}

func encode(t testing.TB, c jwt.Claims, by pair) string {
	t.Helper()
	token, err := c.Encode(by)
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// trust is an operator with its system account, and the server that trusts it.
type trust struct {
	operator, system pair
	claims           *jwt.OperatorClaims
	server           *server.Server
	resolver         *server.MemAccResolver
}

func startTrust(t testing.TB) *trust {
	t.Helper()
	o := &trust{operator: newPair(t, nkeys.CreateOperator), system: newPair(t, nkeys.CreateAccount), resolver: &server.MemAccResolver{}}
	o.claims = jwt.NewOperatorClaims(o.operator.public)
	o.claims.SystemAccount = o.system.public
	sys := jwt.NewAccountClaims(o.system.public)
	sys.Name = "SYS"
	o.store(t, sys)
	s, err := server.NewServer(&server.Options{
		ServerName: "n1", Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true,
		TrustedOperators: []*jwt.OperatorClaims{o.claims}, SystemAccount: o.system.public, AccountResolver: o.resolver,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("not ready")
	}
	o.server = s
	return o
}

// store gives the server the claims of an account, and returns them as read back.
func (o *trust) store(t testing.TB, c *jwt.AccountClaims) *jwt.AccountClaims {
	t.Helper()
	token := encode(t, c, o.operator)
	if err := o.resolver.Store(c.Subject, token); err != nil {
		t.Fatal(err)
	}
	read, err := jwt.DecodeAccountClaims(token)
	if err != nil {
		t.Fatal(err)
	}
	return read
}
