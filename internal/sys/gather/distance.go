package gather

import (
	"cmp"
	"time"
)

// distances are the round-trip times to servers, by server id, or by name where a
// link does not report the id.
type distances map[string]time.Duration

// unmeasured is the assumed round-trip time of a link that is too young to have one:
// servers report it as zero.
const unmeasured = 400 * time.Millisecond

// maxHops is the maximum number of links in a path: a leaf of a leaf in another
// cluster is five away.
const maxHops = 8

// distances adds up the round-trip times that servers measured on their links, along
// the paths from one server.
func (l links) distances(self string) distances {
	edges := map[string]map[string]time.Duration{}
	var young [][2]string // ends of links without a round-trip time
	for id, sv := range l {
		for far := range farEnds(sv) {
			to := cmp.Or(far.id, far.name)
			rtt, err := time.ParseDuration(far.rtt)
			if to == "" || err != nil && far.rtt != "" || rtt < 0 {
				continue
			}
			if far.rtt != "" && rtt == 0 {
				young = append(young, [2]string{id, to})
			}
			join(edges, id, to, rtt)
			join(edges, to, id, rtt)
		}
	}
	for _, ends := range young {
		if edges[ends[0]][ends[1]] == 0 {
			join(edges, ends[0], ends[1], unmeasured)
			join(edges, ends[1], ends[0], unmeasured)
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
		if s.state != suspectAnswered && s.state != suspectGone {
			longest = max(longest, d[s.id], d[s.name])
		}
	}
	return longest
}
