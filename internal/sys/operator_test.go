package sys_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// operated is a server in operator mode with a full resolver.
type operated struct {
	url      string
	operator nkeys.KeyPair
	system   nkeys.KeyPair
}

func key(t *testing.T, make func() (nkeys.KeyPair, error)) (nkeys.KeyPair, string) {
	t.Helper()
	kp, err := make()
	if err != nil {
		t.Fatal(err)
	}
	public, err := kp.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	return kp, public
}

func startOperated(t *testing.T) operated {
	t.Helper()
	op, opID := key(t, nkeys.CreateOperator)
	acc, accID := key(t, nkeys.CreateAccount)
	claims := jwt.NewOperatorClaims(opID)
	claims.SystemAccount = accID
	account := jwt.NewAccountClaims(accID)
	account.Name = "SYS"
	token, err := account.Encode(op)
	if err != nil {
		t.Fatal(err)
	}
	resolver, err := server.NewDirAccResolver(t.TempDir(), 100, time.Minute, server.NoDelete)
	if err != nil {
		t.Fatal(err)
	}
	if err := resolver.Store(accID, token); err != nil {
		t.Fatal(err)
	}
	s, err := server.NewServer(&server.Options{
		ServerName: "op-1", Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true,
		TrustedOperators: []*jwt.OperatorClaims{claims}, SystemAccount: accID, AccountResolver: resolver,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("not ready")
	}
	return operated{url: s.ClientURL(), operator: op, system: acc}
}

// user connects a user of the system account whose JWT lasts for a while.
func (o operated) user(t *testing.T, lasts time.Duration, opts ...nats.Option) *nats.Conn {
	t.Helper()
	kp, id := key(t, nkeys.CreateUser)
	claims := jwt.NewUserClaims(id)
	if lasts > 0 {
		claims.Expires = time.Now().Add(lasts).Unix()
	}
	token, err := claims.Encode(o.system)
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(o.url, append(opts, nats.UserJWT(
		func() (string, error) { return token, nil },
		func(nonce []byte) ([]byte, error) { return kp.Sign(nonce) }))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func TestExpiredUser(t *testing.T) {
	slow(t)
	t.Parallel()
	o := startOperated(t)
	closed := make(chan struct{})
	nc := o.user(t, 2*time.Second, nats.ReconnectWait(10*time.Millisecond),
		nats.ClosedHandler(func(*nats.Conn) { close(closed) }))
	client := sys.New(nc)
	if s := snapshot(t, client, fleet.Want{}); len(s.Servers) != 1 {
		t.Fatalf("before: %v", names(s))
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	select {
	case <-closed:
	case <-ctx.Done():
		t.Fatal("the connection of an expired user stays open")
	}
	_, err := client.Snapshot(ctx, fleet.Want{})
	if !errors.Is(err, sys.ErrDisconnected) || !errors.Is(err, nats.ErrAuthExpired) && !errors.Is(err, nats.ErrAuthorization) {
		t.Errorf("got %v", err)
	}
}

func TestClaims(t *testing.T) {
	o := startOperated(t)
	client := sys.New(o.user(t, 0))
	id, err := o.system.PublicKey()
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.Request(t.Context(), sys.Request{Kind: endpoint.ClaimsList})
	if err != nil || len(got.List) != 1 || !strings.Contains(string(got.List[0].Data), id) {
		t.Errorf("list: %v, %+v", err, got)
	}
	got, err = client.Request(t.Context(), sys.Request{Kind: endpoint.ClaimsLookup, Account: id})
	if err != nil || len(got.List) != 1 || !strings.HasPrefix(string(got.List[0].Data), `"ey`) {
		t.Errorf("lookup: %v, %+v", err, got)
	}
	if got, err = client.Request(t.Context(), sys.Request{Kind: endpoint.ClaimsPack}); err != nil || len(got.List) == 0 {
		t.Errorf("pack: %v, %+v", err, got)
	}
}
