package fleetcmd

import (
	"fmt"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/cli/clitest"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// TestDocsChecks keeps the page about checks equal to the table of checks.
func TestDocsChecks(t *testing.T) {
	var page strings.Builder
	page.WriteString("| Check | Holds when | Limits (warning, critical) | Why it matters | What to do |\n|---|---|---|---|---|\n")
	for _, c := range checks.All() {
		var limits []string
		for _, l := range c.Limits {
			sign := "≥"
			if l.Below {
				sign = "≤"
			}
			limits = append(limits, fmt.Sprintf("`%s` %s %s, %s", l.Name, sign, limitText(l.Name, l.Warn), limitText(l.Name, l.Crit)))
		}
		fmt.Fprintf(&page, "| `%s` | %s | %s | %s | %s |\n", c.Name, c.About, strings.Join(limits, "; "), c.Why, strings.ReplaceAll(c.Next, "|", "\\|"))
	}
	clitest.KeepFresh(t, "../../../docs/checks.md", "checks", page.String())
}
