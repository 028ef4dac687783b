package tui

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// objectSpec is the page that shows the JSON of an object.
func objectSpec() *spec {
	return &spec{kind: objectPage, title: "JSON", modes: []mode{{name: "json", draw: drawObject}}}
}

// openObject shows the JSON of the selected object.
func (m *Model) openObject() {
	title, object := m.object()
	if object == nil {
		m.say("nothing is selected")
		return
	}
	m.showObject(title, object)
}

// showObject opens the JSON of an object.
func (m *Model) showObject(title string, object any) {
	p := m.push(objectPage, ref{title: title})
	p.object = object
	p.text = strings.Split(indented(object), "\n")
}

// object is the selected object, as its JSON is made from it.
func (m *Model) object() (string, any) {
	p := m.cur()
	switch {
	case p.spec.kind == objectPage:
		return p.scope.title, p.object
	case p.spec.kind == serverPage && m.st != nil:
		if r := serverAt(m.st, p.scope); r != nil {
			return r.Label(), r.JSON()
		}
		return "", nil
	case p.current().sheet == nil:
		return "", nil
	}
	l := p.list()
	row, ok := l.selected()
	if !ok {
		return "", nil
	}
	return l.sheet.ref(row).String(), l.sheet.object(row)
}

// indented is the JSON of an object for a reader.
func indented(v any) string {
	var b bytes.Buffer
	if err := view.JSON(&b, v, false); err != nil {
		return fmt.Sprintf("cannot be shown as JSON: %s", err)
	}
	return strings.TrimRight(b.String(), "\n")
}

// drawObject draws the lines from the scroll position on, hits marked.
func drawObject(_ *Model, p *page, a cell.Area) {
	p.scroll = max(min(p.scroll, len(p.text)-a.H), 0)
	for y := range a.H {
		if p.scroll+y >= len(p.text) {
			break
		}
		text := p.text[p.scroll+y]
		style := cell.Style(cell.Plain)
		key, value, isPair := strings.Cut(text, `": `)
		if isPair {
			x := a.Write(1, y, key+`":`, cell.Head)
			a.Write(x+1, y, value, style)
		} else {
			a.Write(1, y, text, style)
		}
		if p.search != "" && strings.Contains(strings.ToLower(text), strings.ToLower(p.search)) {
			a.Rows(y, 1).Restyle(cell.Selected)
		}
	}
	p.list().height = a.H
}

// hits are the lines that hold the search text.
func (p *page) hits() []int {
	if p.search == "" {
		return nil
	}
	var out []int
	for i, text := range p.text {
		if strings.Contains(strings.ToLower(text), strings.ToLower(p.search)) {
			out = append(out, i)
		}
	}
	return out
}

// nextHit scrolls to the next hit of the search.
func (m *Model) nextHit() { m.nextHitFrom(m.cur(), m.cur().scroll+1) }

func (m *Model) nextHitFrom(p *page, from int) {
	hits := p.hits()
	for _, i := range hits {
		if i >= from {
			p.scroll = i
			return
		}
	}
	if len(hits) > 0 {
		p.scroll = hits[0]
	}
}
