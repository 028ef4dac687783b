package widget

import (
	"errors"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// TestFilters checks which rows a filter keeps: words of which each must occur,
// !word, ~regex, expressions, and both next to each other.
func TestFilters(t *testing.T) {
	rows := []item{
		{1, "billing", 5, fleet.OK},
		{2, "orders", 50, fleet.Warn},
		{3, "Orders-Audit", nil, fleet.Crit},
	}
	for _, c := range []struct{ filter, want string }{
		{"", "123"},
		{"orders", "23"},
		{"ORDERS", "23"},
		{"orders audit", "3"},
		{"!orders", "1"},
		{"orders !audit", "2"},
		{"~^b", "1"},
		{"~ORD", "23"},
		{"count>5", "2"},
		{"count>=5", "12"},
		{"name=billing", "1"},
		{"name!=billing", "23"},
		{"orders count>5", "2"},
		{"count>5 count<40", ""},
		{`name contains "rder"`, "23"},
		{"state=warn", "2"},
		{"nobody", ""},
	} {
		l := items(rows)
		l.SetFilter(c.filter)
		l.Arrange()
		got := ""
		for _, row := range l.Order {
			got += l.Sheet.Key(row)
		}
		if l.Failed != nil || got != c.want {
			t.Errorf("%q keeps %q, want %q (%v)", c.filter, got, c.want, l.Failed)
		}
	}
}

// TestBadFilters shows every row and the reason, in the words that were typed.
func TestBadFilters(t *testing.T) {
	for _, text := range []string{"nothing>5", "~[", "count>", "orders nothing=5", "count>5 ~("} {
		l := items([]item{{1, "a", 1, fleet.OK}, {2, "b", 2, fleet.OK}})
		l.SetFilter(text)
		l.Arrange()
		if l.Failed == nil || !errors.Is(l.Failed, view.ErrFilter) {
			t.Errorf("%q: %v", text, l.Failed)
		}
		if len(l.Order) != 2 {
			t.Errorf("%q hides rows", text)
		}
	}
}

// TestColumnNames takes full names, nicknames and names without their unit.
func TestColumnNames(t *testing.T) {
	heads := []view.Head{{Name: "cpu_percent"}, {Name: "slow_consumers"}, {Name: "uptime_seconds"}, {Name: "server"}, {Name: "account"}}
	for in, want := range map[string]string{
		"cpu_percent": "cpu_percent", "cpu": "cpu_percent", "slow": "slow_consumers", "up": "uptime_seconds", "srv": "server", "acct": "account", "acc": "account", "none": "none", "": "",
	} {
		if got := ColumnNamed(in, heads); got != want {
			t.Errorf("%q is the column %q, want %q", in, got, want)
		}
	}
}
