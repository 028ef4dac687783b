package frame

import (
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// contextOf is the context of a state of two servers, changed by the test.
func contextOf(change func(*live.State)) *page.Context {
	d, st := live.NewDeriver(), &live.State{Phase: live.Live, Every: 2 * time.Second, Wanted: 2 * time.Second, Feed: live.FeedInfo{Name: "prod"}}
	d.Apply(st, fixture.Cluster(fixture.Noon, "2.15.2", "2.15.2"))
	st.Now, st.Seq = st.Snap.Time, 1
	d.Publish(st)
	st.Alerts = nil
	if change != nil {
		change(st)
	}
	ctx := page.NewContext(0, time.Minute)
	ctx.State = st
	return ctx
}

// text is what something draws into a window.
func text(w, h int, draw func(cell.Area)) string {
	g := cell.New(w, h)
	draw(g.All())
	return g.Text(false)
}

// headText is the lines above a page.
func headText(ctx *page.Context, h Head, w, height int) string {
	return text(w, height, func(a cell.Area) { DrawHead(ctx, h, a) })
}

// TestTitleLine says which fleet it is, how the data is collected, who answered,
// and how many alerts fire.
func TestTitleLine(t *testing.T) {
	alerts := func(levels ...fleet.Level) func(*live.State) {
		return func(st *live.State) {
			for i, l := range levels {
				st.Alerts = append(st.Alerts, &live.AlertRow{Key: string(rune('a' + i)), Level: l})
			}
		}
	}
	for _, c := range []struct {
		name   string
		change func(*live.State)
		head   Head
		want   []string
		not    []string
	}{
		{"live", nil, Head{}, []string{"natsctl ▸ prod", "● LIVE 2s", "2/2 servers", "1 cluster", "12:00:00Z"}, []string{"▲", "✗", "alert", "PROTECTED", "REC"}},
		{"partial", func(st *live.State) { st.Total.Partial, st.Total.Expected = true, 3 }, Head{}, []string{"▲ 2/3 servers"}, nil},
		{"from which server", func(st *live.State) { st.Snap.AskedBy = "n2" }, Head{}, []string{"via n2"}, []string{"▲"}},
		{"and what another saw", func(st *live.State) {
			st.Snap.AskedBy, st.Views = "n2", []live.View{{Server: "n1", Answered: 1, Expected: 3}}
		}, Head{}, []string{"via n2", "▲ 1/3 via n1"}, nil},
		{"what it saw itself before", func(st *live.State) {
			st.Snap.AskedBy, st.Views = "n2", []live.View{{Server: "n2", Answered: 1, Expected: 3}}
		}, Head{}, []string{"via n2"}, []string{"1/3"}},
		{"slow polls", func(st *live.State) { st.Every, st.Took = 4*time.Second, 3100*time.Millisecond }, Head{}, []string{"● LIVE poll 3.10s > 2s"}, nil},
		{"protected", func(st *live.State) { st.Feed.Protected = true }, Head{}, []string{"PROTECTED"}, nil},
		{"recorded", func(st *live.State) { st.Recording = "x" }, Head{}, []string{"● REC"}, nil},
		{"warnings", alerts(fleet.Warn, fleet.Warn), Head{}, []string{"▲ 2 alerts"}, []string{"✗"}},
		{"critical", alerts(fleet.Warn, fleet.Crit, fleet.Crit), Head{}, []string{"✗ 3 alerts  2 crit"}, []string{"▲"}},
		{"down", func(st *live.State) { st.Phase, st.Now = live.Down, st.Now.Add(7*time.Second) }, Head{}, []string{"✗ DOWN", "7s old"}, []string{"LIVE"}},
		{"limited", func(st *live.State) { st.Phase = live.Limited }, Head{}, []string{"◐ LIMITED"}, []string{"LIVE"}},
		{"paused", nil, Head{Paused: true, Newest: &live.State{Now: fixture.Noon.Add(9 * time.Second)}}, []string{"‖ PAUSED 9s"}, []string{"LIVE"}},
		{"replay", func(st *live.State) {
			st.Phase, st.Replayed = live.Replay, &live.ReplayInfo{Playing: true, Speed: 4, At: 2, End: 9}
		}, Head{}, []string{"▶ REPLAY 12:00:00Z x4", "3/10", "2/2 servers"}, []string{"LIVE"}},
		{"replay that stands", func(st *live.State) { st.Phase, st.Replayed = live.Replay, &live.ReplayInfo{Speed: 1, End: 9} }, Head{}, []string{"‖ REPLAY"}, []string{"▶"}},
	} {
		first, _, _ := strings.Cut(headText(contextOf(c.change), c.head, 140, 40), "\n")
		for _, want := range c.want {
			if !strings.Contains(first, want) {
				t.Errorf("%s: %q lacks %q", c.name, first, want)
			}
		}
		for _, not := range c.not {
			if strings.Contains(strings.TrimPrefix(first, " natsctl ▸"), not) {
				t.Errorf("%s: %q says %q", c.name, first, not)
			}
		}
	}
}

// TestHeadFits keeps in the smallest window what matters: who answered, the
// alerts and the clock.
func TestHeadFits(t *testing.T) {
	ctx := contextOf(func(st *live.State) {
		st.Feed.Name = "a-context-with-a-long-name"
		st.Total.Partial, st.Total.Expected = true, 3
		st.Alerts = []*live.AlertRow{{Key: "a", Level: fleet.Crit}, {Key: "b", Level: fleet.Warn}}
	})
	for _, w := range []int{MinWidth, 80, 120} {
		first, _, _ := strings.Cut(headText(ctx, Head{}, w, MinHeight), "\n")
		for _, want := range []string{"2/3", "✗", "2", "12:00:00Z", "LIVE"} {
			if !strings.Contains(first, want) {
				t.Errorf("%d cells: %q lacks %q", w, first, want)
			}
		}
	}
}

// TestHeadRows counts the rows that are drawn, on tall and on low windows, with
// the header and without it, and finds the row of the tabs.
func TestHeadRows(t *testing.T) {
	ctx := contextOf(nil)
	h := Head{Tabs: page.All()[:3], Front: page.Topology}
	for _, c := range []struct {
		hidden             bool
		height, rows, tabs int
	}{{false, 40, 4, 2}, {false, 20, 4, 2}, {false, 19, 2, 1}, {true, 40, 2, 0}, {true, 15, 1, 0}} {
		h.Hidden = c.hidden
		g := cell.New(100, c.height)
		rows, tabs, at := DrawHead(ctx, h, g.All())
		if rows != c.rows || tabs != c.tabs {
			t.Errorf("hidden %t, %d rows: %d used, tabs in %d; want %d, %d", c.hidden, c.height, rows, tabs, c.rows, c.tabs)
		}
		line := strings.Split(g.Text(false), "\n")[tabs]
		if len(at) != 3 || !strings.Contains(line, "1 Topo") || at[0].From != 0 || at[1].From <= at[0].To-1 || at[1].Kind != page.OwnAccount {
			t.Errorf("hidden %t, %d rows: tabs at %+v in %q", c.hidden, c.height, at, line)
		}
	}
}

// TestTabsCountAlerts shows the number of firing alerts, and marks the open tab
// where there are no colors.
func TestTabsCountAlerts(t *testing.T) {
	ctx := contextOf(func(st *live.State) {
		st.Alerts = []*live.AlertRow{{Key: "a", Level: fleet.Crit}, {Key: "b", Level: fleet.Warn}, {Key: "c", Level: fleet.Crit, State: live.Resolved}}
	})
	h := Head{Front: page.Alerts, Mono: true}
	for _, s := range page.All() {
		if s.HasTab(ctx) {
			h.Tabs = append(h.Tabs, s)
		}
	}
	if s := headText(ctx, h, 120, 40); !strings.Contains(s, "[7 Alerts(2)]") || strings.Contains(s, "[1") || strings.Contains(s, "Account ") {
		t.Errorf("tabs:\n%s", s)
	}
}

// TestTotalsLine shows the sums of the header, and dashes before there are any.
func TestTotalsLine(t *testing.T) {
	line := func(ctx *page.Context) string { return strings.Split(headText(ctx, Head{}, 140, 40), "\n")[1] }
	rate := func(n float64) fleet.Rate { return fleet.Rate{PerSecond: n, Known: true} }
	ctx := contextOf(func(st *live.State) {
		st.Total.Traffic = fleet.Traffic{InMsgs: rate(1200), InBytes: rate(2048), OutMsgs: rate(77), OutBytes: rate(5)}
		st.Total.Subs, st.Total.Slow, st.Total.Rated = 34, 5, 1
	})
	got := line(ctx)
	for _, want := range []string{"conns 10", "in 1.20K/s 2.00KiB/s", "out 77/s 5B/s of 1/2 srv", "subs 34", "slow 5", "no jetstream"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q lacks %q", got, want)
		}
	}
	ctx.State.Total.JSServers, ctx.State.Total.MetaLeader, ctx.State.Total.Rated = 2, "n2", 2
	if got := line(ctx); !strings.Contains(got, "js 2 srv") || !strings.Contains(got, "meta n2") || strings.Contains(got, "of 1/2") {
		t.Errorf("with JetStream: %q", got)
	}
	ctx.State.Snap = nil
	if got := line(ctx); !strings.Contains(got, "conns -   in -   out -") {
		t.Errorf("before the first answer: %q", got)
	}
}

