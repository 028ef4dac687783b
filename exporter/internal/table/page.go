package table

import "github.com/natsctl/natsctl/exporter/internal/scrape"

// SelfCollector is the part of the exposition that every scrape has, also one
// without a snapshot.
const SelfCollector = "exporter"

// Page is one exposition: a view, with the things of its groups found and
// labelled. It may be shared by scrapes close together; each has a copy.
type Page struct {
	*scrape.View
	Chosen     map[string]bool // the collectors of this page
	Err        error           // why there is no snapshot; then that of the view is empty
	Duplicates int             // things left out because another had the same labels
	Counts     Counts
	entries    map[Source]any
}

// Counts is what one scrape adds to the page that it shares with others.
type Counts struct {
	Age         float64 // seconds since the snapshot was complete
	Series, Cut int
}

// NewPage finds the things of those groups whose collectors are chosen.
func NewPage(v *scrape.View, chosen []string, groups []Source) *Page {
	p := &Page{View: v, Chosen: map[string]bool{SelfCollector: true}, entries: map[Source]any{}}
	for _, name := range chosen {
		p.Chosen[name] = true
	}
	for _, src := range groups {
		if _, name := src.Of(); p.Chosen[name] {
			src.build(p)
		}
	}
	return p
}

// Render writes every family of the page's collectors, no more than limit
// series if that is not 0, then those that count what was written.
func (p Page) Render(s Sink, families, last []*Family, limit int) Counts {
	em := &Emitter{sink: s, max: limit}
	for _, f := range families {
		if p.Chosen[f.Collector] {
			em.render(f, &p)
		}
	}
	p.Counts.Series, p.Counts.Cut = em.n, em.cut
	em.max = 0
	for _, f := range last {
		em.render(f, &p)
	}
	return p.Counts
}
