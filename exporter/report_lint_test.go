package exporter

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

// The linter reads a few samples of each metric, however many there are, and
// each metric.
func TestLinterReadsAFewSamples(t *testing.T) {
	var streams []server.StreamDetail
	for i := range 500 {
		streams = append(streams, sampleStream(fmt.Sprint("S", i), "east-1", 1, nil))
	}
	e := exporterOf(t, oneServer(streams...), everything())
	var native bytes.Buffer
	s := &reportSink{report: &Report{}, native: &table.TextSink{W: &native}}
	e.cfg.render(e.page(t.Context(), e.cfg.chosen), s)
	s.native.Flush()
	read := seriesOf(t, native.String())
	count := map[string]int{}
	for key := range read {
		name, _, _ := strings.Cut(key, "{")
		count[name]++
	}
	for _, f := range s.report.Families {
		if f.Metric.Set != metric.Native {
			continue
		}
		if n := count[f.Metric.Name]; n != min(f.Series, linted) {
			t.Errorf("%s: the linter reads %d of %d", f.Metric.Name, n, f.Series)
		}
	}
	if len(count) < 100 {
		t.Errorf("%d metrics", len(count))
	}
}
