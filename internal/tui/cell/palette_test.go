package cell

import (
	"fmt"
	"strings"
	"testing"

	"github.com/charmbracelet/x/exp/golden"
)

// TestPalettes compares how every role looks, in each theme and on each
// terminal, with what a person looked at.
func TestPalettes(t *testing.T) {
	names := [...]string{"plain", "muted", "strong", "accent", "front", "line", "head", "good", "notice", "warning", "danger", "hazy", "chart", "input", "banner"}
	if len(names) != int(roles) || len(letters) != int(roles) {
		t.Fatalf("%d names and %d letters for %d roles", len(names), len(letters), roles)
	}
	var b strings.Builder
	for _, theme := range themes {
		for profile, called := range [...]string{NoColor: "no colour", Color16: "16 colours", Color256: "256 colours", TrueColor: "24 bits"} {
			p := NewPalette(Look{Theme: theme.Name, Profile: Profile(profile)})
			fmt.Fprintf(&b, "%s, %s\n", theme.Name, called)
			for role, name := range names {
				fmt.Fprintf(&b, "  %-8s %-30s selected %-34s faded %-12s both %s\n", name, codes(p.on(Style(role))), codes(p.on(Style(role)|Selected)), codes(p.on(Style(role)|Faded)), codes(p.on(Style(role)|Selected|Faded)))
			}
		}
	}
	golden.RequireEqual(t, []byte(b.String()))
}

// codes are the numbers of an escape sequence.
func codes(seq string) string {
	if seq == "" {
		return "-"
	}
	return strings.TrimSuffix(strings.TrimPrefix(seq, "\x1b["), "m")
}
