package tui

import (
	"math"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/tui/page"
)

// TestTopologyUsesTheScreen looks for what stands under the tree when rows are
// left over: matrices, the worst links, alerts; and for nothing of it when not.
func TestTopologyUsesTheScreen(t *testing.T) {
	m := modelOf(t, "degraded", "10:05:13", 120, 40, "1")
	frame := ansi.Strip(drawn(m, 120, 44, m.look))
	for _, want := range []string{"GATEWAYS  from row to column", "ROUTES  cluster east", "LINKS THAT NEED ATTENTION", "✗ route   east-2 ⇄ east-3", "ALERTS", "✗ none"} {
		if !strings.Contains(frame, want) {
			t.Errorf("no %q in\n%s", want, frame)
		}
	}
	if small := ansi.Strip(drawn(m, 80, 24, m.look)); strings.Contains(small, "LINKS THAT NEED") {
		t.Errorf("links over the tree in\n%s", small)
	}
}

// TestSparkWithGaps draws a reading that is not known as a gap, and the others
// on their own scale.
func TestSparkWithGaps(t *testing.T) {
	nan := float32(math.NaN())
	if got := page.Spark([]float32{nan, 1, 4, nan, 8}, 8); got != " ▁▄ ▇" {
		t.Errorf("got %q", got)
	}
}
