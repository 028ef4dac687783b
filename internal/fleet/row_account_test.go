package fleet

import (
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

// TestAccountUseOnce checks that what an account stores is counted once for
// each domain, although every server of it tells the sum.
func TestAccountUseOnce(t *testing.T) {
	has := func(domain string, store, memory uint64) *Server {
		detail := &server.AccountDetail{Name: "APP", JetStreamStats: server.JetStreamStats{Store: store, Memory: memory}}
		return &Server{Info: server.ServerInfo{Domain: domain}, Jsz: &server.JSInfo{AccountDetails: []*server.AccountDetail{detail}}}
	}
	s := &Snapshot{Servers: []*Server{has("hub", 300, 10), has("hub", 310, 9), has("hub", 290, 10), has("edge", 7, 1), {}}}
	rows := AccountRows(s, nil)
	if len(rows) != 1 || rows[0].JS == nil || *rows[0].JS != (AccountUse{Store: 317, Memory: 11}) {
		t.Errorf("use of the account: %+v", rows[0].JS)
	}
}
