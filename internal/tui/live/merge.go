package live

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// answers are the newest answer of each kind and the previous one, so that each
// kind can be requested at its own interval and still has a rate.
type answers struct {
	now     *fleet.Snapshot
	before  *fleet.Snapshot
	invalid map[any]bool // answers from before a clock change: shown, but not the base of a rate
}

// leastSpan is the shortest time over which a rate is calculated. A request
// triggered by a key may follow the previous one within milliseconds, where a
// single message would amount to hundreds per second.
const leastSpan = 500 * time.Millisecond

// merge adds a snapshot and returns the answers after it. Nothing is modified
// in place. Kinds that the new snapshot does not cover are kept while the
// server is the same process. Rates keep their base when the snapshot follows
// too soon.
func (a answers) merge(next *fleet.Snapshot) answers {
	if a.now == nil {
		return answers{now: next}
	}
	now, before := *next, *a.now
	now.Want = next.Want.Union(a.now.Want)
	now.Servers = make([]*fleet.Server, len(next.Servers))
	old, older, void := byID(a.now), byID(a.before), a.invalidated(next)
	for i, sv := range next.Servers {
		now.Servers[i] = filled(sv, old[sv.Info.ID], a.now.Want, next.Want)
	}
	now.Problems = append(now.Problems[:len(now.Problems):len(now.Problems)], stillTrue(a.now.Problems, next.Want)...)
	if span := next.Time.Sub(a.now.Time); span >= 0 && span < leastSpan {
		return answers{now: &now, before: timelyAll(a.before, void), invalid: void}
	}
	fresh := byID(&now)
	before.Servers = make([]*fleet.Server, len(a.now.Servers))
	for i, sv := range a.now.Servers {
		before.Servers[i] = timely(replaced(sv, fresh[sv.Info.ID], older[sv.Info.ID]), void)
	}
	return answers{now: &now, before: &before, invalid: void}
}

func byID(s *fleet.Snapshot) map[string]*fleet.Server {
	if s == nil {
		return nil
	}
	m := make(map[string]*fleet.Server, len(s.Servers))
	for _, sv := range s.Servers {
		m[sv.Info.ID] = sv
	}
	return m
}

// stillTrue keeps the problems of kinds that were not requested again.
func stillTrue(old []fleet.Problem, want fleet.Want) []fleet.Problem {
	var out []fleet.Problem
	for _, p := range old {
		if !want.Has(p.Kind) {
			out = append(out, p)
		}
	}
	return out
}

// filled is sv with missing answers added from its older answers.
func filled(sv, old *fleet.Server, oldWant, want fleet.Want) *fleet.Server {
	if old == nil {
		return sv
	}
	s := *sv
	fill(&s.Varz, old.Varz)
	fill(&s.Routez, old.Routez)
	fill(&s.Gatewayz, old.Gatewayz)
	fill(&s.Leafz, old.Leafz)
	fill(&s.Subsz, old.Subsz)
	fill(&s.Accountz, old.Accountz)
	fill(&s.AccountStatz, old.AccountStatz)
	fill(&s.Healthz, old.Healthz)
	fill(&s.Raftz, old.Raftz)
	fill(&s.Ipqueuesz, old.Ipqueuesz)
	if !want.Has(fleet.Connz) || oldWant.Conns == want.Conns {
		fill(&s.Connz, old.Connz)
	}
	if !want.Has(fleet.Jsz) || oldWant.JS == want.JS {
		fill(&s.Jsz, old.Jsz)
	}
	return &s
}

func fill[T any](now **T, old *T) {
	if *now == nil {
		*now = old
	}
}

// replaced is the answers in old that fresh replaced, and the older ones where
// it did not, so that every kind has two different answers.
func replaced(old, fresh, older *fleet.Server) *fleet.Server {
	if fresh == nil || older == nil {
		return old
	}
	s := *old
	keepOlder(&s.Varz, fresh.Varz, older.Varz)
	keepOlder(&s.Routez, fresh.Routez, older.Routez)
	keepOlder(&s.Gatewayz, fresh.Gatewayz, older.Gatewayz)
	keepOlder(&s.Leafz, fresh.Leafz, older.Leafz)
	keepOlder(&s.AccountStatz, fresh.AccountStatz, older.AccountStatz)
	keepOlder(&s.Connz, fresh.Connz, older.Connz)
	keepOlder(&s.Jsz, fresh.Jsz, older.Jsz)
	return &s
}

// invalidated are the answers that may no longer be the base of a rate: those a
// server gave before its clock was set, shown until it is requested again.
func (a answers) invalidated(next *fleet.Snapshot) map[any]bool {
	void, set := map[any]bool{}, fleet.ClocksSet(a.now, next)
	for _, sv := range a.now.Servers {
		for _, answer := range dated(sv) {
			if set[sv.Info.ID] || a.invalid[answer] {
				void[answer] = true
			}
		}
	}
	return void
}

// dated are the answers that rates are calculated from, besides STATSZ, which
// is requested every time.
func dated(sv *fleet.Server) [6]any {
	return [...]any{sv.Routez, sv.Gatewayz, sv.Leafz, sv.AccountStatz, sv.Connz, sv.Jsz}
}

// timely is sv without the answers from before a clock change.
func timely(sv *fleet.Server, void map[any]bool) *fleet.Server {
	if len(void) == 0 {
		return sv
	}
	s := *sv
	clearInvalid(void, &s.Routez)
	clearInvalid(void, &s.Gatewayz)
	clearInvalid(void, &s.Leafz)
	clearInvalid(void, &s.AccountStatz)
	clearInvalid(void, &s.Connz)
	clearInvalid(void, &s.Jsz)
	return &s
}

// timelyAll is a snapshot without such answers; nil stays nil.
func timelyAll(s *fleet.Snapshot, void map[any]bool) *fleet.Snapshot {
	if s == nil || len(void) == 0 {
		return s
	}
	out := *s
	out.Servers = make([]*fleet.Server, len(s.Servers))
	for i, sv := range s.Servers {
		out.Servers[i] = timely(sv, void)
	}
	return &out
}

func clearInvalid[T any](void map[any]bool, answer **T) {
	if void[*answer] {
		*answer = nil
	}
}

func keepOlder[T any](old **T, fresh, older *T) {
	if *old == fresh {
		*old = older
	}
}

// drop returns a without the answers of kinds that the page no longer shows, so
// that a reopened page does not show old answers as new.
func (a answers) drop(conns, js bool) answers {
	return answers{now: dropped(a.now, conns, js), before: dropped(a.before, conns, js), invalid: a.invalid}
}

func dropped(s *fleet.Snapshot, conns, js bool) *fleet.Snapshot {
	if s == nil {
		return nil
	}
	out := *s
	out.Servers = make([]*fleet.Server, len(s.Servers))
	for i, sv := range s.Servers {
		c := *sv
		if conns {
			c.Connz = nil
		}
		if js {
			c.Jsz, c.Raftz = nil, nil
		}
		out.Servers[i] = &c
	}
	return &out
}

// Age is the age of something at now; never negative, even when clocks
// disagree.
func Age(now, then time.Time) time.Duration {
	if then.IsZero() {
		return 0
	}
	return max(now.Sub(then), 0)
}
