package page

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestRouteCells checks a cell of the matrix of routes for each report of an end.
func TestRouteCells(t *testing.T) {
	for _, c := range []struct {
		name  string
		end   fleet.End
		edge  fleet.Edge
		text  string
		level fleet.Level
	}{
		{"its end did not answer", fleet.End{Listed: true, RTTSeconds: 1}, fleet.Edge{State: fleet.StateMissing, Level: fleet.Crit}, "no answer", fleet.Unknown},
		{"its end does not list it", fleet.End{Heard: true, RTTSeconds: 1}, fleet.Edge{State: fleet.StateOneWay, Level: fleet.Crit}, "none", fleet.Crit},
		{"only this end lists it", fleet.End{Heard: true, Listed: true, RTTSeconds: 1}, fleet.Edge{State: fleet.StateOneWay, Level: fleet.Crit}, "one-way", fleet.Warn},
		{"whole", fleet.End{Heard: true, Listed: true, RTTSeconds: 0.0012}, fleet.Edge{State: fleet.StateOK}, "1.20ms", fleet.OK},
		{"slow", fleet.End{Heard: true, Listed: true, RTTSeconds: 0.3}, fleet.Edge{State: fleet.StateSlow, Level: fleet.Warn}, "300ms", fleet.Warn},
		{"not measured", fleet.End{Heard: true, Listed: true, Pool: 3, Dedicated: 1}, fleet.Edge{State: fleet.StateOK}, "3+1", fleet.OK},
		{"not measured, and short", fleet.End{Heard: true, Listed: true, Pool: 2}, fleet.Edge{State: fleet.StateShort, Level: fleet.Warn}, "2", fleet.Warn},
	} {
		if got := routeCell(c.end, &c.edge); got.text != c.text || got.level != c.level {
			t.Errorf("%s: %q, %v, want %q, %v", c.name, got.text, got.level, c.text, c.level)
		}
	}
}

// TestLinkMeanings says for each state of each kind of link what clients notice,
// and promises nothing that is lost.
func TestLinkMeanings(t *testing.T) {
	for _, c := range []struct {
		kind  fleet.EdgeKind
		state fleet.State
		want  string
	}{
		{fleet.Route, fleet.StateOK, "both ways"},
		{fleet.Leaf, fleet.StateOutside, "only this end"},
		{fleet.Gateway, fleet.StateUnknown, "cannot tell"},
		{fleet.Route, fleet.StateSlow, "late"},
		{fleet.Route, fleet.StateShort, "fewer connections"},
		{fleet.Route, fleet.StateMissing, "n1 and n2 do not reach each other"},
		{fleet.Route, fleet.StateOneWay, "n1 and n2 do not reach each other"},
		{fleet.Gateway, fleet.StateMissing, "what clients on n1 publish does not reach cluster west"},
		{fleet.Leaf, fleet.StateGhost, "what is behind n2 is cut off from n1"},
	} {
		got := linkMeaning(&fleet.Edge{Kind: c.kind, State: c.state, FromName: "n1", ToName: "n2", ToCluster: "west"})
		if !strings.Contains(got, c.want) {
			t.Errorf("%s %s: %q, want %q in it", c.kind, c.state, got, c.want)
		}
	}
}

// TestLinkEnds shows what one end reports of a link, and tells an end that did
// not answer from one that does not list it.
func TestLinkEnds(t *testing.T) {
	st := contextOf(fixture.Cluster(fixture.Noon, "2.15.2", "2.15.2")).State
	up := fleet.End{Heard: true, Listed: true, Pool: 3, RTTSeconds: 0.002, Pending: 2048, Compression: "s2_fast", Since: fixture.Noon.Add(-time.Minute)}
	rate := func(n float64) fleet.Rate { return fleet.Rate{PerSecond: n, Known: true} }
	up.Traffic = fleet.Traffic{InMsgs: rate(40), OutMsgs: rate(9000), InBytes: rate(4096), OutBytes: rate(1 << 20)}
	for _, c := range []struct {
		name string
		end  fleet.End
		kind fleet.EdgeKind
		want []string
		not  string
	}{
		{"not heard", fleet.End{}, fleet.Route, []string{"◌ no report: n1 did not answer"}, "not reported"},
		{"not listed", fleet.End{Heard: true}, fleet.Route, []string{"✗ not reported by n1"}, "did not answer"},
		{"up", up, fleet.Route, []string{"● up 1m0s", "pool 3", "rtt 2.00ms", "in 40/s", "out 9.00K/s", "pending 2.00KiB", "s2_fast"}, "✗"},
	} {
		e := &fleet.Edge{Kind: c.kind, A: c.end}
		got := endLine("n1", "n2", c.end, e, st)
		text := got.Label + " " + strings.Join(got.Units, "  ")
		for _, want := range append(c.want, "n1 → n2") {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q lacks %q", c.name, text, want)
			}
		}
		if strings.Contains(text, c.not) {
			t.Errorf("%s: %q says %q", c.name, text, c.not)
		}
	}
}

