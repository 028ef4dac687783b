package sys_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// TestRevokedInEvents revokes a user who is connected by a new JWT of its
// account: the events tell that the connection ended, why, and whose it was, and
// then of each attempt to come back.
func TestRevokedInEvents(t *testing.T) {
	o := trusted.Start(t, 1)
	app, user := trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateUser)
	claims := jwt.NewAccountClaims(app.Public)
	claims.Name = "APP"
	o.Store(t, claims)
	token := trusted.Encode(t, jwt.NewUserClaims(user.Public), app)
	nc, err := o.Login(0, token, user, nats.Name("orders"), nats.ReconnectWait(10*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client := sys.New(o.SystemUser(t))
	heard := make(chan fleet.Event, 100)
	go func() {
		defer close(heard)
		for e, err := range client.Events(ctx, fleet.EventConnect, fleet.EventDisconnect, fleet.EventAuthError) {
			if err == nil {
				select {
				case heard <- e:
				case <-ctx.Done():
				}
			}
		}
	}()
	listening(ctx, t, o, heard)
	claims.Revoke(user.Public)
	o.Store(t, claims)
	ended := false
	for e := range heard {
		switch {
		case e.Kind == fleet.EventDisconnect && strings.Contains(e.Who, "orders"):
			ended = true
			if e.Why != "Credentials Revoked" || e.Level != fleet.Warn || e.Account != app.Public || !strings.Contains(e.Who, user.Public) {
				t.Errorf("the end is told as %+v", e)
			}
		case e.Kind == fleet.EventAuthError && strings.Contains(e.Who, "orders"):
			if !ended || e.Level != fleet.Warn || !strings.HasPrefix(e.Why, "Authentication") {
				t.Errorf("the attempt to come back is told as %+v, after the end: %v", e, ended)
			}
			cancel()
			return
		}
	}
	t.Fatal("the events end without a failed login")
}

// listening connects until somebody hears it.
func listening(ctx context.Context, t *testing.T, o *trusted.Operator, heard <-chan fleet.Event) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-heard:
			return
		case <-tick.C:
			o.SystemUser(t).Close()
		case <-ctx.Done():
			t.Fatal("nobody hears a connection")
		}
	}
}
