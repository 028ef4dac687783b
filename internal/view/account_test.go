package view_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// account is an account of which everything is known.
func account() view.Account {
	js := &server.JetStreamAccountStats{JetStreamTier: server.JetStreamTier{Streams: 3, Consumers: 4, Store: 5 << 20, Memory: 6 << 20}, Domain: "hub"}
	js.Limits.MaxStreams, js.Limits.MaxConsumers, js.Limits.MaxStore, js.Limits.MaxMemory = 10, -1, 50<<20, 0
	r1, r3 := server.JetStreamTier{Streams: 1, Store: 2 << 20}, server.JetStreamTier{Streams: 2, Store: 3 << 20}
	r3.Limits.MaxStreams, r3.Limits.MaxStore = 7, 8<<20
	js.Tiers = map[string]server.JetStreamTier{"R3": r3, "R1": r1}
	return view.Account{
		Schema: "natsctl.account/v1", Time: noon, Name: "APP\x1b",
		User: &server.UserInfo{UserID: "kim\n", Expires: 90 * time.Minute, Permissions: &server.Permissions{
			Publish: &server.SubjectPermission{Allow: []string{"a.>", "b"}, Deny: []string{"a.x"}}, Subscribe: &server.SubjectPermission{Deny: []string{"$SYS.>", "c"}},
		}},
		Details: &server.AccountInfo{
			NameTag: "shop", IsSystem: true, Expired: false, JetStream: true, Exports: make([]server.ExtExport, 2), Imports: make([]server.ExtImport, 3),
			Mappings: server.ExtMap{"m": nil},
		},
		JetStream: js,
		Row:       &fleet.AccountRow{Name: "APP", Label: "label", Servers: 8, Conns: 9, Traffic: traffic(4)},
		Hidden:    []string{"rates", "other\taccounts"},
	}
}

func TestAccountSheet(t *testing.T) {
	text := func(a view.Account) string {
		var b strings.Builder
		for _, line := range a.Lines() {
			fmt.Fprintf(&b, "%s: %s\n", line[0], line[1])
		}
		return b.String()
	}
	expect(t, "full", text(account()), `
Account: shop
Public key: APP\x1b
You are: kim\n
Permissions: publish a.>, b but not a.x; subscribe everything but $SYS.>, c
Expires in: 1h30m
System account: yes
Expired: no
JetStream: yes
Exports: 2
Imports: 3
Mappings: 1
Servers: 8
Conns: 9
Leafs: 0
Subs: 0
In msgs: 0
Out msgs: 0
In bytes: 0 B
Out bytes: 0 B
Slow: 0
Conns ever: 0
JetStream domain: hub
Streams: 3 of 10
Consumers: 4
Store: 5.00 MiB of 50.0 MiB
Memory: 6.00 MiB
Tier R1: 1 streams, 2.00 MiB store
Tier R3: 2 of 7 streams, 3.00 MiB of 8.00 MiB store
Not visible: rates
: other\taccounts
`)
	expect(t, "bare", text(view.Account{Name: "B"}), "Account: B")
	expect(t, "named by its row", text(view.Account{Name: "KEY", Row: &fleet.AccountRow{Name: "KEY", Label: "shop"}})[:29], "Account: shop\nPublic key: KEY")
	expect(t, "a user with a name", text(view.Account{Name: "KEY", User: &server.UserInfo{UserID: "UKEY", UserName: "kim", AccountName: "shop"}})[:62],
		"Account: shop\nPublic key: KEY\nYou are: kim\nYour key: UKEY\nPerm")
	expect(t, "not known by a key", text(view.Account{Name: "B", Details: &server.AccountInfo{NameTag: "B"}})[:11], "Account: B")
	forever := account()
	forever.User.Expires = 0
	if strings.Contains(text(forever), "Expires") {
		t.Error("a user who does not expire expires")
	}
	data, err := json.Marshal(account())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Account string
		Usage   map[string]any
		Row     any
	}
	if err := json.Unmarshal(data, &doc); err != nil || doc.Account != "APP\x1b" || doc.Usage["conns"] != 9.0 || doc.Usage["in_msgs_per_second"] != 5.0 || doc.Row != nil {
		t.Errorf("%v %s", err, data)
	}
	if data, _ := json.Marshal(view.Account{Name: "B"}); strings.Contains(string(data), "usage") {
		t.Errorf("%s", data)
	}
}

