package exporter

import (
	"bytes"
	"context"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
)

// Report says what one scrape holds, before anybody scrapes.
type Report struct {
	Families []FamilyReport `json:"families"` // in the order of the exposition; those without series are left out
	Series   int            `json:"series"`
	Bytes    int            `json:"bytes"` // of the text, not compressed
	Dropped  int            `json:"dropped"`
	Expected int            `json:"expected"` // servers that should have answered
	Answered int            `json:"answered"`
	Problems []LintProblem  `json:"problems,omitempty"` // what promlint says of the native set
}

// FamilyReport is one metric of a [Report].
type FamilyReport struct {
	Metric Metric `json:"-"`
	Series int    `json:"series"`
	Bytes  int    `json:"bytes"`
}

// LintProblem is one finding of promlint.
type LintProblem struct {
	Metric string `json:"metric"`
	Text   string `json:"text"`
}

// Report asks the fleet once and says what a scrape would hold. The error is
// the reason why the fleet could not be asked.
func (e *Exporter) Report(ctx context.Context) (*Report, error) {
	v := e.view(ctx, e.cfg.chosen)
	if v.err != nil {
		return nil, v.err
	}
	var native bytes.Buffer
	s := &reportSink{report: &Report{Expected: v.snap.Expected, Answered: len(v.snap.Servers)}, native: &textSink{w: &native}}
	sc := v.render(s)
	s.native.flush()
	s.report.Dropped = sc.cut
	problems, err := promlint.New(&native).Lint()
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		s.report.Problems = append(s.report.Problems, LintProblem{p.Metric, p.Text})
	}
	return s.report, nil
}

// reportSink counts samples, and writes those of the native set for the linter.
type reportSink struct {
	report *Report
	native *textSink
	family *family
	last   *family
	line   []byte
}

func (s *reportSink) begin(f *family) {
	s.family = f
	s.native.begin(f)
}

func (s *reportSink) sample(text string, item any, names, values []string, v float64) {
	if s.last != s.family {
		s.last = s.family
		s.report.Families = append(s.report.Families, FamilyReport{Metric: s.family.Metric})
	}
	s.line = appendSample(s.line[:0], s.family.Name, text, names, values, v)
	line := len(s.line)
	f := &s.report.Families[len(s.report.Families)-1]
	f.Series++
	f.Bytes += line
	s.report.Series++
	s.report.Bytes += line
	if s.family.Set == Native {
		s.native.sample(text, item, names, values, v)
	}
}
