package tui

import (
	"strings"
	"testing"
)

// TestTerms checks that words and comparisons may stand side by side, and that
// what is wrong is said in the words that were typed.
func TestTerms(t *testing.T) {
	m := pressed(crowdState(2, 50), 120, 40, "3")
	l := m.cur().List()
	for filter, want := range map[string]int{
		"client-7 srv=n0001":         1,
		"srv=n0001 cid<=3":           3,
		"srv=n0001 !client-1 cid<=3": 2,
		"~^client-1$ ":               0,
		"cid<=3 ~client-[12]":        4,
		"cid<=3 and srv=n0001":       3,
		"cid<=3 or cid>=50":          8,
	} {
		l.SetFilter(filter)
		l.Arrange()
		if l.Failed != nil || len(l.Order) != want {
			t.Errorf("%s keeps %d rows, want %d: %v", filter, len(l.Order), want, l.Failed)
		}
	}
	for filter, want := range map[string]string{
		"client-7 pendng>1": "pending_bytes", "acct=APP and srv=": `"acct=APP and srv="`,
	} {
		l.SetFilter(filter)
		if l.Failed == nil || !strings.Contains(l.Failed.Error(), want) {
			t.Errorf("%s: %v, want %s in it", filter, l.Failed, want)
		}
	}
}
