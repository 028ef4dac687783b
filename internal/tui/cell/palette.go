package cell

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"
)

// Profile is the number of colors of the terminal.
type Profile int

// The profiles. NoColor still has bold, reverse and underline.
const (
	NoColor Profile = iota
	Color16
	Color256
	TrueColor
)

var termProfiles = [...]termenv.Profile{termenv.Ascii, termenv.ANSI, termenv.ANSI256, termenv.TrueColor}

// Look is the configuration of how cells are written to the terminal.
type Look struct {
	Theme   string // a name of [Themes]; empty: the default
	Profile Profile
	ASCII   bool // draw with ASCII only
}

// Palette is a compiled [Look]: the escape sequence of every style. It is
// immutable and safe for concurrent use.
type Palette struct {
	look  Look
	theme Theme
	sgr   [int(roles) * flagSets]string
}

// NewPalette compiles a look; an unknown theme selects the default.
func NewPalette(look Look) *Palette {
	t, ok := ThemeNamed(look.Theme)
	if !ok {
		t = themes[0]
	}
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(termProfiles[look.Profile])
	p := &Palette{look: look, theme: t}
	for role := range roles {
		for flags := range flagSets {
			p.sgr[flags*int(roles)+int(role)] = p.start(r, role, Style(flags<<8))
		}
	}
	return p
}

// Look returns the look that the palette was compiled from.
func (p *Palette) Look() Look { return p.look }

// start returns the escape sequence that begins a style.
func (p *Palette) start(r *lipgloss.Renderer, role Role, flags Style) string {
	if p.look.Profile == NoColor {
		return monochrome(p.theme.paint[role], role, flags)
	}
	before, _, _ := strings.Cut(p.theme.style(r, role, flags).Render("x"), "x")
	return before
}

// monochrome is the look without colors: only bold, underline and reverse.
func monochrome(p paint, role Role, flags Style) string {
	var codes []string
	if p.bold && role != Warning {
		codes = append(codes, "1")
	}
	if flags&Underlined != 0 {
		codes = append(codes, "4")
	}
	if flags&Faded != 0 {
		codes = []string{"2"}
	}
	if flags&Selected != 0 || role == Banner || role == Front {
		codes = append(codes, "7")
	}
	if len(codes) == 0 {
		return ""
	}
	return "\x1b[" + strings.Join(codes, ";") + "m"
}

// on returns the escape sequence of a style, empty for the terminal's own.
func (p *Palette) on(s Style) string {
	role, flags := s&roleMask, int(s&flagMask)>>8
	if role >= roles {
		role = Plain
	}
	return p.sgr[flags*int(roles)+int(role)]
}
