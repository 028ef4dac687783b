package page

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// objectSpec defines the page that shows the JSON of an object.
func objectSpec() *Spec {
	return &Spec{Kind: Object, Title: "JSON", Keys: []Key{{Keys: []string{"n"}, Shown: "n", Help: "next hit of the search", Do: func(_ *Context, p *Page) Effect {
		p.NextHit(p.Scroll + 1)
		return Effect{}
	}}}, Modes: []Mode{{Name: "json", draw: drawObject}}}
}

// ShowObject sets the object that the page shows.
func (p *Page) ShowObject(object any) {
	p.object, p.text = object, strings.Split(Indented(object), "\n")
}

// SelectedObject returns the selected object, to be marshaled to JSON, and its
// title.
func (p *Page) SelectedObject(ctx *Context) (string, any) {
	switch {
	case p.Spec.Kind == Object:
		return p.Scope.Title, p.object
	case p.Spec.Kind == Server && ctx.State != nil:
		if r := FindServer(ctx.State, p.Scope); r != nil {
			return r.Label(), r.JSON()
		}
		return "", nil
	case !p.HasRows():
		return "", nil
	}
	l := p.List()
	row, ok := l.Selected()
	if !ok {
		return "", nil
	}
	return l.Sheet.Ref(row).String(), l.Sheet.Object(row)
}

// Indented returns the indented JSON of an object.
func Indented(v any) string {
	var b bytes.Buffer
	if err := view.JSON(&b, v, false); err != nil {
		return fmt.Sprintf("cannot be shown as JSON: %s", err)
	}
	return strings.TrimRight(b.String(), "\n")
}

// drawObject draws the lines from the scroll position on, with matches marked.
func drawObject(_ *Context, p *Page, a cell.Area) {
	p.Scroll = max(min(p.Scroll, len(p.text)-a.H), 0)
	for y := range a.H {
		if p.Scroll+y >= len(p.text) {
			break
		}
		text := p.text[p.Scroll+y]
		style := cell.Style(cell.Plain)
		key, value, isPair := strings.Cut(text, `": `)
		if isPair {
			x := a.Write(1, y, key+`":`, cell.Head)
			a.Write(x+1, y, value, style)
		} else {
			a.Write(1, y, text, style)
		}
		if p.Search != "" && strings.Contains(strings.ToLower(text), strings.ToLower(p.Search)) {
			a.Rows(y, 1).Restyle(cell.Selected)
		}
	}
	p.List().Height = a.H
}

// Hits returns the lines that contain the search text.
func (p *Page) Hits() []int {
	if p.Search == "" {
		return nil
	}
	var out []int
	for i, text := range p.text {
		if strings.Contains(strings.ToLower(text), strings.ToLower(p.Search)) {
			out = append(out, i)
		}
	}
	return out
}

// NextHit scrolls to the next match of the search, starting at a line.
func (p *Page) NextHit(from int) {
	hits := p.Hits()
	for _, i := range hits {
		if i >= from {
			p.Scroll = i
			return
		}
	}
	if len(hits) > 0 {
		p.Scroll = hits[0]
	}
}
