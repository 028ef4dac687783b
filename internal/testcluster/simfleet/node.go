package simfleet

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// node is one invented server.
type node struct {
	fleet   *Fleet
	index   int
	info    server.ServerInfo
	ip      string
	cluster *cluster
	up      *node   // the hub that a leaf server is connected to
	down    []*node // the leaf servers connected to this hub
	streams []*stream
	started time.Duration // before the fleet's own start
	rate    int64         // messages a second that its clients send
	cores   int

	mu    sync.Mutex
	fault Fault
	sent  int               // answers so far, for LoseEvery
	lost  map[string]int    // answers lost so far by kind, for LoseNext
	cache map[string][]byte // the data of answers, by kind and request
}

// cluster is a group of servers with routes between them.
type cluster struct {
	name  string
	nodes []*node
	hub   bool
}

// dice returns a source of random numbers that depends only on the seed and on what.
func (f *Fleet) dice(what ...uint64) *rand.Rand {
	h := f.spec.Seed ^ 0x9e3779b97f4a7c15
	for _, w := range what {
		h = (h ^ w) * 0x100000001b3
		h ^= h >> 29
	}
	return rand.New(rand.NewPCG(f.spec.Seed, h)) //nolint:gosec // an invention needs no secrecy
}

// between returns a random number from lo to hi, inclusive.
func between(r *rand.Rand, lo, hi int) int { return lo + r.IntN(hi-lo+1) }

// uptime returns how long the server has run.
func (n *node) uptime() time.Duration { return n.started + n.fleet.Age() }

// start returns when the server was started.
func (n *node) start() time.Time { return n.fleet.epoch.Add(-n.started) }

// total returns a counter that grows at this rate per second.
func (n *node) total(rate float64) int64 { return int64(rate * n.uptime().Seconds()) }

// peers are the other servers of the cluster that are not gone.
func (n *node) peers() []*node {
	out := make([]*node, 0, len(n.cluster.nodes))
	for _, p := range n.cluster.nodes {
		if p != n && !p.hasFault(func(f Fault) bool { return f.Gone }) {
			out = append(out, p)
		}
	}
	return out
}

// hasFault reports whether a condition holds for the server's current fault.
func (n *node) hasFault(what func(Fault) bool) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return what(n.fault)
}
