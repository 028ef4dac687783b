package live

import (
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
)

// TestNameTags learns the name tag of an account's key, from events too, and
// nothing of what is no key.
func TestNameTags(t *testing.T) {
	names, key := Names{}, fixture.AccountID("C")
	event := func(account, told, tag string) fleet.Event {
		return fleet.Event{Account: account, Body: []byte(`{"client":{"acc":"` + told + `","name_tag":"` + tag + `"}}`)}
	}
	names.addEvent(event(key, fixture.AccountID("D"), "FOREIGN"))
	names.addEvent(event("APP", "APP", "TAG"))
	if len(names) != 0 {
		t.Errorf("learnt %v", names)
	}
	names.addEvent(event(key, key, "APP"))
	names.addEvent(event(key, key, "LATER"))
	if names[key] != "APP" || len(names) != 1 {
		t.Errorf("learnt %v from an event", names)
	}
	st := &State{Names: Names{key: "APP"}}
	if st.AccountLabel(key) != "APP" || st.AccountLabel("OTHER") != "OTHER" || (*State)(nil).AccountLabel(key) != key {
		t.Error("names of accounts that have no tag")
	}
}

// TestSameAccount matches an account with its key, and with its name unless another
// account has that too.
func TestSameAccount(t *testing.T) {
	a, b, c, none := fixture.AccountID("A"), fixture.AccountID("B"), fixture.AccountID("C"), fixture.AccountID("D")
	st := &State{
		Names:    Names{a: "APP", b: "APP", c: "ORD", none: "LIT"},
		Accounts: []*AccountRow{{AccountRow: &fleet.AccountRow{Name: c, Label: "ORD"}}, {AccountRow: &fleet.AccountRow{Name: "LIT"}}},
	}
	for _, x := range []struct {
		scope, of string
		same      bool
	}{
		{"", a, true},
		{"", "x", true},
		{a, a, true},
		{a, b, false},
		{a, "", false},
		{c, "", false},
		{a, "APP", false},
		{"APP", a, false},
		{"APP", b, false},
		{"APP", "APP", true},
		{c, "ORD", true},
		{"ORD", c, true},
		{c, "APP", false},
		{"APP", "ORD", false},
		{"LIT", none, false}, // an account without a key has the name too
		{none, "LIT", false},
		{fixture.AccountID("E"), "APP", false},
		{fixture.AccountID("E"), "", false},
	} {
		if same := st.SameAccount(x.scope, x.of); same != x.same {
			t.Errorf("%q and %q are one account: %t", x.scope, x.of, same)
		}
	}
	for _, x := range []struct{ name, key, term string }{
		{"APP", "APP", "APP"}, {a, a, a}, {"ORD", c, "ORD"}, {c, c, "ORD"}, {"OTHER", "OTHER", "OTHER"}, {"LIT", "LIT", "LIT"}, {none, none, none},
	} {
		if key, term := st.AccountKey(x.name), st.AccountTerm(x.name); key != x.key || term != x.term {
			t.Errorf("%s: the key is %s, want %s; in a filter %s, want %s", x.name, key, x.key, term, x.term)
		}
	}
}
