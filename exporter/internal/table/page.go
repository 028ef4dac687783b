package table

import "github.com/natsctl/natsctl/exporter/internal/scrape"

// SelfCollector is the part of the exposition that every scrape has, even
// without a snapshot.
const SelfCollector = "exporter"

// Page is one exposition: a view, with the things of its groups found and
// labeled. Scrapes close in time may share it; each has a copy.
type Page struct {
	*scrape.View
	Fleet      string          // the label fleet of every sample; empty for none
	Chosen     map[string]bool // the collectors of this page
	Err        error           // why there is no snapshot; the view's snapshot is then empty
	Duplicates int             // things omitted because another one had the same labels
	Counts     Counts
	entries    map[Source]any
}

// Counts are the values of one scrape of a shared page.
type Counts struct {
	Age         float64 // seconds since the snapshot was complete
	Series, Cut int
	CutOf       map[string]int // series left out by metric
}

// FleetLabel is the label that tells apart the fleets that one Prometheus
// watches.
const FleetLabel = "fleet"

// Labels are the labels of every sample of the page.
func (p Page) Labels() map[string]string {
	if p.Fleet == "" {
		return nil
	}
	return map[string]string{FleetLabel: p.Fleet}
}

// NewPage finds the things of the groups whose collectors are chosen.
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

// Render writes every family of the page's collectors, up to limit series if it
// is not 0, then the families that count what was written.
func (p Page) Render(s Sink, families, last []*Family, limit int) Counts {
	em := &Emitter{sink: s, max: limit, cutOf: map[string]int{}}
	for _, f := range families {
		if p.Chosen[f.Collector] {
			em.render(f, &p)
		}
	}
	p.Counts.Series, p.Counts.Cut, p.Counts.CutOf = em.n, em.cut, em.cutOf
	em.max = 0
	for _, f := range last {
		em.render(f, &p)
	}
	return p.Counts
}
