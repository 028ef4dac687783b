package view_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/natsctl/natsctl/internal/view"
)

// TestPicturesOfWidths draws one table at many widths: which headings become
// short, what is left out and comes back, and where text is cut.
func TestPicturesOfWidths(t *testing.T) {
	rows := append(slices.Clone(links), link{"a-name-that-is-rather-long-for-a-server", "east-4", 5000, "one,two,three,four,five,six,seven,eight,nine,ten,eleven"}, link{to: "x", why: strings.Repeat("w", 40)})
	var b strings.Builder
	for _, sorted := range []string{"", "in_msgs"} {
		for width := 170; width > 10; width -= 8 {
			g := view.NewGrid(linkColumns, slices.Values(rows))
			g.SortedBy = sorted
			lines, left := draw(t, g, width)
			fmt.Fprintf(&b, "width %d, sorted by %q, left out %v\n%s\n\n", width, sorted, left, strings.Join(lines, "\n"))
		}
	}
	golden.RequireEqual(t, []byte(b.String()))
}
