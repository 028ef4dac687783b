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
)

// push lets the server know an account.
func (o operated) push(t *testing.T, system *nats.Conn, account *jwt.AccountClaims) {
	t.Helper()
	token, err := account.Encode(o.operator)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := system.Request("$SYS.REQ.CLAIMS.UPDATE", []byte(token), 20*time.Second)
	if err != nil || !strings.Contains(string(answer.Data), "jwt updated") {
		t.Fatalf("push an account: %v, %s", err, answer.Data)
	}
}

// TestRevokedInEvents revokes a user who is connected by a new JWT of its
// account: the events tell that the connection ended, why, and whose it was, and
// then of each attempt to come back.
func TestRevokedInEvents(t *testing.T) {
	o := startOperated(t)
	system := o.user(t, 0)
	app, appID := key(t, nkeys.CreateAccount)
	user, userID := key(t, nkeys.CreateUser)
	claims := jwt.NewAccountClaims(appID)
	claims.Name = "APP"
	o.push(t, system, claims)
	token, err := jwt.NewUserClaims(userID).Encode(app)
	if err != nil {
		t.Fatal(err)
	}
	nc, err := nats.Connect(o.url, nats.Name("orders"), nats.ReconnectWait(10*time.Millisecond), nats.UserJWT(
		func() (string, error) { return token, nil }, func(nonce []byte) ([]byte, error) { return user.Sign(nonce) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client := sys.New(o.user(t, 0))
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
	o.listening(ctx, t, heard)
	claims.Revoke(userID)
	o.push(t, system, claims)
	ended := false
	for e := range heard {
		switch {
		case e.Kind == fleet.EventDisconnect && strings.Contains(e.Who, "orders"):
			ended = true
			if e.Why != "Credentials Revoked" || e.Level != fleet.Warn || e.Account != appID || !strings.Contains(e.Who, userID) {
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
func (o operated) listening(ctx context.Context, t *testing.T, heard <-chan fleet.Event) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-heard:
			return
		case <-tick.C:
			o.user(t, 0).Close()
		case <-ctx.Done():
			t.Fatal("nobody hears a connection")
		}
	}
}
