package live

import (
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
)

// TestMarks acknowledges and mutes an alert, ends a mute when its time is over,
// undoes the last change, and leaves an alert that is over as it is.
func TestMarks(t *testing.T) {
	at := func(d time.Duration, seq uint64) *State {
		return &State{Seq: seq, Now: fixture.Noon.Add(d), Alerts: []*AlertRow{
			{Key: "a", Level: fleet.Crit}, {Key: "b", Level: fleet.Warn}, {Key: "over", Level: fleet.Crit, State: Resolved}, {Key: "info", Level: fleet.Info},
		}}
	}
	states := func(k *Marks, st *State) (out string) {
		for _, a := range k.Alerts(st) {
			out += AlertStates[a.State][:1]
		}
		return out
	}
	k := NewMarks()
	steps := []struct {
		name       string
		do         func(st *State)
		after      time.Duration
		want       string
		crit, warn int
	}{
		{"nothing", func(*State) {}, 0, "ffrf", 1, 1},
		{"acknowledge", func(st *State) { k.Acknowledge("a", st.Now) }, 0, "afrf", 0, 1},
		{"a new state", func(*State) {}, time.Minute, "afrf", 0, 1},
		{"mute instead", func(st *State) { k.Mute("a", st.Now, time.Hour) }, time.Minute, "mfrf", 0, 1},
		{"just before the end of an hour", func(*State) {}, time.Minute + time.Hour - time.Second, "mfrf", 0, 1},
		{"an hour later", func(*State) {}, time.Minute + time.Hour, "ffrf", 1, 1},
		{"unmute", func(st *State) { k.Mute("b", st.Now, time.Hour); k.Mute("b", st.Now, 0) }, 2 * time.Hour, "ffrf", 1, 1},
		{"acknowledge twice", func(st *State) { k.Acknowledge("b", st.Now); k.Acknowledge("b", st.Now) }, 2 * time.Hour, "ffrf", 1, 1},
		{"undo the second", func(*State) { k.Undo() }, 2 * time.Hour, "farf", 1, 0},
		{"there is no more to undo", func(*State) { k.Undo() }, 2 * time.Hour, "farf", 1, 0},
		{"all that fire", func(st *State) { k.AcknowledgeAll(st) }, 2 * time.Hour, "aara", 0, 0},
		{"undo all of them", func(*State) { k.Undo() }, 2 * time.Hour, "farf", 1, 0},
		{"all again", func(st *State) { k.AcknowledgeAll(st) }, 2 * time.Hour, "aara", 0, 0},
		{"an alert that is over", func(st *State) { k.Acknowledge("over", st.Now) }, 2 * time.Hour, "aara", 0, 0},
	}
	for i, s := range steps {
		st := at(s.after, uint64(i))
		s.do(st)
		if got := states(k, st); got != s.want {
			t.Errorf("%s: %s, want %s", s.name, got, s.want)
		}
		if crit, warn := k.Firing(st); crit != s.crit || warn != s.warn {
			t.Errorf("%s: %d critical and %d warnings fire, want %d and %d", s.name, crit, warn, s.crit, s.warn)
		}
	}
	if crit, warn := k.Firing(nil); crit+warn != 0 || k.Alerts(nil) != nil {
		t.Error("alerts without a state")
	}
}

// TestHiddenUntilItAnswers hides the alert of a missing server that is known,
// of that server alone, and until it answers.
func TestHiddenUntilItAnswers(t *testing.T) {
	k, st := NewMarks(), &State{Alerts: []*AlertRow{
		{Key: "1", Check: "servers", Object: "n1", Where: "east"}, {Key: "2", Check: "servers", Object: "n1", Where: "west"}, {Key: "3", Check: "cpu", Object: "n1", Where: "east"},
	}}
	shown := func() (out string) {
		for _, a := range k.Alerts(st) {
			out += a.Key
		}
		return out
	}
	if k.Hide("east/n1"); shown() != "23" || !k.Hides("east/n1") || k.Hides("west/n1") {
		t.Errorf("hidden east/n1: alerts %s", shown())
	}
	st.Servers = []*ServerRow{{Name: "n1", Cluster: "east", Missing: &fleet.Missing{}}, {Name: "n1", Cluster: "west"}}
	if k.Update(st); shown() != "23" {
		t.Errorf("while it is missing: alerts %s", shown())
	}
	st.Servers[0].Missing = nil
	if k.Update(st); shown() != "123" {
		t.Errorf("after it answered: alerts %s", shown())
	}
}

