package cell

import (
	"slices"

	"github.com/charmbracelet/lipgloss"
)

// Theme names a color for each role. Colors are numbers of the terminal's
// palette ("1", "12") or "#rrggbb".
type Theme struct {
	Name  string
	Help  string
	paint [roles]paint
	back  string // background of the selected row; empty: reversed
}

// paint is the look of one role.
type paint struct {
	fg, bg    string
	bold      bool
	reverse   bool   // swaps the terminal's own colors
	svg       string // color in SVG if fg is one of the terminal's own
	svgGround string // background in SVG if it is not bg
}

// themes is the table of themes; the first is the default.
var themes = []Theme{
	{
		Name: "terminal", Help: "the terminal's own 16 colors",
		paint: [roles]paint{
			Plain: {svg: "#d0d4da"}, Muted: {fg: "8", svg: "#8b949e"}, Strong: {bold: true, svg: "#f0f3f6"},
			Accent: {fg: "6", bold: true, svg: "#56d4dd"}, Front: {fg: "6", bold: true, reverse: true, svg: "#0d1117", svgGround: "#56d4dd"}, Line: {fg: "8", svg: "#4d5560"}, Head: {fg: "12", bold: true, svg: "#6cb6ff"},
			Good: {fg: "2", svg: "#57ab5a"}, Notice: {fg: "6", svg: "#56d4dd"}, Warning: {fg: "3", bold: true, svg: "#e3b341"},
			Danger: {fg: "1", bold: true, svg: "#f47067"}, Hazy: {fg: "5", svg: "#b083f0"}, Chart: {fg: "12", svg: "#6cb6ff"},
			Input: {bold: true, svg: "#f0f3f6"}, Banner: {fg: "15", bg: "1", bold: true, svg: "#ffffff", svgGround: "#b62324"},
		},
	},
	{
		Name: "dark", Help: "24-bit colors for a dark background", back: "#2d3a4d",
		paint: [roles]paint{
			Plain: {fg: "#c9d1d9"}, Muted: {fg: "#8b949e"}, Strong: {fg: "#f0f6fc", bold: true},
			Accent: {fg: "#39c5cf", bold: true}, Front: {fg: "#0d1117", bg: "#39c5cf", bold: true}, Line: {fg: "#484f58"}, Head: {fg: "#58a6ff", bold: true},
			Good: {fg: "#3fb950"}, Notice: {fg: "#39c5cf"}, Warning: {fg: "#e3b341", bold: true},
			Danger: {fg: "#ff7b72", bold: true}, Hazy: {fg: "#bc8cff"}, Chart: {fg: "#58a6ff"},
			Input: {fg: "#ffffff", bold: true}, Banner: {fg: "#ffffff", bg: "#b62324", bold: true},
		},
	},
	{
		Name: "light", Help: "24-bit colors for a light background", back: "#cfe3fa",
		paint: [roles]paint{
			Plain: {fg: "#24292f"}, Muted: {fg: "#6e7781"}, Strong: {fg: "#000000", bold: true},
			Accent: {fg: "#0a7080", bold: true}, Front: {fg: "#ffffff", bg: "#0a7080", bold: true}, Line: {fg: "#afb8c1"}, Head: {fg: "#0550ae", bold: true},
			Good: {fg: "#116329"}, Notice: {fg: "#0a7080"}, Warning: {fg: "#7d4e00", bold: true},
			Danger: {fg: "#a40e26", bold: true}, Hazy: {fg: "#6639ba"}, Chart: {fg: "#0969da"},
			Input: {fg: "#000000", bold: true}, Banner: {fg: "#ffffff", bg: "#a40e26", bold: true},
		},
	},
	{
		Name: "colorblind", Help: "blue and orange instead of green and red", back: "#2d3a4d",
		paint: [roles]paint{
			Plain: {fg: "#c9d1d9"}, Muted: {fg: "#8b949e"}, Strong: {fg: "#f0f6fc", bold: true},
			Accent: {fg: "#ffffff", bold: true}, Front: {fg: "#0d1117", bg: "#ffffff", bold: true}, Line: {fg: "#484f58"}, Head: {fg: "#9ecbff", bold: true},
			Good: {fg: "#56b4e9"}, Notice: {fg: "#9ecbff"}, Warning: {fg: "#f0e442", bold: true},
			Danger: {fg: "#ff8c1a", bold: true}, Hazy: {fg: "#cc79a7"}, Chart: {fg: "#56b4e9"},
			Input: {fg: "#ffffff", bold: true}, Banner: {fg: "#000000", bg: "#ff8c1a", bold: true},
		},
	},
}

// Themes returns the themes, the default first.
func Themes() []Theme { return slices.Clone(themes) }

// ThemeNamed returns the theme with this name; an empty name is the default.
func ThemeNamed(name string) (Theme, bool) {
	if name == "" {
		return themes[0], true
	}
	for _, t := range themes {
		if t.Name == name {
			return t, true
		}
	}
	return Theme{}, false
}

// style builds the lipgloss style of one role with flags.
func (t Theme) style(r *lipgloss.Renderer, role Role, flags Style) lipgloss.Style {
	p := t.paint[role]
	s := r.NewStyle()
	if p.fg != "" {
		s = s.Foreground(lipgloss.Color(p.fg))
	}
	if p.bg != "" {
		s = s.Background(lipgloss.Color(p.bg))
	}
	s = s.Bold(p.bold).Reverse(p.reverse).Underline(flags&Underlined != 0)
	if flags&Faded != 0 {
		s = r.NewStyle().Faint(true)
	}
	if flags&Selected != 0 {
		s = t.selected(r, p, flags, s)
	}
	return s
}

// selected marks the selected row: by the theme's background if it has one,
// otherwise by reversing the whole row uniformly, since
// reversing individual colors would look patchy; glyphs and text still show
// problems.
func (t Theme) selected(r *lipgloss.Renderer, p paint, flags Style, s lipgloss.Style) lipgloss.Style {
	if t.back != "" {
		return s.Background(lipgloss.Color(t.back)).Bold(true)
	}
	return r.NewStyle().Bold(p.bold).Faint(flags&Faded != 0).Underline(flags&Underlined != 0).Reverse(true)
}