// TestMatrixSize draws as many columns as fit, from the one scrolled to, and
// marks the server itself and what is not known.
func TestMatrixSize(t *testing.T) {
	mx := matrix{title: "ROUTES", names: []string{"a", "b", "c", "d"}, at: func(r, c int) (matrixCell, bool) {
		return matrixCell{text: string(rune('0'+r)) + string(rune('0'+c)), level: fleet.OK}, c != 3
	}}
	draw := func(w, from int) string {
		mx.from = from
		g := cell.New(w, 8)
		if y := mx.draw(g.All(), 0); y != mx.height() {
			t.Errorf("%d rows drawn, %d expected", y, mx.height())
		}
		return g.Text(false)
	}
	if s := draw(60, 0); !strings.Contains(s, "12") || strings.Contains(s, "columns") || strings.Count(s, "·") != 4 || strings.Count(s, " - ")+strings.Count(s, " -\n") != 3 {
		t.Errorf("all of it:\n%s", s)
	}
	if s := draw(24, 0); !strings.Contains(s, "columns 1 to 2 of 4") || !strings.Contains(s, "30") || strings.Contains(s, "32") {
		t.Errorf("two columns:\n%s", s)
	}
	for _, from := range []int{2, 9} {
		if s := draw(24, from); !strings.Contains(s, "columns 3 to 4 of 4") || !strings.Contains(s, "32") || strings.Contains(s, "30") {
			t.Errorf("scrolled by %d:\n%s", from, s)
		}
	}
}

// TestAlertSubjects finds what an alert is about, so that Enter opens it.
func TestAlertSubjects(t *testing.T) {
	ctx := contextOf(fixture.Namesakes(0))
	west := checks.ServerRef{Name: "n1", Cluster: "west"}
	edge := ctx.State.Links[0].Edge
	for _, c := range []struct {
		name  string
		about checks.Subject
		want  string
	}{
		{"a server, not its namesake", checks.Subject{Servers: []checks.ServerRef{west}}, "server WESTN1"},
		{"a server by id", checks.Subject{Servers: []checks.ServerRef{{ID: "EASTN1", Name: "n1"}}}, "server EASTN1"},
		{"a stream, not the server that leads it", checks.Subject{Servers: []checks.ServerRef{west}, Stream: "ORDERS", Account: "APP"}, `jetstream  stream="ORDERS" and account="APP"`},
		{"a consumer", checks.Subject{Servers: []checks.ServerRef{west}, Consumer: "audit", Stream: "ORDERS", Account: "APP"}, `jetstream consumers consumer="audit" and stream="ORDERS" and account="APP"`},
		{"a link", checks.Subject{Servers: []checks.ServerRef{west}, Edge: edge}, "topology links " + edge.Key()},
		{"a connection, not its server", checks.Subject{Servers: []checks.ServerRef{west}, Conn: 7, Client: "dash"}, "conns  WESTN1/7"},
		{"nothing that has a page", checks.Subject{}, "selected"},
		{"a server that is not known", checks.Subject{Servers: []checks.ServerRef{{Name: "n9"}}}, "selected"},
	} {
		e := openAlert(ctx, nil, alertRef(ctx, &live.AlertRow{About: c.about}))
		got := "selected"
		switch {
		case e.Open == nil && !e.Selected:
			got = "nothing"
		case e.Open != nil && e.Open.Kind == Server:
			got = "server " + e.Open.Scope.ServerID
		case e.Open != nil:
			got = fmt.Sprint(e.Open.Kind, " ", e.Open.mode, " ", e.Open.filter, e.Open.cursor)
		}
		if got != c.want {
			t.Errorf("%s opens %q, want %q", c.name, got, c.want)
		}
	}
	stream := alertRef(ctx, &live.AlertRow{About: checks.Subject{Servers: []checks.ServerRef{west}, Stream: "ORDERS", Account: "APP"}})
	if stream.Server != "" || stream.Stream != "ORDERS" {
		t.Errorf("what belongs to a stream is looked for on %q", stream.Server)
	}
}

// TestAlertsInTheirOrder lists the firing alerts in the order of their causes,
// and none that is acknowledged or over.
func TestAlertsInTheirOrder(t *testing.T) {
	ctx := contextOf(fixture.Cluster(fixture.Noon, "2.15.2"))
	ctx.State.Alerts = []*live.AlertRow{
		{Key: "1", What: "first warning", Level: fleet.Warn},
		{Key: "2", What: "first critical", Level: fleet.Crit},
		{Key: "3", What: "acknowledged", Level: fleet.Crit},
		{Key: "4", What: "resolved", Level: fleet.Crit, State: live.Resolved},
		{Key: "5", What: "second critical", Level: fleet.Crit},
	}
	ctx.State.Seq++
	ctx.Marks.Acknowledge("3", fixture.Noon)
	b := alertBlock(ctx)
	var got []string
	for _, l := range b.Lines {
		got = append(got, l[len(l)-1].Text)
	}
	if want := "first warning|first critical|second critical"; strings.Join(got, "|") != want || !strings.Contains(b.Title, "3 firing") {
		t.Errorf("%s: %q, want %q", b.Title, got, want)
	}
	ctx.State.Alerts = nil
	ctx.State.Seq++
	if b := alertBlock(ctx); b.Title != "ALERTS" || b.Lines[0][1].Text != "none firing" {
		t.Errorf("no alert: %+v", b)
	}
}
