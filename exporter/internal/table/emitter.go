package table

// Sink receives the samples of an exposition, one family after another.
type Sink interface {
	Begin(*Family)
	// Sample receives one value. text is the formatted labels of the thing, item
	// the thing itself; names and values are the row's additional labels. The
	// slices are valid only during the call.
	Sample(text string, item any, names, values []string, v float64)
}

// Emitter passes the samples of the rows to a sink and counts them.
type Emitter struct {
	sink  Sink
	names []string // the additional labels of this row
	item  any
	text  string
	buf   [3]string
	max   int // series of this exposition; 0 for no limit
	n     int
	cut   int            // series omitted because of max
	cutOf map[string]int // the same by metric
}

// render emits the samples of one family.
func (em *Emitter) render(f *Family, p *Page) {
	before := em.cut
	defer func() {
		if em.cut > before {
			em.cutOf[f.Name] += em.cut - before
		}
	}()
	em.names = f.Labels[len(f.Labels)-f.extra:]
	em.sink.Begin(f)
	f.walk(p, em)
}

// put emits a value with only the labels of the thing.
func (em *Emitter) put(v float64) { em.emit(0, v) }

// PutLabel emits a value with one additional label.
func (em *Emitter) PutLabel(v float64, a string) {
	em.buf[0] = a
	em.emit(1, v)
}

// PutLabels emits a value with two additional labels.
func (em *Emitter) PutLabels(v float64, a, b string) {
	em.buf[0], em.buf[1] = a, b
	em.emit(2, v)
}

func (em *Emitter) emit(extra int, v float64) {
	switch {
	case v != v: // none
		return
	case em.max > 0 && em.n >= em.max:
		em.cut++
		return
	}
	em.n++
	em.sink.Sample(em.text, em.item, em.names, em.buf[:extra], v)
}
