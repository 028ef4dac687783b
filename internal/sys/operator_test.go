package sys_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// systemUser connects a user of the system account whose JWT lasts for a while.
func systemUser(t *testing.T, o *trusted.Operator, lasts time.Duration, opts ...nats.Option) *nats.Conn {
	t.Helper()
	user := trusted.New(t, nkeys.CreateUser)
	claims := jwt.NewUserClaims(user.Public)
	claims.Expires = time.Now().Add(lasts).Unix()
	nc, err := o.Login(0, trusted.Encode(t, claims, o.System), user, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

func TestExpiredUser(t *testing.T) {
	slow(t)
	t.Parallel()
	o := trusted.Start(t, 1)
	closed := make(chan struct{})
	nc := systemUser(t, o, 2*time.Second, nats.ReconnectWait(10*time.Millisecond),
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
	o := trusted.Start(t, 1)
	client, id := sys.New(o.SystemUser(t)), o.System.Public
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
