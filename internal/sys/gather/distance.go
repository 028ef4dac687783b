package gather

import (
	"cmp"
	"time"
)

// distances are the round-trip times to servers, by server id, or by name where a
// link does not report the id.
type distances map[string]time.Duration

// maxHops is the maximum number of links in a path: a leaf of a leaf in another
// cluster is five away.
const maxHops = 8

// distances adds up the round-trip times that servers measured on their links, along
// the paths from one server.
func (l links) distances(self string) distances {
	edges := map[string]map[string]time.Duration{}
	for id, sv := range l {
		for far := range farEnds(sv) {
			to := cmp.Or(far.id, far.name)
			rtt, err := time.ParseDuration(far.rtt)
			if to == "" || err != nil && far.rtt != "" || rtt < 0 {
				continue
			}
			join(edges, id, to, rtt)
			join(edges, to, id, rtt)
		}
	}
	out := distances{self: 0}
	at := distances{self: 0}
	for range maxHops {
		next := distances{}
		for from, so := range at {
			for to, rtt := range edges[from] {
				if known, ok := out[to]; !ok || so+rtt < known {
					out[to], next[to] = so+rtt, so+rtt
				}
			}
		}
		if at = next; len(at) == 0 {
			break
		}
	}
	return out
}

// join records the longest round-trip time between two servers.
func join(edges map[string]map[string]time.Duration, from, to string, rtt time.Duration) {
	if edges[from] == nil {
		edges[from] = map[string]time.Duration{}
	}
	edges[from][to] = max(edges[from][to], rtt)
}

// farthest returns the longest distance to a suspect that may still answer. One
// without a link may be behind any other, so it is as far as the farthest.
func (d distances) farthest(list suspects) (longest time.Duration) {
	for _, s := range list {
		if s.state != suspectHeard && s.state != suspectGone {
			longest = max(longest, d[s.id], d[s.name])
		}
	}
	return longest
}
