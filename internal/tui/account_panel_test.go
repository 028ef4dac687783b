package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"
)

// TestAccountDetails checks that the limits and imports of an account under an
// operator are shown, that the accounts are asked one after the other, and that
// servers which do not use an account are no problem.
func TestAccountDetails(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	a, b := fixture.AccountID("C"), fixture.AccountID("B")
	tags := map[string]string{a: "BILLING", b: "ORDERS"}

	d, st := live.NewDeriver(), &live.State{Phase: live.Live}
	m := pressed(st, 120, 40, "4")
	show := func(s *fleet.Snapshot) {
		d.Apply(st, s)
		next := *st
		next.Now = s.Time
		m.Update(stateMsg{&next})
	}
	show(fixture.Tagged(now, "", tags))
	if m.demand.Account != b && m.demand.Account != a {
		t.Fatalf("asks for %q", m.demand.Account)
	}
	first := m.demand.Account
	show(fixture.Tagged(now.Add(2*time.Second), first, tags))
	if m.demand.Account == first || m.demand.Account == "" {
		t.Errorf("asks for %q after %q was answered", m.demand.Account, first)
	}
	show(fixture.Tagged(now.Add(4*time.Second), a, tags))
	show(fixture.Tagged(now.Add(6*time.Second), b, tags))
	if m.demand.Account != "" {
		t.Errorf("asks for %q although all is known", m.demand.Account)
	}
	if !st.Snap.Complete() {
		t.Errorf("a server that does not use the account is a problem: %v", st.Snap.Problems)
	}
	frame := m.View()
	for _, want := range []string{"connections 90%", "9 of 10", "orders.created as billing.in of ORDERS", "payload at most 1.00MiB"} {
		if !strings.Contains(frame, want) {
			t.Errorf("no %q in\n%s", want, frame)
		}
	}
	if _, object := m.cur().SelectedObject(m.Context); strings.Contains(page.Indented(object), "secret") {
		t.Error("the JSON of an account shows its JWT or a token")
	}
}
