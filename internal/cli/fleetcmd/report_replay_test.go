package fleetcmd

import (
	"errors"
	"slices"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestReplayOfAnAccount narrows what a recording holds to the account that was
// asked for, by its name or its key; a name that two accounts have is refused.
func TestReplayOfAnAccount(t *testing.T) {
	const chat, twin, other = "ACRJNOYAXTHP73XNUQTKCBYQSWS7DR6RSP7K3CKOOSIHUPHHSKEQBDV5", "AA7CWIENNJ5BXZ5HZSUOKNO2JO6RYUNVK4TZUIZKWMLZUAP3UNFZPHPE", "OTHER"
	sv := &server.AccountStatz{Accounts: []*server.AccountStat{{Account: chat, Name: "CHAT"}, {Account: other, Name: other}, {Account: twin, Name: "TWIN"}, {Account: chat[:55] + "Q", Name: "TWIN"}}}
	js := &server.JSInfo{}
	for _, id := range []string{chat, other} {
		consumer := []*server.ConsumerInfo{{Name: "C", Config: &server.ConsumerConfig{}}}
		stream := server.StreamDetail{Name: "S", Consumer: consumer, Mirror: &server.StreamSourceInfo{Name: "O"}}
		js.AccountDetails = append(js.AccountDetails, &server.AccountDetail{Id: id, Name: "shown", Streams: []server.StreamDetail{stream}})
	}
	conns := &server.Connz{Conns: []*server.ConnInfo{{Cid: 1, Account: chat}, {Cid: 2, Account: other}}}
	snap := &fleet.Snapshot{Servers: []*fleet.Server{{AccountStatz: sv, Jsz: js, Connz: conns}}}
	for _, r := range reports() {
		if !slices.Contains([]string{"streams", "consumers", "origins", "connections"}, r.name) {
			continue
		}
		for account, rows := range map[string]int{"CHAT": 1, chat: 1, other: 1, "": 2, "NOBODY": 0} {
			c := &reportCommand{report: r, account: account, conns: fleet.ConnWant{Account: account}}
			c.file = "recording"
			if err := c.findRecorded(snap); err != nil {
				t.Fatal(err)
			}
			grid, err := r.grid(c, fleet.Tick{Snapshot: snap})
			if err != nil || len(grid.Rows) != rows {
				t.Errorf("%s of %q: %d rows, want %d, %v", r.name, account, len(grid.Rows), rows, err)
			}
		}
	}
	c := &reportCommand{account: "TWIN"}
	c.file = "recording"
	if err := c.findRecorded(snap); !errors.As(err, new(*fleet.AmbiguousAccountError)) {
		t.Errorf("a name of two accounts: %v", err)
	}
}

// TestNoOwn leaves out the connections of natsctl, and no others.
func TestNoOwn(t *testing.T) {
	conns := &server.Connz{Conns: []*server.ConnInfo{{Cid: 1, Name: "natsctl v1"}, {Cid: 2, Name: "natsctl"}, {Cid: 3, Name: "natsctl v1", Type: "mqtt"}, {Cid: 4, Name: "orders"}}}
	snap := &fleet.Snapshot{Servers: []*fleet.Server{{Connz: conns}}}
	for noOwn, rows := range map[bool]int{false: 4, true: 3} {
		c := &reportCommand{noOwn: noOwn}
		if got := c.chosenConns(fleet.ConnRows(snap, nil)); len(got) != rows || noOwn && got[0].Info.Cid != 2 {
			t.Errorf("--no-own %v: %d rows, want %d", noOwn, len(got), rows)
		}
	}
}
