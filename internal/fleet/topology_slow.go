package fleet

import (
	"fmt"
	"slices"
)

// SlowLooks is in how many looks in a row a link has to be over a floor to be
// slow: one measurement may be an outlier, and a server measures a round trip
// time only with each ping.
const SlowLooks = 3

// Strained counts for each link that is over a floor in how many looks in a row
// it was, this one included; before is the count up to the previous look.
func (t *Topology) Strained(before map[string]int) map[string]int {
	o, out := TopologyOptions{}.withDefaults(), map[string]int{}
	for _, e := range t.Edges {
		if o.strained(e) {
			out[e.Key()] = before[e.Key()] + 1
		}
	}
	return out
}

// strained reports whether every end that measured the round trip time of a
// link found it over the floor, or much waits to be sent.
func (o TopologyOptions) strained(e *Edge) bool {
	if e.Pending() > o.Pending {
		return true
	}
	_, known := e.RTTSeconds()
	for _, end := range []End{e.A, e.B} {
		if end.RTTSeconds > 0 && end.RTTSeconds <= o.RTTLimit {
			return false
		}
	}
	return known
}

// judgeSpeed marks the slow links among those that are otherwise good. A round
// trip time is compared with the link's history, or else with its peers. Leaf
// connections have no peers, because their paths differ.
func judgeSpeed(t *Topology, o TopologyOptions) {
	peers := newPeerRTTs(t)
	for _, e := range t.Edges {
		if e.State != StateOK && e.State != StateOutside {
			continue
		}
		if why := o.slow(t, e, peers); why != "" {
			e.State, e.Why = StateSlow, why
			e.Level = e.State.Level()
		}
	}
}

// slow returns why an edge is slow, or "".
func (o TopologyOptions) slow(t *Topology, e *Edge, peers peerRTTs) string {
	if !o.strained(e) || !o.OneLook && o.Strained[e.Key()] < SlowLooks-1 {
		return ""
	}
	if e.Pending() > o.Pending {
		return InBytes(int64(e.Pending())) + " wait to be sent"
	}
	rtt, _ := e.RTTSeconds()
	if usual, ok := o.Baseline[e.Key()]; ok {
		if rtt > usual*o.RTTTimes {
			return fmt.Sprintf("round trip time %s, its usual is %s", Lasting(rtt), Lasting(usual))
		}
		return ""
	}
	usual, whose := peers.usual(t, e)
	if whose == "" || rtt <= usual*o.PeerTimes {
		return ""
	}
	return fmt.Sprintf("round trip time %s, %s take %s", Lasting(rtt), whose, Lasting(usual))
}

// peerRTTs are the round trip times that an edge can be compared with, sorted:
// of the routes by each of their servers, of the gateways by pair of clusters.
type peerRTTs map[[2]string][]float64

func newPeerRTTs(t *Topology) peerRTTs {
	p := peerRTTs{}
	for _, e := range t.Edges {
		rtt, known := e.RTTSeconds()
		if !known {
			continue
		}
		for _, key := range peerKeys(t, e) {
			p[key] = append(p[key], rtt)
		}
	}
	for _, list := range p {
		slices.Sort(list)
	}
	return p
}

func peerKeys(t *Topology, e *Edge) [][2]string {
	switch e.Kind {
	case Route:
		return [][2]string{{"", e.From}, {"", e.To}}
	case Gateway:
		return [][2]string{{t.Node(e.From).Cluster, e.ToCluster}}
	}
	return nil
}

// usual returns the usual round trip time of an edge's peers and a name for
// them; "" if there are too few. All routes of a distant server are slow, which
// is normal for it, so the slower of a route's two ends counts.
func (p peerRTTs) usual(t *Topology, e *Edge) (seconds float64, whose string) {
	rtt, _ := e.RTTSeconds()
	need, whose := 1, "the other routes of both ends"
	if e.Kind == Gateway {
		need, whose = 2, "the other gateways from "+t.Node(e.From).Cluster+" to "+e.ToCluster
	}
	keys := peerKeys(t, e)
	for _, key := range keys {
		if len(p[key])-1 < need {
			return 0, ""
		}
		seconds = max(seconds, medianWithout(p[key], rtt))
	}
	if len(keys) == 0 {
		return 0, ""
	}
	return seconds, whose
}

// medianWithout is the upper median of a sorted list without one of its values.
func medianWithout(sorted []float64, value float64) float64 {
	at, _ := slices.BinarySearch(sorted, value)
	i := (len(sorted) - 1) / 2
	if i >= at {
		i++
	}
	return sorted[i]
}
