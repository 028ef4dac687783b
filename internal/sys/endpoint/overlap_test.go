package endpoint

import (
	"slices"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestConnectionsThatCloseBetweenPages: when more connections have closed than two pages
// overlap, it goes back until they do, and no connection that stays is lost.
func TestConnectionsThatCloseBetweenPages(t *testing.T) {
	for name, tc := range map[string]struct {
		closed  int // connections that close after the first page, from the first on
		offsets []int
	}{
		"none":                         {0, []int{0, 504, 1008}},
		"fewer than overlap":           {7, []int{0, 504, 1008}},
		"as many as overlap":           {8, []int{0, 504, 488, 992}},
		"more":                         {20, []int{0, 504, 488, 992}},
		"all of the first page":        {600, []int{0, 504, 488, 456, 392, 264, 8, 0, 504}},
		"so many that a page is empty": {1150, []int{0, 504, 488, 456, 392, 264, 8, 0}},
	} {
		var all connections
		for cid := range uint64(1200) {
			all = append(all, cid+1)
		}
		pager, sv, want := connzPager{}, &fleet.Server{}, fleet.Want{}
		var offsets []int
		for p, more := pager.First(want), true; more && len(offsets) < 20; {
			offsets = append(offsets, p.Offset)
			p, more = pager.Join(sv, want, p, all.page(p.Offset, p.Limit))
			if len(offsets) == 1 {
				all = all[tc.closed:]
			}
		}
		if !slices.Equal(offsets, tc.offsets) {
			t.Errorf("%s: pages from %v, want %v", name, offsets, tc.offsets)
		}
		var got, wanted []uint64
		for _, c := range sv.Connz.Conns {
			got = append(got, c.Cid)
		}
		for cid := range uint64(1200) {
			if cid < 512 || cid >= uint64(tc.closed) { //nolint:gosec // small
				wanted = append(wanted, cid+1)
			}
		}
		if !slices.Equal(got, wanted) {
			t.Errorf("%s: %d connections, want %d", name, len(got), len(wanted))
		}
	}
}
