package exporter_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

// promises are the most that a scrape of so many servers may take, on two cores
// that have nothing else to do, and the most memory of the exporter.
var promises = map[int]struct{ ms, mb float64 }{3: {ms: 30}, 100: {350, 100}, 1000: {1500, 400}}

// scrapes repeats a scrape and reports the median, the extremes and what came.
func scrapes(b *testing.B, url string, n int, gzip bool) {
	b.Helper()
	var took []time.Duration
	size, series := 0, 0
	for b.Loop() {
		took = took[:0]
		for range n {
			begin := time.Now()
			size, series = fetch(b, url, gzip)
			took = append(took, time.Since(begin))
		}
	}
	slices.Sort(took)
	b.ReportMetric(ms(took[len(took)/2]), "median-ms")
	b.ReportMetric(ms(took[0]), "min-ms")
	b.ReportMetric(ms(took[len(took)-1]), "max-ms")
	if !gzip {
		b.ReportMetric(float64(series), "lines")
	}
	b.ReportMetric(float64(size)/1e6, "MB")
	b.ReportMetric(0, "ns/op")
}

func ms(d time.Duration) float64 { return float64(d) / 1e6 }

// fetch reads one exposition as Prometheus does, and counts its lines.
func fetch(b *testing.B, url string, gzip bool) (size, series int) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, url, nil)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Accept", "application/openmetrics-text;version=1.0.0")
	req.Header.Set("X-Prometheus-Scrape-Timeout-Seconds", "30")
	if gzip {
		req.Header.Set("Accept-Encoding", "gzip") // and so the client does not unpack it
	} else {
		req.Header.Set("Accept-Encoding", "identity")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	buf := make([]byte, 256<<10)
	for {
		n, err := resp.Body.Read(buf)
		size, series = size+n, series+bytes.Count(buf[:n], []byte{'\n'})
		if errors.Is(err, io.EOF) {
			return size, series
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkScrapeThree is a real cluster of three with streams and consumers,
// everything collected.
func BenchmarkScrapeThree(b *testing.B) {
	c := start(b, spec.Nodes(3))
	assets(b, c)
	var all []string
	for _, col := range exporter.Collectors() {
		all = append(all, col.Name)
	}
	for _, tt := range []struct {
		name string
		opts []exporter.Option
	}{
		{"default", nil},
		{"everything", []exporter.Option{exporter.WithCollectors(all...), exporter.WithExporterNames(""), exporter.WithReplicas(true)}},
	} {
		b.Run(tt.name, func(b *testing.B) {
			scrapes(b, serve(b, connect(b, c, "sys"), tt.opts...), 20, true)
			b.ReportMetric(promises[3].ms, "promised-ms")
		})
	}
}

// BenchmarkScrapeFleet is a simulated fleet of the size in SERVERS (default
// 100) whose answers come after 1 to 6 ms, scraped from natsctl exporter in a
// process of its own.
func BenchmarkScrapeFleet(b *testing.B) {
	if os.Getenv("NATSCTL_BIN") == "" {
		b.Skip("NATSCTL_BIN does not name natsctl")
	}
	n := 100
	if s := os.Getenv("SERVERS"); s != "" {
		n, _ = strconv.Atoi(s)
	}
	spec := simfleet.Spec{Servers: n, Accounts: 20, Streams: 200, Consumers: 1000, Conns: 100, MinDelay: time.Millisecond, MaxDelay: 6 * time.Millisecond}
	f, err := simfleet.Start(spec)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(f.Close)
	for _, tt := range []struct {
		name string
		gzip bool
		args []string
	}{
		{"native", false, []string{"--compat", "none"}},
		{"native-gzip", true, []string{"--compat", "none"}},
		{"with-surveyor", false, nil},
		{"with-surveyor-gzip", true, nil},
	} {
		b.Run(fmt.Sprintf("servers=%d/%s", n, tt.name), func(b *testing.B) {
			url, pid := program(b, f.URL(), tt.args...)
			fetch(b, url, tt.gzip)
			scrapes(b, url, 5, tt.gzip)
			b.ReportMetric(peakMB(pid), "peak-MB")
			if promised, ok := promises[n]; ok {
				b.ReportMetric(promised.ms, "promised-ms")
				b.ReportMetric(promised.mb, "promised-MB")
			}
		})
	}
	if path := os.Getenv("NATS_SURVEYOR"); path != "" && n <= 100 { // with 1,000 it took more than 14 GB
		b.Run(fmt.Sprintf("servers=%d/nats-surveyor", n), func(b *testing.B) {
			url, pid := runSurveyor(b, path, n, "--servers", f.URL())
			fetch(b, url, false)
			scrapes(b, url, 3, false)
			b.ReportMetric(peakMB(pid), "peak-MB")
		})
	}
}
