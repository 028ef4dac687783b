package exporter

// plain is a source of rows that have no thing but the scrape itself.
type plain struct {
	set       Set
	collector string
	rows      []row[*view]
}

func (p *plain) of() (Set, string) { return p.set, p.collector }

func (*plain) build(*view) {}

func (p *plain) families() []*family {
	out := make([]*family, len(p.rows))
	for i, r := range p.rows {
		out[i] = &family{
			Metric: Metric{Name: r.name, Help: r.help, Type: r.typ, Set: p.set, Collector: p.collector, Labels: r.extra},
			extra:  len(r.extra),
			walk: func(v *view, em *emitter) {
				em.item, em.text = v, ""
				if r.many != nil {
					r.many(v, em)
					return
				}
				em.put(r.value(v))
			},
			values: func(any) []string { return nil },
		}
	}
	return out
}
