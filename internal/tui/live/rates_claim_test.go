package live

import (
	"math"
	"slices"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
)

// claim is a rate that the dashboard shows, when the answers were made that it
// is the rate of, and what it must lie between.
type claim struct {
	what          string
	rate          fleet.Rate
	before, after made
	tap           tap
	bytes         float64 // of each message; 1 counts messages
	others        float64 // messages a second that others send the same way
	behind        float64 // messages that the server may have passed on and not yet counted
	linked        bool    // messages count only while the links are whole
}

// wrong reports a rate that is not what the clients counted.
func (c claim) wrong(t *testing.T, l *lab) bool {
	t.Helper()
	if !c.rate.Known {
		return false
	}
	first, last := c.after.from.Sub(c.before.to).Seconds(), c.after.to.Sub(c.before.from).Seconds()
	least := float64(c.tap.least(c.after.from)) - orMax(c.tap.most(c.before.to)) - c.behind
	most := orMax(c.tap.most(c.after.to)) - float64(c.tap.least(c.before.from)) + c.others*last + c.behind
	if c.linked && !l.calm(c.before.from, c.after.to) {
		least = 0
	}
	const rounding = 1e-6
	n, elapsed := c.rate.Increase/c.bytes, c.rate.Increase/c.rate.PerSecond
	if n < least-rounding || n > most+rounding {
		t.Errorf("%s: %v messages, the clients counted %v to %v; answers of %v and %v", c.what, n, least, most, c.before, c.after)
		return true
	}
	if n > 0 && (elapsed < first-clockSlack || elapsed > last+clockSlack) {
		t.Errorf("%s: divided by %v s, the answers are %v to %v s apart", c.what, elapsed, first, last)
		return true
	}
	return false
}

// clockSlack is how far the wall clock, which servers tell, may be from the
// steady one within seconds.
const clockSlack = 0.01

func orMax(n int64, known bool) float64 {
	if !known {
		return math.MaxInt32
	}
	return float64(n)
}

// noise is how many messages a second of the system account go over a link:
// questions, answers, elections. More than a rate that is wrong is off by.
const noise = labRate / 2

// claims are the rates of one state.
func (w *watcher) claims(st *State) (out []claim) {
	add := func(sv *fleet.Server, kind fleet.Kind, c claim) {
		var ok bool
		if c.bytes == 0 {
			c.bytes = 1
		}
		if c.before, c.after, ok = w.w.spans(pollOf(st), sv, kind); ok || c.rate.Known {
			out = append(out, c)
		}
	}
	l := w.lab
	for _, r := range st.Servers {
		if r.Answer != nil && r.Name == victim {
			add(r.Answer, fleet.Statsz, claim{what: "server", rate: r.delta.Clients.InMsgs, tap: l.sent})
			add(r.Answer, fleet.Statsz, claim{what: "server's bytes", rate: r.delta.Clients.InBytes, tap: l.sent, bytes: labPayload})
			in := st.Delta.Server(r.ID).Account("APP").InMsgs
			add(r.Answer, fleet.AccountStatz, claim{what: "account", rate: in, tap: l.sent, others: 2 * storeRate})
		}
		if tap := l.got[r.Name]; tap != nil && r.Answer != nil {
			add(r.Answer, fleet.Statsz, claim{what: r.Name + " out", rate: r.delta.Clients.OutMsgs, tap: tap, behind: 2})
		}
	}
	for _, c := range st.Conns {
		if c.Info.Name == "publisher" {
			add(c.Server, fleet.Connz, claim{what: "publisher", rate: c.Traffic.InMsgs, tap: l.sent})
			add(c.Server, fleet.Connz, claim{what: "publisher's bytes", rate: c.Traffic.InBytes, tap: l.sent, bytes: labPayload})
		}
		if tap := l.got[c.Server.Info.Name]; tap != nil && c.Info.Name == "sub-"+c.Server.Info.Name {
			add(c.Server, fleet.Connz, claim{what: c.Info.Name, rate: c.Traffic.OutMsgs, tap: tap})
		}
	}
	for _, s := range st.JS.Streams {
		if s.Server != nil && s.Name == "RATE" {
			add(s.Server, fleet.Jsz, claim{what: "stream", rate: s.Rates.Msgs, tap: l.stored})
		}
	}
	for _, r := range st.Links {
		w.link(st, r.Edge, add)
	}
	return out
}

// link claims the rate of a link that the publisher's messages take.
func (w *watcher) link(st *State, e *fleet.Edge, add func(*fleet.Server, fleet.Kind, claim)) {
	c := claim{what: string(e.Kind), tap: w.lab.sent, others: noise, linked: true}
	switch {
	case e.Kind == fleet.Route && e.FromName == victim:
		c.rate = e.A.Traffic.OutMsgs
	case e.Kind == fleet.Route && e.ToName == victim:
		c.rate = e.B.Traffic.OutMsgs
	case e.Kind == fleet.Gateway && e.FromName == victim && e.ToCluster == "west":
		c.rate = e.A.Traffic.OutMsgs
	case e.Kind == fleet.Leaf && e.ToName == "edge" && slices.Contains(e.Accounts, "APP"):
		c.rate = e.B.Traffic.InMsgs
		c.tap, c.behind = w.lab.got["edge"], 600 // of one buffer that it reads
	default:
		return
	}
	kinds := map[fleet.EdgeKind]fleet.Kind{fleet.Route: fleet.Routez, fleet.Gateway: fleet.Gatewayz, fleet.Leaf: fleet.Leafz}
	name := victim
	if e.Kind == fleet.Leaf {
		name = "edge"
	}
	if i := slices.IndexFunc(st.Servers, func(r *ServerRow) bool { return r.Answer != nil && r.Name == name }); i >= 0 {
		add(st.Servers[i].Answer, kinds[e.Kind], c)
	}
}