// TestPace doubles the interval while answers take longer, up to a minute, and
// restores it step by step once they are quick.
func TestPace(t *testing.T) {
	c := &Collector{state: State{Every: 2 * time.Second, Wanted: 2 * time.Second}}
	for i, s := range []struct{ took, want time.Duration }{
		{2 * time.Second, 2 * time.Second},
		{2001 * time.Millisecond, 4 * time.Second},
		{5 * time.Second, 8 * time.Second},
		{3 * time.Second, 8 * time.Second},
		{2 * time.Second, 8 * time.Second},
		{1999 * time.Millisecond, 4 * time.Second},
		{0, 2 * time.Second},
		{0, 2 * time.Second},
		{time.Hour, 4 * time.Second},
		{time.Hour, 8 * time.Second},
		{time.Hour, 16 * time.Second},
		{time.Hour, 32 * time.Second},
		{time.Hour, time.Minute},
		{time.Hour, time.Minute},
	} {
		if c.pace(s.took); c.state.Every != s.want {
			t.Errorf("step %d: after %v asked every %v, want %v", i, s.took, c.state.Every, s.want)
		}
	}
	c.state.Every, c.state.Wanted = 2*time.Minute, 2*time.Minute
	if c.pace(time.Hour); c.state.Every != 2*time.Minute {
		t.Errorf("an interval longer than a minute becomes %v", c.state.Every)
	}
}

// TestLevelOfMissing is the level of a server that does not answer, by reason.
func TestLevelOfMissing(t *testing.T) {
	for reason, want := range map[fleet.Reason]fleet.Level{
		left: fleet.Info, forgotten: fleet.Crit, fleet.Gone: fleet.Crit, fleet.Draining: fleet.Warn, fleet.Silent: fleet.Unknown, fleet.Behind: fleet.Unknown, fleet.Late: fleet.Unknown, fleet.Refused: fleet.Crit,
	} {
		if got := missingLevel(reason); got != want {
			t.Errorf("%s: %v, want %v", reason, got, want)
		}
		if r := departedRow(&fleet.Missing{Name: "n1", Reason: reason}, fixture.Noon); r.Departed() != (reason == left || reason == forgotten) || (r.Sign() == "○") != (reason == left) {
			t.Errorf("%s: departed %t, sign %q", reason, r.Departed(), r.Sign())
		}
	}
}

// TestJudgedServers marks a server by each value over its limit, and by none at
// the limit.
func TestJudgedServers(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*ServerRow)
		want   fleet.Level
	}{
		{"nothing", func(*ServerRow) {}, fleet.OK},
		{"cpu at the limit of two cores", func(r *ServerRow) { r.Answer.Statsz.CPU = 160 }, fleet.OK},
		{"cpu over it", func(r *ServerRow) { r.Answer.Statsz.CPU = 161 }, fleet.Warn},
		{"cpu of one of two cores", func(r *ServerRow) { r.Answer.Statsz.CPU, r.Answer.Statsz.MaxProcs = 81, 1 }, fleet.Warn},
		{"memory at the limit", func(r *ServerRow) { r.Answer.Statsz.Mem, r.Answer.Statsz.MemLimit = 80, 100 }, fleet.OK},
		{"memory over it", func(r *ServerRow) { r.Answer.Statsz.Mem, r.Answer.Statsz.MemLimit = 81, 100 }, fleet.Warn},
		{"no memory limit", func(r *ServerRow) { r.Answer.Statsz.Mem = 81 }, fleet.OK},
		{"its node", func(r *ServerRow) { r.Node = &fleet.Node{Level: fleet.Crit} }, fleet.Crit},
		{"restarted a moment ago", func(r *ServerRow) { r.RestartedAt = r.Now.Add(-restartedFor + time.Second) }, fleet.Warn},
		{"restarted a minute ago", func(r *ServerRow) { r.RestartedAt = r.Now.Add(-restartedFor) }, fleet.OK},
		{"unhealthy", func(r *ServerRow) { r.Answer = fixture.Sick(0, true, true).Servers[1] }, fleet.Warn},
	} {
		r := &ServerRow{Name: "n1", Cluster: "east", Now: fixture.Noon, Answer: fixture.Cluster(fixture.Noon, "2.15.2").Servers[0], delta: &fleet.ServerDelta{}}
		c.change(r)
		if got := r.judge(); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if found := r.Findings(); c.want == fleet.Warn && !r.restarted() && len(found) == 0 {
			t.Errorf("%s: marked without a finding", c.name)
		}
	}
}

// TestTotalsOfWhoAnswered adds up the servers that answered, and no answer of
// one that is gone.
func TestTotalsOfWhoAnswered(t *testing.T) {
	s := fixture.Namesakes(0)
	all := stateAfter(s).Total
	if all.Answered != 4 || all.Conns != 100+101+200+201 || all.Clusters != 2 || all.Partial || all.JSServers != 0 {
		t.Errorf("four servers: %+v", all)
	}
	rest := fixture.Without(fixture.Namesakes(2*time.Second), "n2")
	rest.Expected, rest.Missing = 4, []fleet.Missing{{Name: "n2", Cluster: "east", ID: "EASTN2", Reason: fleet.Silent}, {Name: "n2", Cluster: "west", ID: "WESTN2", Reason: fleet.Silent}}
	if got := stateAfter(fixture.Namesakes(0), rest).Total; got.Answered != 2 || got.Expected != 4 || got.Conns != 300 || !got.Partial {
		t.Errorf("two of four servers: %+v", got)
	}
}
