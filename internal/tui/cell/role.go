package cell

import (
	"strings"

	"github.com/natsctl/natsctl/internal/view"
)

// Style is how a cell looks: a [Role] in the low byte and flags above it.
type Style uint16

// Role is what a cell means; a [Theme] gives it a color.
type Role = Style

// The roles. Plain is the zero value.
const (
	Plain   Role = iota
	Muted        // secondary words, units, empty values
	Strong       // titles and names
	Accent       // keys, the cursor's mark
	Front        // the tab in front, the pane with the focus
	Line         // rules and borders
	Head         // column headings
	Good         // level ok
	Notice       // level info
	Warning      // level warn
	Danger       // level crit
	Hazy         // level unknown
	Chart        // graphs
	Input        // what is being typed
	Banner       // the bar of a protected context
	roles
)

// The flags, combined with a role by or.
const (
	Selected Style = 1 << (8 + iota) // the row under the cursor
	Faded                            // old data
	Underlined
	flagEnd
)

const (
	roleMask Style = 0xff
	flagMask Style = 0xff00
	flagSets       = int(flagEnd >> 8)
)

// ofLevel maps a judgement to its role, by its place in the order of levels.
var ofLevel = [...]Role{Plain, Notice, Warning, Danger, Hazy}

// OfLevel returns the role of a value with this judgement; what is in order
// is plain, so that only trouble is coloured.
func OfLevel(l view.Level) Role {
	if l < 0 || int(l) >= len(ofLevel) {
		return Hazy
	}
	return ofLevel[l]
}

// OfGlyph returns the role of the mark of a level, where ok is coloured too.
func OfGlyph(l view.Level) Role {
	if l == 0 {
		return Good
	}
	return OfLevel(l)
}

// letters stand for the roles, in their order.
const letters = ".msaf-hgnwdzcib"

// Roles returns what each cell means as a letter, in lines as [Grid.Text] does
// it: a frame without its colours, for those who check or make a theme. Cells
// under the cursor are capitals, faded ones a tilde, and empty ones blank.
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
