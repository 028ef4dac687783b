package cell

import (
	"fmt"
	"math"
	"strconv"
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
		for profile, called := range [...]string{NoColor: "no color", Color16: "16 colors", Color256: "256 colors", TrueColor: "24 bits"} {
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

// TestContrast checks that every role can be read on its theme's background and
// under the cursor: 4.5 to 1, as the guidelines for accessible pages want it.
func TestContrast(t *testing.T) {
	for _, theme := range themes {
		p := NewPalette(Look{Theme: theme.Name, Profile: TrueColor})
		back := svgBack[theme.Name]
		if back == "" {
			back = "#0d1117"
		}
		for role := range roles {
			if role == Line { // says nothing
				continue
			}
			on := back
			if own := p.svgBackground(role); own != "" {
				on = own
			}
			if c := contrast(p.svgColor(role), on); c < 4.5 {
				t.Errorf("%s: %c has a contrast of %.1f on %s", theme.Name, letters[role], c, on)
			}
			if c := contrast(p.svgColor(role), p.svgBackground(role|Selected)); role != Front && role != Banner && c < 3 {
				t.Errorf("%s: %c has a contrast of %.1f under the cursor", theme.Name, letters[role], c)
			}
		}
	}
}

// contrast is the ratio of the luminances of two colors, as WCAG 2 defines it.
func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func luminance(hex string) float64 {
	sum := 0.0
	for i, weight := range [...]float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			return math.NaN()
		}
		v := float64(n) / 255
		if v <= 0.04045 {
			v /= 12.92
		} else {
			v = math.Pow((v+0.055)/1.055, 2.4)
		}
		sum += weight * v
	}
	return sum
}