// TestFootLines shows the result of a key instead of the location, an error of
// the filter instead of both, and the input line instead of all.
func TestFootLines(t *testing.T) {
	ctx := contextOf(nil)
	p := page.New(page.All()[2], widget.Ref{})
	p.Refresh(ctx)
	foot := func(f Foot) []string {
		lines := strings.Split(text(80, 30, func(a cell.Area) {
			if n := DrawFoot(ctx, p, f, a); n != 3 {
				t.Errorf("%d rows below the page", n)
			}
		}), "\n")
		return lines[len(lines)-3:]
	}
	f := Foot{Crumbs: "Servers › n1", Keys: [][2]string{{"s", "sort"}, {"s", "again"}, {"w", ""}}, Last: [][2]string{{"?", "help"}}, Tasks: []string{"reload n1"}}
	got := foot(f)
	if !strings.Contains(got[0], "Servers › n1") || !strings.Contains(got[0], "2 of 2") || !strings.Contains(got[0], "◌ reload n1 …") || strings.TrimSpace(got[1]) != "s sort  ? help" {
		t.Errorf("location and keys: %q", got)
	}
	p.List().SetFilter("cpu>80")
	p.List().Arrange()
	p.List().Faults = true
	ctx.Totals = true
	if got := foot(f)[0]; !strings.Contains(got, "/cpu>80") || !strings.Contains(got, "faults only") || !strings.Contains(got, "totals") {
		t.Errorf("filters: %q", got)
	}
	f.Notice = "saved to x"
	if got := foot(f)[0]; strings.TrimSpace(got) != "saved to x" {
		t.Errorf("a result: %q", got)
	}
	f.Notice = ""
	p.List().SetFilter("nothing>80")
	if got := foot(f)[0]; !strings.Contains(got, "✗") || !strings.Contains(got, "nothing") || strings.Contains(got, "Servers ›") {
		t.Errorf("a bad filter: %q", got)
	}
	f.Prompt = func(a cell.Area) { a.Write(1, 0, ":input", cell.Plain) }
	f.Hints = [][2]string{{"Esc", "cancel"}}
	if got := foot(f); strings.TrimSpace(got[0]) != ":input" || strings.TrimSpace(got[1]) != "Esc cancel" {
		t.Errorf("an open input line: %q", got)
	}
}

