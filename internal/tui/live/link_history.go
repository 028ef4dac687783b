package live

import (
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// The usual RTT of a link is the median of its last measurements.
const (
	rttReadings = 120
	rttEnough   = 10
)

// linkHistory is what earlier looks at the links say about their speed. A look
// is an answer about links of a kind; an older answer that is shown again is
// none, and neither is one that follows within leastSpan.
type linkHistory struct {
	rtts  map[string][]float64         // recent RTTs of each link
	last  map[fleet.EdgeKind]time.Time // the last look at links of a kind
	fresh map[fleet.EdgeKind]bool      // of which kinds the present snapshot is a look
	past  map[string]int               // in how many looks in a row before the last one each link was strained
	now   map[string]int               // the same with the last one
}

// kindOfLinks is what has to be asked for to see links of a kind.
var kindOfLinks = map[fleet.EdgeKind]fleet.Kind{fleet.Route: fleet.Routez, fleet.Gateway: fleet.Gatewayz, fleet.Leaf: fleet.Leafz}

func newLinkHistory() *linkHistory {
	return &linkHistory{rtts: map[string][]float64{}, last: map[fleet.EdgeKind]time.Time{}, past: map[string]int{}}
}

// options are those of the topology of the answers after a snapshot.
func (h *linkHistory) options(next *fleet.Snapshot, delta *fleet.Delta) fleet.TopologyOptions {
	h.fresh = map[fleet.EdgeKind]bool{}
	for kind, asked := range kindOfLinks {
		span := next.Time.Sub(h.last[kind])
		if next.Want.Has(asked) && (span >= leastSpan || span < 0) {
			h.fresh[kind], h.last[kind] = true, next.Time
		}
	}
	maps.DeleteFunc(h.past, func(key string, _ int) bool { return h.isFresh(key) })
	for key, n := range h.now {
		if h.isFresh(key) {
			h.past[key] = n
		}
	}
	return fleet.TopologyOptions{Delta: delta, Baseline: h.baseline(), Strained: h.past}
}

func (h *linkHistory) isFresh(key string) bool {
	kind, _, _ := strings.Cut(key, "|")
	return h.fresh[fleet.EdgeKind(kind)]
}

// add adds what the topology says to the history.
func (h *linkHistory) add(top *fleet.Topology) {
	h.now = top.Strained(h.past)
	for _, e := range top.Edges {
		rtt, ok := e.RTTSeconds()
		if !ok || !h.fresh[e.Kind] {
			continue
		}
		list := h.rtts[e.Key()]
		list = append(list, rtt)
		h.rtts[e.Key()] = list[max(len(list)-rttReadings, 0):]
	}
}

// baseline is the usual RTT of each link with enough measurements.
func (h *linkHistory) baseline() map[string]float64 {
	out := make(map[string]float64, len(h.rtts))
	for key, list := range h.rtts {
		if len(list) >= rttEnough {
			sorted := slices.Sorted(slices.Values(list))
			out[key] = sorted[len(sorted)/2]
		}
	}
	return out
}
