package tui

import (
	"context"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/fleet/fleettest"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"
)

// faulty is the screen at the end of a recorded fault, after some keys.
func faulty(t *testing.T, name string, w, h int, keys ...string) *Model {
	t.Helper()
	m, err := still(context.Background(), Options{Feed: live.NewReplay(name, fleettest.FaultRecording(t, name))}, OnceOptions{W: w, H: h, Keys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestCauseOnEveryPage shows the cause of a recorded fault under the header of
// every page, in the smallest window too, and nothing when all is well.
func TestCauseOnEveryPage(t *testing.T) {
	for name, want := range map[string]string{
		"server-hangs": "✗ west-3 hangs since ", "clusters-cut": "✗ cluster west does not answer since ", "own-seat-cut-off": "✗ only east-3 answers: is it cut off? ",
		"route-cut": "✗ the route between east-1 and east-2", "slow-client": "▲ client dash-feed", "consumer-stuck": "▲ consumer shipping of stream ORDERS", "server-restarted": "▲ west-2 started ",
	} {
		m := faulty(t, name, 120, 40)
		for _, keys := range []string{"1", "2", "3", "5", "7", "!"} {
			m.Update(keyNamed(keys))
			for _, size := range [][2]int{{60, 15}, {120, 40}} {
				m.Update(windowOf(size[0], size[1]))
				frame := ansi.Strip(m.View())
				line := strings.Split(frame, "\n")[map[bool]int{true: 4, false: 2}[size[1] >= 20]]
				if !strings.HasPrefix(line, " "+want) || !strings.HasSuffix(strings.TrimRight(line, " "), "! diagnosis") {
					t.Errorf("%s, %v, %q: the line is %q, want %q", name, size, keys, line, want)
				}
			}
		}
	}
	if frame := ansi.Strip(modelOf(t, "super", "", 80, 24).View()); strings.Contains(frame, "! diagnosis") {
		t.Errorf("a healthy fleet has a cause:\n%s", frame)
	}
}

// TestDiagnosisPage lists the cause before what follows from it, leads from each
// to its object, and comes back.
func TestDiagnosisPage(t *testing.T) {
	m := faulty(t, "hang-and-slow-client", 120, 40, "!")
	rows := ansi.Strip(m.View())
	var at []int
	for _, text := range []string{" west-3 hangs", "   servers: west-1 is cut off from here", "   gateways: the gateway between east-1 and west-3", "client dash-feed (cid 49) on east-2 reads too slowly"} {
		at = append(at, strings.Index(rows, text))
	}
	for i := 1; i < len(at); i++ {
		if at[i] < 0 || at[i-1] > at[i] {
			t.Fatalf("in the order %v:\n%s", at, rows)
		}
	}
	m.Update(keyNamed("enter"))
	if p := m.cur(); p.Spec.Kind != page.Server || p.Scope.Server != "west-3" {
		t.Errorf("Enter on the cause opens %s %+v", p.Spec.Kind, p.Scope)
	}
	m.Update(keyNamed("esc"))
	typeKeys(m, "/", "leads nowhere", "enter", "enter")
	if p := m.cur(); p.Spec.Kind != page.Topology || p.Current().Name != "links" || p.List().Cursor == "" {
		t.Errorf("Enter on a gateway opens %s", p.Spec.Kind)
	}
	typeKeys(m, "esc", "esc", "end", "enter")
	if p := m.cur(); p.Spec.Kind != page.Connections || !strings.HasSuffix(p.List().Cursor, "/49") {
		t.Errorf("Enter on the client opens %s at %q", p.Spec.Kind, p.List().Cursor)
	}
	m.Update(keyNamed("esc"))
	m.Update(keyNamed("!"))
	m.Update(keyNamed("esc"))
	if m.cur().Spec.Kind != page.Topology {
		t.Errorf("the diagnosis was opened twice: %s", m.cur().Spec.Kind)
	}
}

// TestKnownCauseIsNotShown leaves a cause out of the line once its alert is
// acknowledged, and shows the next.
func TestKnownCauseIsNotShown(t *testing.T) {
	m := faulty(t, "hang-and-slow-client", 120, 40, "7", "a")
	if line := strings.Split(ansi.Strip(m.View()), "\n")[4]; !strings.HasPrefix(line, " ▲ client dash-feed") {
		t.Errorf("after it was acknowledged: %q", line)
	}
	m.Update(keyNamed("a"))
	if line := strings.Split(ansi.Strip(m.View()), "\n")[4]; !strings.HasPrefix(line, " ✗ west-3 hangs") {
		t.Errorf("after that was undone: %q", line)
	}
}

// TestAlertsInTheOrderOfCauses lists the alerts as the check does: the cause,
// then what follows from it.
func TestAlertsInTheOrderOfCauses(t *testing.T) {
	m := faulty(t, "meta-leader-hangs", 120, 40, "7")
	var got []string
	for _, a := range m.State.Alerts[:7] {
		got = append(got, a.Check+" "+a.Object)
		if a.Follows != (len(got) > 1) || a.Cause != "west-2" {
			t.Errorf("%s %s follows from %q: %t", a.Check, a.Object, a.Cause, a.Follows)
		}
	}
	if got[0] != "servers west-2" {
		t.Errorf("in the order %q", got)
	}
	if row, ok := m.cur().List().Selected(); !ok || row != 0 {
		t.Errorf("the first row is alert %d", row)
	}
}
