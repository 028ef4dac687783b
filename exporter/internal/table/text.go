package table

import (
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/exporter/metric"
)

// flushAt is the buffer size at which text is written: large enough that the
// underlying writer (a compressor, a socket) is rarely called, and far smaller
// than the exposition of a large fleet.
const flushAt = 64 << 10

// TextSink writes samples in the Prometheus text format 0.0.4 or OpenMetrics
// 1.0.0, without allocating per sample. Nothing is written for a family without
// samples. The caller must call Flush at the end.
type TextSink struct {
	W           io.Writer
	OpenMetrics bool
	Labels      string // of every sample, formatted by [FormatLabels]
	b           []byte
	family      *Family
	started     bool // the family's header is written
	Err         error
}

// Begin starts a family; its header is written with its first sample.
func (t *TextSink) Begin(f *Family) { t.family, t.started = f, false }

// Sample writes one line.
func (t *TextSink) Sample(text string, _ any, names, values []string, v float64) {
	if !t.started {
		t.head()
	}
	t.b = AppendSample(t.b, t.family.Name, t.Labels, text, names, values, v)
	if len(t.b) >= flushAt {
		t.Flush()
	}
}

// AppendSample writes one line: the labels of every sample and those of the
// thing, which are already formatted, then those of the row.
func AppendSample(b []byte, name, every, text string, names, values []string, v float64) []byte {
	b = append(b, name...)
	if every != "" || text != "" || len(values) > 0 {
		b = append(b, '{')
		b = append(b, every...)
		if every != "" && (text != "" || len(values) > 0) {
			b = append(b, ',')
		}
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
// its _total, and has no counters without _total: one from a compatibility set
// is of unknown type there, and so keeps its name.
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

// Flush writes the buffered text to the underlying writer.
func (t *TextSink) Flush() {
	if t.Err == nil {
		_, t.Err = t.W.Write(t.b)
	}
	t.b = t.b[:0]
}

// appendValue writes whole numbers as integers: shorter and faster than the
// float format, and parsed as the same float.
func appendValue(b []byte, v float64) []byte {
	const exact = 1 << 53 // beyond it not every integer is a float64
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
