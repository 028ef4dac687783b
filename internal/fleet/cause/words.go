package cause

import (
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// nouns are what the findings of each check are about.
var nouns = map[string][2]string{
	"servers": {"other server", "other servers"}, "answers": {"missing answer", "missing answers"}, "health": {"health report", "health reports"},
	"routes": {"route", "routes"}, "gateways": {"gateway", "gateways"}, "leafs": {"leaf connection", "leaf connections"},
	"meta-peer": {"meta peer", "meta peers"}, "streams": {"stream", "streams"}, "consumers": {"consumer", "consumers"}, "replicas": {"missing replica", "missing replicas"},
	"raft": {"raft group", "raft groups"}, "origins": {"mirror or source", "mirrors and sources"}, "unread": {"unread consumer", "unread consumers"},
	"slow-consumers": {"dropped slow consumer", "dropped slow consumers"}, "stalled": {"server that stalls publishers", "servers that stall publishers"},
}

// Explains says what follows from the cause: "3 gateways, 2 routes, the meta
// leader"; empty if nothing does.
func (c Cause) Explains() string {
	var order []string
	n := map[string]int{}
	for _, f := range c.Explained() {
		check := f.Check
		if check == "meta" && f.Level != fleet.Crit && len(f.About.Suspects) == 1 && len(f.About.Servers) == 1 {
			check = "meta-peer"
		}
		if n[check] == 0 {
			order = append(order, check)
		}
		n[check] += max(f.Count, 1)
	}
	slices.SortStableFunc(order, func(a, b string) int { return n[b] - n[a] })
	parts := make([]string, len(order))
	for i, check := range order {
		parts[i] = noun(check, n[check])
	}
	return strings.Join(parts, ", ")
}

func noun(check string, n int) string {
	switch words, known := nouns[check]; {
	case check == "meta":
		return "the meta leader"
	case known:
		return count(n, words[0], words[1])
	}
	return count(n, check+" finding", check+" findings")
}

// Key identifies the cause from one diagnosis to the next.
func (c Cause) Key() string { return c.Rule + "|" + c.Where + "|" + c.Object }

// Named reports whether the cause names a server.
func (c Cause) Named(r checks.ServerRef) bool { return c.About.Involves(r) }
