package gather

import (
	"cmp"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestSucceeded has a server killed and started anew, and then cut off: of its
// two lives, both known from before and neither linked, one is missing.
func TestSucceeded(t *testing.T) {
	long, lately := time.Unix(100, 0), time.Unix(200, 0)
	for _, tc := range []struct {
		name     string
		old, new suspect
		want     [2]bool // the old life is over, the new one is
	}{
		{"refused and not refused", suspect{state: suspectGone, weak: true, lastSeen: long}, suspect{weak: true, lastSeen: lately}, [2]bool{true, false}},
		{"both refused", suspect{state: suspectGone, weak: true, lastSeen: long}, suspect{state: suspectGone, weak: true, lastSeen: lately}, [2]bool{true, false}},
		{"linked", suspect{weak: true, lastSeen: long}, suspect{lastSeen: lately}, [2]bool{true, false}},
		{"neither refused", suspect{weak: true, lastSeen: long}, suspect{weak: true, lastSeen: lately}, [2]bool{false, false}},
		{"both linked", suspect{state: suspectGone, lastSeen: long}, suspect{lastSeen: lately}, [2]bool{false, false}},
	} {
		older, newer := tc.old, tc.new
		older.id, older.name, older.cluster = "A", "n1", "east"
		newer.id, newer.name, newer.cluster = "B", "n1", "east"
		n := &verdict{members: &members{}, paths: paths{suspects: suspects{&older, &newer}}}
		if got := [2]bool{n.succeeded(&older), n.succeeded(&newer)}; got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
}

// TestDecide tells why servers are missing that n1, which has answered, counts or is
// linked to.
func TestDecide(t *testing.T) {
	linked := func(id string) suspect { return suspect{id: id, name: "n" + id, cluster: "e", seenBy: []string{"n1"}} }
	known := func(id string) suspect { return suspect{id: id, name: "n" + id, cluster: "e", weak: true} }
	with := func(s suspect, edit func(*suspect)) suspect { edit(&s); return s }
	gone := func(s *suspect) { s.state = suspectGone }
	left := func(s *suspect) { s.announced = true }
	for _, tc := range []struct {
		name      string
		counted   int
		list      []suspect
		drains    string           // the id of the server that announced lame duck mode
		ended     string           // of the one that announced its end
		edit      func(v *verdict) // may be nil
		want      []string         // ID REASON; "?" for one without a name
		forgotten int
	}{
		{name: "nobody", counted: 1},
		{name: "linked, counted and silent", counted: 2, list: []suspect{linked("B")}, want: []string{"B silent"}},
		{name: "has answered meanwhile", counted: 1, list: []suspect{with(linked("B"), func(s *suspect) { s.state = suspectAnswered })}},
		{name: "linked, and no longer counted: it drains", counted: 1, list: []suspect{linked("B")}, want: []string{"B draining"}},
		{name: "announced that it drains", counted: 2, list: []suspect{linked("B"), linked("C")}, drains: "B", want: []string{"B draining", "C silent"}},
		{name: "one drains, which is not counted, and another is counted", counted: 2, list: []suspect{linked("B")}, drains: "B", want: []string{"? gone", "B draining"}},
		{name: "two are counted, one is silent", counted: 3, list: []suspect{linked("B")}, want: []string{"? gone", "B silent"}},
		{name: "no responders, and counted", counted: 2, list: []suspect{with(linked("B"), gone)}, want: []string{"B gone"}},
		{name: "no responders, and not counted", counted: 1, list: []suspect{with(linked("B"), gone)}},
		{name: "seen earlier, and not counted", counted: 1, list: []suspect{known("B")}},
		{name: "seen earlier, and counted", counted: 2, list: []suspect{known("B")}, want: []string{"B silent"}},
		{name: "seen earlier, one of two is counted", counted: 2, list: []suspect{known("B"), with(known("C"), gone)}, want: []string{"B silent"}},
		{name: "left as announced, just now", counted: 2, list: []suspect{with(known("B"), left)}, ended: "B", forgotten: 1},
		{name: "left as announced, long ago", counted: 2, list: []suspect{with(known("B"), left)}, want: []string{"? gone"}},
		{
			name: "in another cluster than is wanted", counted: 2, list: []suspect{linked("B")},
			edit: func(v *verdict) { v.members.want.Scope.Cluster = "w" },
		},
		{
			name: "one of another name is wanted, and has answered", counted: 4, list: []suspect{linked("B")},
			edit: func(v *verdict) { v.members.want.Scope.Name = "n1" },
		},
		{
			name: "one of another name is wanted, and has not answered", counted: 3, list: []suspect{linked("B")},
			edit: func(v *verdict) { v.members.want.Scope.Name = "n2"; v.members.byID["A"].inScope = false }, want: []string{"? gone"},
		},
		{
			name: "cut off", counted: 4, list: []suspect{linked("B"), with(linked("C"), gone), with(linked("D"), func(s *suspect) { s.offline = true; s.seenBy = nil })},
			edit: func(v *verdict) { v.cutOff = true }, want: []string{"B late", "C gone", "D gone"},
		},
		{name: "cut off, and nameless", counted: 2, edit: func(v *verdict) { v.cutOff = true }, want: []string{"? late"}},
		{name: "in the meta group alone, offline", counted: 2, list: []suspect{{name: "nB", weak: true, offline: true}}, want: []string{"nB gone"}},
		{name: "by name alone, linked", counted: 2, list: []suspect{{name: "nB", cluster: "e", seenBy: []string{"n1"}}}, want: []string{"nB silent"}},
		{
			name: "behind a leaf that is silent", counted: 3, list: []suspect{with(linked("B"), func(s *suspect) { s.leaf = true })},
			want: []string{"? behind nB", "B silent"},
		},
		{
			name: "started lately, for one that was killed", counted: 2, forgotten: 1,
			edit: func(v *verdict) {
				sv := v.members.byID["A"].sv
				sv.Info.Time = time.Unix(5000, 0)
				sv.Statsz = &server.ServerStats{Start: sv.Info.Time.Add(-time.Minute), ActiveServers: 1}
			},
		},
		{name: "as many as get a row each", counted: 1 + maxUnnamed, want: slices.Repeat([]string{"? gone"}, maxUnnamed)},
		{name: "too many for a row each", counted: 2 + maxUnnamed, want: []string{"? gone x9"}},
	} {
		r := newMembers(fleet.Want{})
		r.admit(info("A", "n1", "e"))
		r.count.add("A", tc.counted)
		v := &verdict{members: r, memory: NewMemory()}
		for i := range tc.list {
			v.paths.suspects = append(v.paths.suspects, &tc.list[i])
		}
		if tc.drains != "" {
			v.memory.Draining(tc.drains, time.Now())
		}
		if tc.ended != "" {
			v.memory.Ended(tc.ended)
		}
		if tc.edit != nil {
			tc.edit(v)
		}
		missing, forgotten := v.decide()
		var got []string
		for _, m := range missing {
			text := cmp.Or(m.ID, m.Name, "?") + " " + string(m.Reason)
			if m.Via != "" {
				text += " " + m.Via
			}
			if m.Count > 0 {
				text += fmt.Sprint(" x", m.Count)
			}
			got = append(got, text)
		}
		if slices.Sort(got); !slices.Equal(got, tc.want) || forgotten != tc.forgotten {
			t.Errorf("%s: %q, %d forgotten; want %q, %d", tc.name, got, forgotten, tc.want, tc.forgotten)
		}
	}
}
