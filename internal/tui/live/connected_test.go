package live

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
)

// seats is a fleet of three servers that is asked through one of them; n1 is cut
// off and sees itself alone.
type seats struct{ at string }

func (s *seats) Snapshot(context.Context, fleet.Want) (*fleet.Snapshot, error) {
	out := fixture.Cluster(fixture.Noon, "2.15.2", "2.15.2", "2.15.2")
	gone := []string{"n1"}
	if s.at == "n1" {
		gone = []string{"n2", "n3"}
	}
	for _, name := range gone {
		out = fixture.Without(out, name)
		out.Missing = append(out.Missing, fleet.Missing{Name: name, Cluster: "east", Reason: fleet.Gone})
	}
	out.Expected, out.AskedBy = 3, s.at
	return out, nil
}

// TestLooksFromAnotherServer moves to another server after the connected one
// alone answered twice, says so, and keeps what both saw; it does not move while
// others answer, nor for ever.
func TestLooksFromAnotherServer(t *testing.T) {
	for _, c := range []struct {
		name, at, to string
		err          error
		asked, moves int
		looks        string
		notice       string
	}{
		{"one answer is not enough", "n1", "n2", nil, 1, 0, "[]", ""},
		{"the second", "n1", "n2", nil, 2, 1, "[{n1 1 3}]", "only n1 answered (1/3): looking from another server of the context"},
		{"then others answer", "n1", "n2", nil, 9, 1, "[{n1 1 3}]", ""},
		{"others answer", "n2", "n1", nil, 9, 0, "[]", ""},
		{"every server is alone", "n1", "n1", nil, 40, mostViews, "[{n1 1 3} {n1 1 3} {n1 1 3} {n1 1 3} {n1 1 3}]", ""},
		{"no other can be asked", "n1", "n1", errors.New("no server"), 2, 1, "[]", "only n1 answers, and no other server can be asked: no server"},
	} {
		src, moves := &seats{at: c.at}, 0
		feed := &Feed{Name: "test", Source: src, Elsewhere: func() error {
			moves++
			if c.err == nil {
				src.at = c.to
			}
			return c.err
		}}
		col := NewCollector(feed, time.Second, func() time.Time { return fixture.Noon }, nil)
		var st *State
		for range c.asked {
			if err := col.Request(t.Context()); err != nil {
				t.Fatal(err)
			}
			st = <-col.states
		}
		if moves != c.moves || fmt.Sprint(st.Views) != c.looks || st.Notice != c.notice {
			t.Errorf("%s: %d moves, looks %v, notice %q; want %d, %s, %q", c.name, moves, st.Views, st.Notice, c.moves, c.looks, c.notice)
		}
	}
}