func TestPermissions(t *testing.T) {
	allow, deny := []string{"a", "b"}, []string{"c"}
	for _, c := range []struct {
		p    *server.Permissions
		want string
	}{
		{nil, "everything in the account"},
		{&server.Permissions{}, "publish everything; subscribe everything"},
		{&server.Permissions{Publish: &server.SubjectPermission{}}, "publish everything; subscribe everything"},
		{&server.Permissions{Publish: &server.SubjectPermission{Allow: allow}}, "publish a, b; subscribe everything"},
		{&server.Permissions{Subscribe: &server.SubjectPermission{Deny: deny}}, "publish everything; subscribe everything but c"},
		{&server.Permissions{Subscribe: &server.SubjectPermission{Allow: allow, Deny: deny}}, "publish everything; subscribe a, b but not c"},
		{&server.Permissions{Publish: &server.SubjectPermission{Allow: []string{"\x1b[2J"}}}, `publish \x1b[2J; subscribe everything`},
	} {
		if got := view.Permissions(c.p); got != c.want {
			t.Errorf("%+v: %q, want %q", c.p, got, c.want)
		}
	}
}

// TestLift keeps all that a column is in the table of another row.
func TestLift(t *testing.T) {
	inner := []view.Column[int]{
		{Name: "n", Title: "T", Short: "S", Help: "H", Unit: view.Bytes, Wide: true, Value: func(i int) any { return i }, Level: func(i int) view.Level {
			if i > 1000 {
				return fleet.Crit
			}
			return fleet.OK
		}},
		{Name: "m", Sum: true, Value: func(i int) any { return -i }},
	}
	lifted := view.Lift(inner, func(s string) int { return len(s) * 1024 })
	heads := view.Heads(lifted)
	want := []view.Head{{Name: "n", Title: "T", Short: "S", Help: "H", Unit: view.Bytes, Wide: true}, {Name: "m", Sum: true}}
	if !slices.Equal(heads, want) {
		t.Errorf("%+v", heads)
	}
	cells := view.Cells(lifted, "ab")
	if cells[0] != (view.Cell{Raw: 2048, Unit: view.Bytes, Level: fleet.Crit}) || cells[1] != (view.Cell{Raw: -2048}) {
		t.Errorf("%+v", cells)
	}
	if cells := view.Cells(lifted, ""); cells[0].Level != fleet.OK {
		t.Errorf("%+v", cells)
	}
}

// TestEveryColumnIsWhole finds a title and a sentence of help in each column of
// each table, and no name twice in one.
func TestEveryColumnIsWhole(t *testing.T) {
	top := threeClusters()
	d := &fleet.Delta{}
	for name, heads := range map[string][]view.Head{
		"servers": view.Heads(view.Servers(&fleet.Snapshot{})), "cpu": view.Heads(view.CPU(true, d)), "memory": view.Heads(view.Memory()),
		"subscriptions": view.Heads(view.Subscriptions(true, d)), "versions": view.Heads(view.Versions()), "connections": view.Heads(view.Connections(true, true)),
		"accounts": view.Heads(view.Accounts(true)), "streams": view.Heads(view.Streams(true)), "consumers": view.Heads(view.Consumers(true)),
		"meta": view.Heads(view.MetaPeers(d)), "health": view.Heads(view.Health()), "certificates": view.Heads(view.Certificates()), "sharing": view.Heads(view.Sharing()),
		"findings": view.Heads(view.Findings()), "events": view.Heads(view.Events()), "routes": view.Heads(view.Routes(top, true)), "gateways": view.Heads(view.Gateways(top, true)),
		"leafnodes": view.Heads(view.Leafnodes(top, true)), "links": view.Heads(view.Links(top, true)),
	} {
		seen := map[string]bool{}
		for _, h := range heads {
			if h.Title == "" || !strings.HasSuffix(h.Help, ".") || seen[h.Name] || len(h.Short) > len(h.Title) {
				t.Errorf("%s: %+v", name, h)
			}
			seen[h.Name] = true
			for suffix, unit := range map[string]view.Unit{"_bytes": view.Bytes, "_seconds": view.Seconds, "_percent": view.Percent, "_bytes_per_second": view.BytesSec} {
				if strings.HasSuffix(h.Name, suffix) != (h.Unit == unit) {
					t.Errorf("%s: %s is in unit %d", name, h.Name, h.Unit)
				}
			}
		}
	}
}
