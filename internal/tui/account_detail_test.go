package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// accountID is the public key of an account, for tests.
func accountID(letter string) string { return "A" + strings.Repeat(letter, 55) }

// tagged is a snapshot of one server with accounts under an operator; asked is
// the one whose details are in it.
func tagged(now time.Time, asked string, tags map[string]string) *fleet.Snapshot {
	s := clusterOf(now, "2.12.6")
	stats := &server.AccountStatz{}
	for id, tag := range tags {
		stats.Accounts = append(stats.Accounts, &server.AccountStat{Account: id, Name: tag, Conns: 9})
	}
	s.Servers[0].AccountStatz = stats
	s.Want.Kinds = append(s.Want.Kinds, fleet.AccountStatz)
	if asked == "" {
		return s
	}
	claims := jwt.NewAccountClaims(asked)
	claims.Limits.Conn, claims.Limits.LeafNodeConn, claims.Limits.Payload = 10, jwt.NoLimit, 1<<20
	info := &server.AccountInfo{AccountName: asked, Jwt: "secret", Claim: claims}
	info.Imports = []server.ExtImport{{Import: jwt.Import{Subject: "orders.created", LocalSubject: "billing.in", Account: accountID("B"), Token: "secret", Type: jwt.Stream}}}
	s.Servers[0].Accountz = &server.Accountz{Account: info}
	s.Want.Kinds, s.Want.Account = append(s.Want.Kinds, fleet.Accountz), asked
	s.Problems = []fleet.Problem{{Server: "n2", Kind: fleet.Accountz, Reason: fleet.Refused}}
	return s
}

// TestAccountDetails checks that the limits and imports of an account under an
// operator are shown, that the accounts are asked one after the other, and that
// servers which do not use an account are no problem.
func TestAccountDetails(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	a, b := accountID("C"), accountID("B")
	tags := map[string]string{a: "BILLING", b: "ORDERS"}

	d, st := newDeriver(), &State{Phase: Live}
	m := pressed(st, 120, 40, "4")
	show := func(s *fleet.Snapshot) {
		d.take(st, s)
		next := *st
		next.Now = s.Time
		m.Update(stateMsg{&next})
	}
	show(tagged(now, "", tags))
	if m.demand.account != b && m.demand.account != a {
		t.Fatalf("asks for %q", m.demand.account)
	}
	first := m.demand.account
	show(tagged(now.Add(2*time.Second), first, tags))
	if m.demand.account == first || m.demand.account == "" {
		t.Errorf("asks for %q after %q was answered", m.demand.account, first)
	}
	show(tagged(now.Add(4*time.Second), a, tags))
	show(tagged(now.Add(6*time.Second), b, tags))
	if m.demand.account != "" {
		t.Errorf("asks for %q although all is known", m.demand.account)
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
	if _, object := m.object(); strings.Contains(indented(object), "secret") {
		t.Error("the JSON of an account shows its JWT or a token")
	}
}

// TestAccountTags checks that accounts with a key are called by their name
// tags, in columns and in filters.
func TestAccountTags(t *testing.T) {
	names := accountNames{accountID("C"): "APP", accountID("D"): "APP", accountID("E"): "ORD"}
	heads := []view.Head{{Name: "account"}}
	for filter, want := range map[string][]bool{
		"acct=APP":               {true, true, false, true},
		"account!=APP":           {false, false, true, false},
		`account == "ORD"`:       {false, false, true, false},
		"acct=" + accountID("C"): {true, false, false, false},
	} {
		match, err := newMatcher(filter, heads, names)
		if err != nil {
			t.Fatal(err)
		}
		var got []bool
		for _, account := range []string{accountID("C"), accountID("D"), accountID("E"), "APP"} {
			ok, err := match.expr.Match([]view.Cell{{Raw: account}})
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, ok)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", filter, got, want)
		}
	}
	names = accountNames{}
	names.hear(fleet.Event{Account: accountID("C"), Body: []byte(`{"client":{"acc":"` + accountID("C") + `","name_tag":"APP"}}`)})
	if names[accountID("C")] != "APP" {
		t.Error("an event's name tag is not learnt")
	}
}