// TestStateBox says why there is no data or no new data, since when, and what to
// press; in a low window the first line and the keys stay.
func TestStateBox(t *testing.T) {
	trouble := &live.Trouble{Title: "no answer from the fleet", Lines: []string{"asked: PING", "second line", "third line"}}
	for _, c := range []struct {
		name   string
		change func(*live.State)
		want   []string
	}{
		{"live", nil, nil},
		{"down", func(st *live.State) {
			st.Phase, st.Trouble, st.Since, st.Now = live.Down, trouble, fixture.Noon, fixture.Noon.Add(9*time.Second)
		}, []string{"✗ NO ANSWER since 12:00:00Z", "no answer from the fleet", "asked: PING", "9s old (faded), not live", "r connect and ask now"}},
		{"disconnected", func(st *live.State) {
			st.Phase, st.Trouble = live.Down, trouble
			st.Link = live.Link{Server: "n1", Attempt: 3, Tried: []string{"nats://a", "nats://b"}}
		}, []string{"✗ DISCONNECTED from n1", "attempt 3 to connect again, to nats://a nats://b"}},
		{"limited", func(st *live.State) { st.Phase, st.Trouble = live.Limited, trouble }, []string{"no answer from the fleet", ":ctx other context"}},
		{"discovering", func(st *live.State) {
			st.Phase, st.Feed.User, st.Link.Server, st.Since, st.Now = live.Discovering, "admin", "n1", fixture.Noon, fixture.Noon.Add(4*time.Second)
		}, []string{"◌ asking the fleet as admin", "connected to n1", "waiting for answers for 4s"}},
	} {
		s := text(100, 30, func(a cell.Area) { DrawState(contextOf(c.change), a) })
		for _, want := range c.want {
			if !strings.Contains(s, want) {
				t.Errorf("%s lacks %q:\n%s", c.name, want, s)
			}
		}
		if c.want == nil && strings.TrimSpace(s) != "" {
			t.Errorf("%s:\n%s", c.name, s)
			continue
		}
		if c.want != nil {
			low := text(60, 6, func(a cell.Area) { DrawState(contextOf(c.change), a) })
			if first, _, _ := strings.Cut(c.want[0], " since"); !strings.Contains(low, first) {
				t.Errorf("%s in six rows lacks %q:\n%s", c.name, first, low)
			}
		}
	}
}
