package table

// Sink takes the samples of an exposition, one family after another.
type Sink interface {
	Begin(*Family)
	// sample takes one value. text is the written labels of the thing, item the
	// thing itself; names and values are the row's further labels. The slices
	// are only valid during the call.
	Sample(text string, item any, names, values []string, v float64)
}

// Emitter hands the samples of the rows to a sink and keeps count.
type Emitter struct {
	sink  Sink
	names []string // the further labels of this row
	item  any
	text  string
	buf   [3]string
	max   int // series of this exposition; 0 for no limit
	n     int
	cut   int // series that max kept out
}

// render walks one family.
func (em *Emitter) render(f *Family, p *Page) {
	em.names = f.Labels[len(f.Labels)-f.extra:]
	em.sink.Begin(f)
	f.walk(p, em)
}

// put emits a value with the labels of the thing alone.
func (em *Emitter) put(v float64) { em.emit(0, v) }

// PutLabel emits a value with one further label.
func (em *Emitter) PutLabel(v float64, a string) {
	em.buf[0] = a
	em.emit(1, v)
}

// PutLabels emits a value with two further labels.
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
