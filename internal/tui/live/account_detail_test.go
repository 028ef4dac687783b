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
	st := &State{Names: Names{key: "APP", fixture.AccountID("A"): "APP"}}
	for _, c := range []struct {
		scope, of string
		same      bool
	}{{"", "x", true}, {key, key, true}, {key, "APP", true}, {"APP", key, false}, {"APP", "APP", true}, {fixture.AccountID("B"), "APP", false}} {
		if same := st.SameAccount(c.scope, c.of); same != c.same {
			t.Errorf("%q and %q are one account: %t", c.scope, c.of, same)
		}
	}
	if got := st.AccountKey("APP"); got != fixture.AccountID("A") {
		t.Errorf("the key of APP is %s", got)
	}
	if st.AccountKey("OTHER") != "OTHER" || st.AccountLabel(key) != "APP" || st.AccountLabel("OTHER") != "OTHER" || (*State)(nil).AccountLabel(key) != key {
		t.Error("names of accounts that have no tag")
	}
}
