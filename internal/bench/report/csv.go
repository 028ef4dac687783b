package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/natsctl/natsctl/internal/bench/result"
)

// column is one of the columns of the CSV form.
type column struct {
	name  string
	value func(*result.Run) string
}

func number(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
func whole(v int64) string    { return strconv.FormatInt(v, 10) }

// figure returns a latency of a run, empty where there is none.
func figure(r *result.Run, d *result.Distribution, of func(*result.Distribution) float64) string {
	if d == nil || r.Saturated != nil {
		return ""
	}
	return number(of(d))
}

// columns is the table of all columns of the CSV form, one row per run.
func columns() []column {
	cols := []column{
		{"run", func(r *result.Run) string { return strconv.Itoa(r.N) }},
		{"start", func(r *result.Run) string { return r.Start }},
		{"seconds", func(r *result.Run) string { return number(r.Seconds) }},
		{"valid", func(r *result.Run) string { return strconv.FormatBool(r.Validity.Valid) }},
		{"partial", func(r *result.Run) string { return strconv.FormatBool(r.Partial) }},
		{"sent", func(r *result.Run) string { return whole(r.Sent) }},
		{"expected", func(r *result.Run) string { return whole(r.Expected) }},
		{"received", func(r *result.Run) string { return whole(r.Received) }},
		{"lost", func(r *result.Run) string { return whole(r.Lost) }},
		{"dup", func(r *result.Run) string { return whole(r.Dup) }},
		{"reordered", func(r *result.Run) string { return whole(r.Reordered) }},
		{"corrupt", func(r *result.Run) string { return whole(r.Corrupt) }},
		{"errors", func(r *result.Run) string { return whole(r.Errors) }},
		{"target_per_second", func(r *result.Run) string { return number(r.Rate.Target) }},
		{"sent_per_second", func(r *result.Run) string { return number(r.Rate.Sent) }},
		{"received_per_second", func(r *result.Run) string { return number(r.Rate.Received) }},
		{"bytes_per_second", func(r *result.Run) string { return number(r.Rate.Bytes) }},
	}
	for _, d := range []struct {
		name string
		of   func(*result.Run) *result.Distribution
	}{
		{"response", func(r *result.Run) *result.Distribution { return r.Latency.Response }},
		{"service", func(r *result.Run) *result.Distribution { return r.Latency.Service }},
		{"sendlag", func(r *result.Run) *result.Distribution { return r.Latency.SendLag }},
	} {
		for _, q := range quantiles {
			cols = append(cols, column{d.name + "_" + q.name + "_us", func(r *result.Run) string { return figure(r, d.of(r), q.of) }})
		}
	}
	return append(cols,
		column{"longest_gap_us", func(r *result.Run) string { return number(r.Gap.US) }},
		column{"cpu_ns_per_msg", func(r *result.Run) string { return number(r.Client.CPUNSPerMsg) }},
		column{"reconnects", func(r *result.Run) string { return strconv.Itoa(r.Client.Reconnects) }})
}

// quantiles are the figures of a distribution that CSV shows.
var quantiles = []struct {
	name string
	of   func(*result.Distribution) float64
}{
	{"mean", func(d *result.Distribution) float64 { return d.Mean }},
	{"p50", func(d *result.Distribution) float64 { return d.P50 }},
	{"p90", func(d *result.Distribution) float64 { return d.P90 }},
	{"p99", func(d *result.Distribution) float64 { return d.P99 }},
	{"p999", func(d *result.Distribution) float64 { return d.P999 }},
	{"p9999", func(d *result.Distribution) float64 { return d.P9999 }},
	{"max", func(d *result.Distribution) float64 { return d.Max }},
}

// CSV writes one row per run, after a row of names.
func CSV(w io.Writer, r *result.Result) error {
	c := csv.NewWriter(w)
	cols := columns()
	row := make([]string, len(cols))
	for i, col := range cols {
		row[i] = col.name
	}
	rows := [][]string{row}
	for i := range r.Runs {
		row := make([]string, len(cols))
		for j, col := range cols {
			row[j] = col.value(&r.Runs[i])
		}
		rows = append(rows, row)
	}
	if err := c.WriteAll(rows); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	return nil
}

// Percentiles writes the main distribution of the last run as an .hgrm file:
// the text format of HdrHistogram, values in milliseconds.
func Percentiles(w io.Writer, r *result.Result) error {
	if len(r.Runs) == 0 {
		return nil
	}
	l := r.Runs[len(r.Runs)-1].Latency
	d := l.Response
	if d == nil {
		d = l.Service
	}
	h, err := d.Hist()
	if err != nil {
		return fmt.Errorf("read result: %w", err)
	}
	return h.WritePercentiles(w)
}

// day is the date of a run for the title of a page.
func day(r *result.Run) string {
	t, err := time.Parse(time.RFC3339Nano, r.Start)
	if err != nil {
		return ""
	}
	return t.Format("2006-01-02 15:04:05 MST")
}
