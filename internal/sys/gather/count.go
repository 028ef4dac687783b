package gather

import (
	"maps"
	"slices"
)

// count keeps the numbers of servers that servers report
// (statsz.active_servers).
type count struct {
	claims map[string]int // by server id, up to maxServers
	times  map[int]int    // how many servers make a claim
	wild   []string       // ids of servers whose claim exceeds maxServers
	most   int            // the largest claim that is believed
	fresh  bool           // most is that of all claims
}

// maxServers is the largest claim that is believed: far more servers than a system
// account connects.
const maxServers = 20_000

// add records one server's claim; zero or less counts as none.
func (c *count) add(id string, n int) {
	switch {
	case n <= 0:
		return
	case n > maxServers:
		c.wild = append(c.wild, id)
		return
	case c.claims == nil:
		c.claims, c.times = map[string]int{}, map[int]int{}
	}
	if old, ok := c.claims[id]; ok {
		if c.times[old]--; c.times[old] == 0 {
			delete(c.times, old)
		}
	}
	c.claims[id] = n
	c.times[n]++
	c.fresh = false
}

// expected is the largest claim, since a server that has just started counts too
// few. Claims of at most a third of the servers that are over twice as large as
// those of all others are not believed. Zero: no server reported a count.
func (c *count) expected() int {
	if c.fresh {
		return c.most
	}
	c.fresh = true
	list := slices.Sorted(maps.Keys(c.times))
	slices.Reverse(list)
	if len(list) == 0 {
		c.most = 0
		return 0
	}
	c.most = list[0]
	above := 0
	for i, n := range list[:len(list)-1] {
		if above += c.times[n]; len(c.claims) < 3 || 3*above > len(c.claims) {
			break
		}
		if next := list[i+1]; n > 2*next+8 {
			c.most = next
		}
	}
	return c.most
}

// outliers returns the servers whose claims are not believed.
func (c *count) outliers() []string {
	out := slices.Clone(c.wild)
	for id, n := range c.claims {
		if n > c.expected() {
			out = append(out, id)
		}
	}
	return out
}
