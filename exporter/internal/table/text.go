package table

import (
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/exporter/metric"
)

// flushAt is how much text is gathered before it is written on: enough that
// the writer behind (a compressor, a socket) is called seldom, and far less
// than an exposition of a large fleet.
const flushAt = 64 << 10

// TextSink writes samples in Prometheus' text format 0.0.4 or in OpenMetrics
// 1.0.0, without allocating for each sample. A family without a sample leaves
// no trace. The caller must call flush at the end.
type TextSink struct {
	W           io.Writer
	OpenMetrics bool
	b           []byte
	family      *Family
	started     bool // the family's head is written
	Err         error
}

// Begin starts a family; its head is written with its first sample.
func (t *TextSink) Begin(f *Family) { t.family, t.started = f, false }

// Sample writes one line.
func (t *TextSink) Sample(text string, _ any, names, values []string, v float64) {
	if !t.started {
		t.head()
	}
	t.b = AppendSample(t.b, t.family.Name, text, names, values, v)
	if len(t.b) >= flushAt {
		t.Flush()
	}
}

// AppendSample writes one line: the labels of the thing, which are written
// already, then those of the row.
func AppendSample(b []byte, name, text string, names, values []string, v float64) []byte {
	b = append(b, name...)
	if text != "" || len(values) > 0 {
		b = append(b, '{')
		b = append(b, text...)
		if text != "" && len(values) > 0 {
			b = append(b, ',')
		}
		b = append(appendLabels(b, names, values), '}')
	}
	b = append(b, ' ')
	return append(appendValue(b, v), '\n')
}

// head writes the family's comment lines. OpenMetrics names a counter without
// its _total, and knows no counter without _total: such a one, of a set of
// names that is not ours, is of unknown type there, and so keeps its name.
func (t *TextSink) head() {
	t.started = true
	name, typ := t.family.Name, t.family.Type.String()
	if t.OpenMetrics && t.family.Type == metric.Counter {
		base, ok := strings.CutSuffix(name, "_total")
		if name = base; !ok {
			typ = "unknown"
		}
	}
	t.b = append(t.b, "# HELP "...)
	t.b = append(append(t.b, name...), ' ')
	t.b = appendEscaped(t.b, t.family.Help, t.OpenMetrics)
	t.b = append(t.b, "\n# TYPE "...)
	t.b = append(append(t.b, name...), ' ')
	t.b = append(append(t.b, typ...), '\n')
	if unit := t.family.Unit(); t.OpenMetrics && unit != "" && t.family.Set == metric.Native {
		t.b = append(t.b, "# UNIT "...)
		t.b = append(append(t.b, name...), ' ')
		t.b = append(append(t.b, unit...), '\n')
	}
}

// Flush writes what is gathered to the writer behind.
func (t *TextSink) Flush() {
	if t.Err == nil {
		_, t.Err = t.W.Write(t.b)
	}
	t.b = t.b[:0]
}

// appendValue writes whole numbers as such: shorter and faster than the float
// format, and read back as the same float.
func appendValue(b []byte, v float64) []byte {
	const exact = 1 << 53 // beyond it not every whole number is a float
	switch {
	case v == math.Trunc(v) && math.Abs(v) < exact:
		return strconv.AppendInt(b, int64(v), 10)
	case math.IsInf(v, 1):
		return append(b, "+Inf"...)
	case math.IsInf(v, -1):
		return append(b, "-Inf"...)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}
