package exporter

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"

	"github.com/natsctl/natsctl/exporter/internal/table"
)

// The two content types. Others (protobuf) get a text response.
const (
	textType        = "text/plain; version=0.0.4; charset=utf-8"
	openMetricsType = "application/openmetrics-text; version=1.0.0; charset=utf-8"
)

// margin is the time between the end of the round of requests and the scrape's
// deadline, for writing and sending the response.
const margin = 500 * time.Millisecond

func (e *Exporter) serve(w http.ResponseWriter, req *http.Request) {
	chosen := req.URL.Query()["collect[]"]
	if len(chosen) == 0 {
		chosen = e.cfg.chosen
	}
	for _, name := range chosen {
		if !known(name) {
			http.Error(w, "no collector "+strconv.Quote(name)+"; there are "+strings.Join(collectorNames(), ", "), http.StatusBadRequest)
			return
		}
	}
	ctx, cancel := context.WithTimeout(req.Context(), e.budget(req.Header))
	defer cancel()
	p := e.page(ctx, chosen)
	if req.Context().Err() != nil {
		return // the scraper has disconnected
	}
	start := time.Now()
	e.cfg.write(w, req.Header, p, func(counts table.Counts) []*dto.MetricFamily {
		e.own.rendered(counts, time.Since(start))
		return e.own.gather()
	})
}

// budget returns the time that the fleet has to answer: the scrape's timeout
// minus the margin, or the exporter's timeout.
func (e *Exporter) budget(h http.Header) time.Duration {
	seconds, err := strconv.ParseFloat(h.Get("X-Prometheus-Scrape-Timeout-Seconds"), 64)
	if err != nil || !(seconds > 0) || seconds > 3600 {
		return e.cfg.timeout
	}
	total := time.Duration(seconds * float64(time.Second))
	keep := margin + time.Duration(e.own.lastRender.Load())*3/2
	return total - min(keep, total/2)
}

// write renders a page, followed by the metrics counted over time.
func (c *config) write(w http.ResponseWriter, h http.Header, p table.Page, counted func(table.Counts) []*dto.MetricFamily) {
	openMetrics := expfmt.NegotiateIncludingOpenMetrics(h).FormatType() == expfmt.TypeOpenMetrics
	w.Header().Set("Content-Type", textType)
	if openMetrics {
		w.Header().Set("Content-Type", openMetricsType)
	}
	var out io.Writer = w
	if gzipped(h) {
		w.Header().Set("Content-Encoding", "gzip")
		zip, _ := gzip.NewWriterLevel(w, gzip.BestSpeed) // the level is a valid constant
		defer zip.Close()                                //nolint:errcheck // the scraper has disconnected, and sees a truncated response
		out = zip
	}
	t := &table.TextSink{W: out, OpenMetrics: openMetrics, Labels: table.FormatLabels(p.Labels())}
	counts := c.render(p, t)
	t.Flush()
	if t.Err == nil {
		writeCounted(out, openMetrics, counted(counts))
	}
}

// writeCounted appends the client_golang metrics and the OpenMetrics end
// marker. An error means that the scraper has disconnected: it sees a truncated
// response.
func writeCounted(out io.Writer, openMetrics bool, list []*dto.MetricFamily) {
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	if openMetrics {
		format = expfmt.NewFormat(expfmt.TypeOpenMetrics)
	}
	enc := expfmt.NewEncoder(out, format)
	for _, mf := range list {
		if err := enc.Encode(mf); err != nil {
			return
		}
	}
	if c, ok := enc.(expfmt.Closer); ok {
		_ = c.Close() // writes the end marker; see above
	}
}

func gzipped(h http.Header) bool {
	for part := range strings.SplitSeq(h.Get("Accept-Encoding"), ",") {
		name, q, _ := strings.Cut(part, ";")
		if strings.TrimSpace(name) == "gzip" && strings.TrimSpace(q) != "q=0" {
			return true
		}
	}
	return false
}

func collectorNames() []string {
	var names []string
	for _, c := range collectors {
		names = append(names, c.name)
	}
	slices.Sort(names)
	return names
}

// Handler serves the metrics at any path, in the Prometheus text format or
// OpenMetrics as requested, compressed if accepted. The query collect[] selects
// collectors; X-Prometheus-Scrape-Timeout-Seconds limits the scrape. The status
// is 200 even if the fleet cannot be reached: nats_exporter_up reports it.
func (e *Exporter) Handler() http.Handler { return http.HandlerFunc(e.serve) }
