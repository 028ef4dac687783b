package sys_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// TestFloodHidesNobody refuses ten thousand logins of invented accounts at once,
// and one client of a real account in the middle: its cause is found, and the
// servers are asked about few accounts.
func TestFloodHidesNobody(t *testing.T) {
	slow(t)
	o := trusted.Start(t, 2)
	client := sys.New(o.SystemUser(t))
	b := &bench{Operator: o, t: t}
	victim := cases["network"].make("victim", b)
	if nc, err := o.Login(0, victim, b.seed); err == nil { // the servers use its account from now on
		nc.Close()
		t.Fatal("the server lets it in")
	}
	events := receiveRefusals(t, client)
	asked := make(chan struct{}, 100_000)
	spy := o.SystemUser(t)
	if _, err := spy.Subscribe("$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP", func(*nats.Msg) { asked <- struct{}{} }); err != nil {
		t.Fatal(err)
	}
	if err := spy.Flush(); err != nil {
		t.Fatal(err)
	}
	const flood = 10_000
	from := o.SystemUser(t)
	for i := range flood {
		if i == flood/2 {
			if nc, err := o.Login(1, victim, b.seed, nats.Name("victim"), nats.NoReconnect()); err == nil {
				nc.Close()
				t.Fatal("the server lets it in")
			}
		}
		if err := from.Publish("$SYS.SERVER.NA.CLIENT.AUTH.ERR", invented(t, i)); err != nil {
			t.Fatal(err)
		}
	}
	began, others := time.Now(), 0
	for {
		e := nextRefusal(t, events)
		if e.Refusal.Cause() != "source_network" {
			others++
			continue
		}
		if clientOf(t, e) == "victim" {
			break
		}
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it was found after %v, and %d others", took, others)
	}
	if n := len(asked); n > 500 {
		t.Errorf("the resolvers were asked %d times", n)
	}
}

// invented is the event of a refused login of an account that nobody has.
func invented(t *testing.T, i int) []byte {
	t.Helper()
	account, user := trusted.New(t, nkeys.CreateAccount), trusted.New(t, nkeys.CreateUser)
	body, err := json.Marshal(server.DisconnectEventMsg{
		TypedEvent: server.TypedEvent{ID: fmt.Sprint("E", i), Time: time.Now()}, Server: server.ServerInfo{Name: "n1", ID: "NA"}, Reason: "Authentication Failure",
		Client: server.ClientInfo{ID: uint64(i), Name: strings.Repeat("x", 10), Jwt: trusted.Encode(t, jwt.NewUserClaims(user.Public), account)},
	})
	if err != nil {
		t.Fatal(err)
	}
	return body
}
