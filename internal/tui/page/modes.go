package page

import "github.com/natsctl/natsctl/internal/tui/cell"

// modeLine shows the modes of the page, with the current one marked.
func modeLine(_ *Context, p *Page, a cell.Area) int {
	x := a.Write(1, 0, "v", cell.Accent) + 1
	for i, mo := range p.Spec.Modes {
		if i < p.mode-1 && modesWidth(p.Spec.Modes) > a.W {
			continue // leave room for the current one
		}
		text, style := " "+mo.Name+" ", cell.Style(cell.Muted)
		if i == p.mode {
			text, style = "▸"+mo.Name+" ", cell.Accent
		}
		x = a.Write(x, 0, text, style) + 1
	}
	if help := p.Current().help; help != "" && x+cell.Width(help)+4 < a.W {
		a.Right(a.W-2, 0, help, cell.Muted)
	}
	return 1
}

// modesWidth returns the width of the names of all modes.
func modesWidth(modes []Mode) int {
	w := 3
	for _, mo := range modes {
		w += cell.Width(mo.Name) + 3
	}
	return w
}

// modeKeys are the keys for the next and the previous mode of the page.
func modeKeys() []Key {
	turn := func(by int) func(*Context, *Page) Effect {
		return func(_ *Context, p *Page) Effect {
			p.NextMode(by)
			return Effect{}
		}
	}
	return []Key{
		{Keys: []string{"tab"}, Shown: "Tab", Help: "next way to show the page", Do: turn(+1)},
		{Keys: []string{"shift+tab"}, Shown: "S-Tab", Help: "the way before", Do: turn(-1)},
	}
}

// bytesKeys are the keys that toggle exact byte counts.
func bytesKeys() []Key {
	return []Key{{Keys: []string{"b"}, Shown: "b", Help: "bytes in full", Do: func(ctx *Context, _ *Page) Effect {
		ctx.FullBytes = !ctx.FullBytes
		ctx.Touch()
		return Effect{}
	}}}
}
