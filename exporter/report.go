package exporter

import (
	"bytes"
	"context"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

// Report describes the content of one scrape.
type Report struct {
	Families []FamilyReport `json:"families"` // in the order of the exposition; those without series are omitted
	Series   int            `json:"series"`
	Bytes    int            `json:"bytes"` // of the text, uncompressed
	Dropped  int            `json:"dropped"`
	Expected int            `json:"expected"` // servers that should have answered
	Answered int            `json:"answered"`
	Problems []LintProblem  `json:"problems,omitempty"` // promlint's findings in the native set
}

// FamilyReport is one metric of a [Report].
type FamilyReport struct {
	Metric metric.Metric `json:"-"`
	Series int           `json:"series"`
	Bytes  int           `json:"bytes"`
}

// LintProblem is one finding of promlint.
type LintProblem struct {
	Metric string `json:"metric"`
	Text   string `json:"text"`
}

// Report sends requests to the fleet once and describes what a scrape would
// contain. The error is the reason why there is no snapshot.
func (e *Exporter) Report(ctx context.Context) (*Report, error) {
	p := e.page(ctx, e.cfg.chosen)
	if p.Err != nil {
		return nil, p.Err
	}
	var native bytes.Buffer
	s := &reportSink{report: &Report{Expected: p.Snapshot.Expected, Answered: len(p.Snapshot.Servers)}, labels: table.FormatLabels(p.Labels())}
	s.native = &table.TextSink{W: &native, Labels: s.labels}
	sc := e.cfg.render(p, s)
	s.native.Flush()
	s.report.Dropped = sc.Cut
	problems, err := promlint.New(&native).Lint()
	if err != nil {
		return nil, err
	}
	for _, problem := range problems {
		s.report.Problems = append(s.report.Problems, LintProblem{problem.Metric, problem.Text})
	}
	return s.report, nil
}

// linted is how many samples of a metric the linter reads. It looks at names,
// types and labels, which all samples share, and compares each with every other
// one, which would take hours for a large fleet.
const linted = 2

// reportSink counts samples, and writes those of the native set for the linter.
type reportSink struct {
	report *Report
	native *table.TextSink
	labels string // of every sample
	family *table.Family
	last   *table.Family
	line   []byte
}

// Begin starts a family.
func (s *reportSink) Begin(f *table.Family) {
	s.family = f
	s.native.Begin(f)
}

// Sample counts one line.
func (s *reportSink) Sample(text string, item any, names, values []string, v float64) {
	if s.last != s.family {
		s.last = s.family
		s.report.Families = append(s.report.Families, FamilyReport{Metric: s.family.Metric})
	}
	s.line = table.AppendSample(s.line[:0], s.family.Name, s.labels, text, names, values, v)
	line := len(s.line)
	f := &s.report.Families[len(s.report.Families)-1]
	f.Series++
	f.Bytes += line
	s.report.Series++
	s.report.Bytes += line
	if s.family.Set == metric.Native && f.Series <= linted {
		s.native.Sample(text, item, names, values, v)
	}
}
