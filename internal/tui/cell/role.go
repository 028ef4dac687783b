package cell

import (
	"strings"

	"github.com/natsctl/natsctl/internal/view"
)

// Style is how a cell looks: a [Role] in the low byte and flags above it.
type Style uint16

// Role is the meaning of a cell; a [Theme] gives it a color.
type Role = Style

// The roles. Plain is the zero value.
const (
	Plain   Role = iota
	Muted        // secondary text, units, empty values
	Strong       // titles and names
	Accent       // keys, the cursor's mark
	Front        // the open tab, the focused pane
	Line         // rules and borders
	Head         // column headings
	Good         // level ok
	Notice       // level info
	Warning      // level warn
	Danger       // level crit
	Hazy         // level unknown
	Chart        // graphs
	Input        // the input line
	Banner       // the bar of a protected context
	roles
)

// The flags, combined with a role by or.
const (
	Selected Style = 1 << (8 + iota) // the selected row
	Faded                            // old data
	Underlined
	flagEnd
)

const (
	roleMask Style = 0xff
	flagMask Style = 0xff00
	flagSets       = int(flagEnd >> 8)
)

// ofLevel maps a level to its role, by its position in the order of levels.
var ofLevel = [...]Role{Plain, Notice, Warning, Danger, Hazy}

// OfLevel returns the role of a value with this level; ok is plain, so that
// only problems are colored.
func OfLevel(l view.Level) Role {
	if l < 0 || int(l) >= len(ofLevel) {
		return Hazy
	}
	return ofLevel[l]
}

// OfGlyph returns the role of the mark of a level, where ok is colored too.
func OfGlyph(l view.Level) Role {
	if l == 0 {
		return Good
	}
	return OfLevel(l)
}

// letters are the letters of the roles, in order.
const letters = ".msaf-hgnwdzcib"

// Roles returns the role of each cell as a letter, in lines like [Grid.Text]: a
// frame without its colors, for checking or creating a theme. Selected cells
// are capitals, faded ones a tilde, and empty ones blank.
func (g *Grid) Roles() string {
	var b, line strings.Builder
	for y := range g.H {
		line.Reset()
		for _, c := range g.boxes[y*g.W : (y+1)*g.W] {
			line.WriteByte(c.letter())
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	return b.String()
}

func (c box) letter() byte {
	mark := letters[c.style&roleMask%roles]
	switch {
	case c.style&Selected != 0 && mark == '.':
		return ':'
	case c.style&Selected != 0:
		return strings.ToUpper(string(mark))[0]
	case (c.text == "" || c.text == " ") && !c.skip && c.style&roleMask != Front && c.style&roleMask != Banner:
		return ' '
	case c.style&Faded != 0:
		return '~'
	}
	return mark
}
