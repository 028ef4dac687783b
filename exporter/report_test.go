package exporter

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
)

// The report counts what a scrape holds: every family with its series and its
// bytes, as the text itself has them.
func TestReportEqualsTheScrape(t *testing.T) {
	e := exporterOf(t, sampleFleet(), everything(), WithExporterNames(""))
	r, err := e.Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]FamilyReport{}
	bytes, series := 0, 0
	for line := range strings.Lines(textOf(t, sampleFleet(), false, everything(), WithExporterNames(""))) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, _, _ := strings.Cut(strings.ReplaceAll(line, " ", "{"), "{")
		f := want[name]
		f.Series++
		f.Bytes += len(line)
		want[name] = f
		bytes, series = bytes+len(line), series+1
	}
	if r.Series != series || r.Bytes != bytes || r.Dropped != 0 || r.Expected != 5 || r.Answered != 4 || len(r.Problems) != 0 {
		t.Errorf("%d series, %d bytes, %d dropped, %d of %d servers, %v; want %d and %d", r.Series, r.Bytes, r.Dropped, r.Answered, r.Expected, r.Problems, series, bytes)
	}
	if len(r.Families) != len(want) {
		t.Errorf("%d families, want %d", len(r.Families), len(want))
	}
	for _, f := range r.Families {
		if w := want[f.Metric.Name]; w.Series != f.Series || w.Bytes != f.Bytes {
			t.Errorf("%s: %d series, %d bytes; want %d and %d", f.Metric.Name, f.Series, f.Bytes, w.Series, w.Bytes)
		}
	}
}

// What the limit leaves out is reported.
func TestReportOfWhatIsDropped(t *testing.T) {
	whole, err := exporterOf(t, sampleFleet()).Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cut, err := exporterOf(t, sampleFleet(), WithMaxSeries(50)).Report(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	own := 3 // the counts of the scrape itself are never cut
	for _, f := range cut.Families {
		if f.Metric.Name == "nats_exporter_metric_series_dropped" {
			own += f.Series
		}
	}
	if cut.Series != 50+own || own < 50 || cut.Dropped != whole.Series-3-50 {
		t.Errorf("%d series and %d dropped, of %d", cut.Series, cut.Dropped, whole.Series)
	}
}

// A fleet that cannot be asked has no report.
func TestReportOfAFailure(t *testing.T) {
	broken := errors.New("broken")
	e := exporterOf(t, nil)
	e.src = sourceFunc(func(context.Context, fleet.Want) (*fleet.Snapshot, error) { return nil, broken })
	if r, err := e.Report(t.Context()); r != nil || !errors.Is(err, broken) {
		t.Errorf("%v %v", r, err)
	}
}
