package exporter

import "math"

// none is what a row returns for a thing that has no such value.
var none = math.NaN()

// group is one kind of thing that has metrics: how to find each of them in a
// view, how it is labelled, and one row a metric. T is a pointer type.
type group[T any] struct {
	set       Set
	collector string
	labels    []string
	each      func(*view, func(T)) // finds the things, in a stable order
	ident     func(T, []string)    // fills in the values of labels
	rows      []row[T]
}

// row is one metric of the things of a group. Either value or many is set.
type row[T any] struct {
	name  string
	typ   Type
	help  string
	value func(T) float64   // the one sample of a thing; none for no sample
	extra []string          // further labels of the samples of many
	many  func(T, *emitter) // any number of samples of a thing
}

// family is a row whose type of thing is forgotten, so that all rows stand in
// one table.
type family struct {
	Metric
	extra  int // how many of the labels are the row's own
	walk   func(*view, *emitter)
	values func(item any) []string // the group's label values of one thing
}

// source is a group whose type of thing is forgotten.
type source interface {
	families() []*family
	build(*view) // finds and labels the group's things once
	of() (Set, string)
}

// entry is one thing of a view with its labels written down once for all the
// rows of its group.
type entry[T any] struct {
	item T
	text string // `a="x",b="y"`
}

func (g *group[T]) of() (Set, string) { return g.set, g.collector }

// build finds the group's things. Of two with the same labels the second is
// left out and counted: one exposition never holds a series twice.
func (g *group[T]) build(v *view) {
	var (
		items []T
		ends  []int
		text  []byte
		vals  = make([]string, len(g.labels))
	)
	g.each(v, func(item T) {
		clear(vals)
		g.ident(item, vals)
		text = appendLabels(text, g.labels, vals)
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
			v.duplicates++
			continue
		}
		seen[labels] = struct{}{}
		entries = append(entries, entry[T]{item, labels})
	}
	v.entries[g] = entries
}

func (g *group[T]) families() []*family {
	out := make([]*family, len(g.rows))
	for i, r := range g.rows {
		out[i] = &family{
			Metric: Metric{
				Name: r.name, Help: r.help, Type: r.typ, Set: g.set, Collector: g.collector,
				Labels: append(append([]string{}, g.labels...), r.extra...),
			},
			extra: len(r.extra),
			walk:  func(v *view, em *emitter) { g.walk(v, em, r) },
			values: func(item any) []string {
				vals := make([]string, len(g.labels))
				g.ident(item.(T), vals)
				return vals
			},
		}
	}
	return out
}

func (g *group[T]) walk(v *view, em *emitter, r row[T]) {
	entries, _ := v.entries[g].([]entry[T])
	for i := range entries {
		em.item, em.text = entries[i].item, entries[i].text
		if r.many != nil {
			r.many(entries[i].item, em)
			continue
		}
		em.put(r.value(entries[i].item))
	}
}
