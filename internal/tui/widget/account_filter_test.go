package widget

import (
	"slices"
	"testing"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// TestAccountTags checks that accounts with a key are called by their name
// tags, in columns and in filters.
func TestAccountTags(t *testing.T) {
	names := live.Names{fixture.AccountID("C"): "APP", fixture.AccountID("D"): "APP", fixture.AccountID("E"): "ORD"}
	heads := []view.Head{{Name: "account"}}
	for filter, want := range map[string][]bool{
		"acct=APP":                       {true, true, false, true},
		"account!=APP":                   {false, false, true, false},
		`account == "ORD"`:               {false, false, true, false},
		"acct=" + fixture.AccountID("C"): {true, false, false, false},
	} {
		match, err := NewMatcher(filter, heads, names.Expand)
		if err != nil {
			t.Fatal(err)
		}
		var got []bool
		for _, account := range []string{fixture.AccountID("C"), fixture.AccountID("D"), fixture.AccountID("E"), "APP"} {
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
}
