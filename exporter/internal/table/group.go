package table

import (
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/metric"
)

// Group is one kind of thing with metrics: how to find the things in a view,
// their labels, and one row per metric. T is a pointer type.
type Group[T any] struct {
	Set       metric.Set
	Collector string
	Labels    []string
	Each      func(*scrape.View, func(T)) // calls the function for each thing, in a stable order
	Ident     func(T, []string)           // sets the label values
	Rows      []Row[T]
}

// Row is one metric of the things of a group. Either Value or Many is set.
type Row[T any] struct {
	Name  string
	Type  metric.Type
	Help  string
	Value func(T) float64   // the one sample of a thing; None for no sample
	Extra []string          // additional labels of the samples of Many
	Many  func(T, *Emitter) // any number of samples of a thing
}

// Family is a row without its type parameter, so that all rows fit in one
// table.
type Family struct {
	metric.Metric
	extra  int // number of labels added by the row
	walk   func(*Page, *Emitter)
	Values func(item any) []string // the label values of one thing
}

// Source is a group without its type parameter.
type Source interface {
	Families() []*Family
	build(*Page) // finds and labels the group's things once
	Of() (metric.Set, string)
}

// entry is one thing of a view with its labels formatted once for all rows of
// its group.
type entry[T any] struct {
	item T
	text string // `a="x",b="y"`
}

// Of returns the set and the collector that the rows belong to.
func (g *Group[T]) Of() (metric.Set, string) { return g.Set, g.Collector }

// build finds the group's things. Of two things with the same labels the second
// is omitted and counted: an exposition never has duplicate series.
func (g *Group[T]) build(p *Page) {
	var (
		items []T
		ends  []int
		text  []byte
		vals  = make([]string, len(g.Labels))
	)
	g.Each(p.View, func(item T) {
		clear(vals)
		g.Ident(item, vals)
		text = appendLabels(text, g.Labels, vals)
		items = append(items, item)
		ends = append(ends, len(text))
	})
	all, start := string(text), 0
	entries := make([]entry[T], 0, len(items))
	seen := make(map[string]struct{}, len(items))
	for i, item := range items {
		labels := all[start:ends[i]]
		start = ends[i]
		if _, twice := seen[labels]; twice {
			p.Duplicates++
			continue
		}
		seen[labels] = struct{}{}
		entries = append(entries, entry[T]{item, labels})
	}
	p.entries[g] = entries
}

// Families returns the metrics of the rows.
func (g *Group[T]) Families() []*Family {
	out := make([]*Family, len(g.Rows))
	for i, r := range g.Rows {
		out[i] = &Family{
			Metric: metric.Metric{
				Name: r.Name, Help: r.Help, Type: r.Type, Set: g.Set, Collector: g.Collector,
				Labels: append(append([]string{}, g.Labels...), r.Extra...),
			},
			extra: len(r.Extra),
			walk:  func(p *Page, em *Emitter) { g.walk(p, em, r) },
			Values: func(item any) []string {
				vals := make([]string, len(g.Labels))
				g.Ident(item.(T), vals)
				return vals
			},
		}
	}
	return out
}

// MustValue returns the Value function of the row with this name, for a row
// with another name. It panics if there is none, or if the row has Many: the
// table itself is then wrong.
func (g *Group[T]) MustValue(name string) func(T) float64 {
	for _, r := range g.Rows {
		if r.Name == name && r.Value != nil {
			return r.Value
		}
	}
	panic("no row " + name)
}

func (g *Group[T]) walk(p *Page, em *Emitter, r Row[T]) {
	entries, _ := p.entries[g].([]entry[T])
	for i := range entries {
		em.item, em.text = entries[i].item, entries[i].text
		if r.Many != nil {
			r.Many(entries[i].item, em)
			continue
		}
		em.put(r.Value(entries[i].item))
	}
}

// Plain is a source of rows about the scrape itself.
type Plain struct {
	Set       metric.Set
	Collector string
	Rows      []Row[*Page]
}

// Of returns the set and the collector that the rows belong to.
func (p *Plain) Of() (metric.Set, string) { return p.Set, p.Collector }

func (*Plain) build(*Page) {}

// Families returns the metrics of the rows.
func (p *Plain) Families() []*Family {
	out := make([]*Family, len(p.Rows))
	for i, r := range p.Rows {
		out[i] = &Family{
			Metric: metric.Metric{Name: r.Name, Help: r.Help, Type: r.Type, Set: p.Set, Collector: p.Collector, Labels: r.Extra},
			extra:  len(r.Extra),
			walk: func(p *Page, em *Emitter) {
				em.item, em.text = p, ""
				if r.Many != nil {
					r.Many(p, em)
					return
				}
				em.put(r.Value(p))
			},
			Values: func(any) []string { return nil },
		}
	}
	return out
}
