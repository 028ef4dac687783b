package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

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
	keepFresh(t, "../../docs/checks.md", "checks", page.String())
}

// TestAdviceOfChecksExists finds every command that a check advises.
func TestAdviceOfChecksExists(t *testing.T) {
	command := regexp.MustCompile("`natsctl ([^`]+)`")
	for _, c := range checks.All() {
		for _, m := range command.FindAllStringSubmatch(c.Next, -1) {
			list := commands()
			for _, word := range strings.Fields(m[1]) {
				if len(list) == 0 {
					break // flags and arguments
				}
				i := slices.IndexFunc(list, func(e entry) bool { return e.name == word })
				if i < 0 {
					t.Errorf("check %s advises `natsctl %s`, and there is no %q", c.Name, m[1], word)
					break
				}
				list = list[i].sub
			}
		}
	}
}
