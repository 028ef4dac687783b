package drain

import (
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

var (
	old  = server.ServerInfo{ID: "N2", Name: "n2"} // the server that is drained
	near = server.ServerInfo{ID: "N1", Name: "n1"}
	far  = server.ServerInfo{ID: "N3", Name: "n3"}
)

// follow has four clients on n2: two that look alike, one of its own, and one
// without a name.
func follow() (*state, time.Time) {
	begun := time.Unix(1000, 0)
	return newState(Record{ID: "N2", Clients: []Client{
		{CID: 1, Name: "twin", Account: "APP", User: "u", Lang: "go", IP: "10.0.0.1"},
		{CID: 2, Name: "twin", Account: "APP", User: "u", Lang: "go", IP: "10.0.0.2"},
		{CID: 3, Name: "own", Account: "APP", User: "v", Lang: "go", IP: "10.0.0.3"},
		{CID: 4, Account: "APP", User: "u", Lang: "go", IP: "10.0.0.4"},
	}}, begun), begun
}

func twin() identity { return identify("APP", "u", "twin", "go", "any") }

// figures are what progress tells, in short.
func figures(p Progress) string {
	return fmt.Sprintf("moved %d back %d away %d unknown %d where %v", p.Moved, p.Back, p.Away, p.Unknown, p.Where)
}

// TestFateOfClients follows clients step by step.
func TestFateOfClients(t *testing.T) {
	s, at := follow()
	step := func(what, want string, do func()) {
		t.Helper()
		at = at.Add(time.Second)
		do()
		if got := figures(s.progress(at)); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	step("at first", "moved 0 back 0 away 0 unknown 4 where map[]", func() {})
	step("one leaves", "moved 0 back 0 away 1 unknown 3 where map[]", func() { s.disconnect("N2", 2, twin(), at) })
	step("told twice", "moved 0 back 0 away 1 unknown 3 where map[]", func() { s.disconnect("N2", 2, twin(), at) })
	step("one leaves another server", "moved 0 back 0 away 1 unknown 3 where map[]", func() { s.disconnect("N1", 1, twin(), at) })
	step("it comes elsewhere", "moved 1 back 0 away 0 unknown 3 where map[n1:1]", func() { s.connect(near, 50, twin(), at) })
	step("the same connection again", "moved 1 back 0 away 0 unknown 3 where map[n1:1]", func() { s.connect(near, 50, twin(), at) })
	step("the same number on another server", "moved 2 back 0 away 0 unknown 2 where map[n1:1 n3:1]", func() { s.connect(far, 50, twin(), at) })
	step("a third of that name", "moved 2 back 0 away 0 unknown 2 where map[n1:1 n3:1]", func() { s.connect(far, 51, twin(), at) })
	step("a stranger", "moved 2 back 0 away 0 unknown 2 where map[n1:1 n3:1]", func() { s.connect(far, 52, identify("APP", "x", "own", "go", "10.0.0.3"), at) })
	step("without a name by its address", "moved 3 back 0 away 0 unknown 1 where map[n1:1 n3:2]", func() { s.connect(far, 53, identify("APP", "u", "", "go", "10.0.0.4"), at) })
	step("one comes back", "moved 3 back 1 away 0 unknown 0 where map[n1:1 n3:2]", func() { s.connect(old, 60, identify("APP", "v", "own", "go", ""), at) })
	step("and leaves again", "moved 3 back 0 away 1 unknown 0 where map[n1:1 n3:2]", func() { s.disconnect("N2", 60, identify("APP", "v", "own", "go", ""), at) })
	if lost := s.lost(); len(lost) != 1 || lost[0].CID != 3 {
		t.Errorf("lost %+v", lost)
	}
	step("and goes elsewhere", "moved 4 back 0 away 0 unknown 0 where map[n1:2 n3:2]", func() { s.connect(near, 61, identify("APP", "v", "own", "go", ""), at) })
	if !s.changed.Equal(at) || len(s.lost()) != 0 {
		t.Errorf("changed %v, lost %+v", s.changed, s.lost())
	}
}

// TestEndOfTheServer takes all its clients with it, except those that moved.
func TestEndOfTheServer(t *testing.T) {
	s, at := follow()
	s.connect(near, 50, twin(), at)
	s.connect(old, 60, identify("APP", "v", "own", "go", ""), at)
	s.ended(at.Add(time.Second))
	p := s.progress(at)
	if got := figures(p); got != "moved 1 back 0 away 3 unknown 0 where map[n1:1]" || !p.Gone || p.Connected == nil || *p.Connected != 0 || p.Total != 4 {
		t.Errorf("%s, %+v", got, p)
	}
	s.ended(at.Add(time.Hour))
	if !s.changed.Equal(at.Add(time.Second)) {
		t.Errorf("the end was told again as news of %v", s.changed)
	}
}

// TestRateOfMoves counts the moves of the last three seconds.
func TestRateOfMoves(t *testing.T) {
	s, at := follow()
	s.connect(near, 50, twin(), at)
	s.connect(near, 51, twin(), at.Add(time.Second))
	for after, want := range map[time.Duration]float64{time.Second: 2. / 3, 3 * time.Second: 2. / 3, 3*time.Second + 1: 1. / 3, 5 * time.Second: 0} {
		one, _ := follow()
		one.moves = append(one.moves, s.moves...)
		if got := one.progress(at.Add(after)).PerSecond; got != want {
			t.Errorf("after %v: %v, want %v", after, got, want)
		}
	}
	if !maps.Equal(s.progress(at).Where, map[string]int{"n1": 2}) {
		t.Error("where")
	}
}
