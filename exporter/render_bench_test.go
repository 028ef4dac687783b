package exporter

import (
	"fmt"
	"io"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/internal/fleet"
)

// manyStreams is a fleet whose exposition has about 100,000 series.
func manyStreams() *fleet.Snapshot {
	snap := sampleFleet()
	acc := snap.Servers[0].Jsz.AccountDetails[0]
	acc.Streams = nil
	for i := range 5000 {
		s := sampleStream(fmt.Sprintf("STREAM-%d", i), "east-1", uint64(i), nil)
		s.Consumer = []*server.ConsumerInfo{sampleConsumer(fmt.Sprintf("durable-%d", i), "east-1", true)}
		acc.Streams = append(acc.Streams, s)
	}
	return snap
}

// BenchmarkRender writes one view of about 200,000 series: with our appender,
// and through client_golang's registry and encoder.
func BenchmarkRender(b *testing.B) {
	e := exporterOf(b, manyStreams(), WithTop(0))
	v := e.page(b.Context(), e.cfg.chosen)
	series := 0
	b.Run("appender", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			t := &table.TextSink{W: io.Discard}
			series = e.cfg.render(v, t).Series
			t.Flush()
		}
		perSeries(b, series)
	})
	b.Run("view", func(b *testing.B) { // what the appender's speed is bought with
		b.ReportAllocs()
		for b.Loop() {
			e.cfg.page(v.Snapshot, e.cfg.chosen, scrape.Extras{})
		}
		perSeries(b, series)
	})
	b.Run("client_golang", func(b *testing.B) {
		b.ReportAllocs()
		e.own.counted = nil
		reg := prometheus.NewRegistry()
		reg.MustRegister(e.Collector())
		for b.Loop() {
			mfs, err := reg.Gather()
			if err != nil {
				b.Fatal(err)
			}
			enc := expfmt.NewEncoder(io.Discard, expfmt.NewFormat(expfmt.TypeTextPlain))
			for _, mf := range mfs {
				if err := enc.Encode(mf); err != nil {
					b.Fatal(err)
				}
			}
		}
		perSeries(b, series)
	})
}

func perSeries(b *testing.B, series int) {
	b.Helper()
	b.ReportMetric(float64(series), "series")
	b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N)/float64(series)*1e5, "ms/100k")
}
