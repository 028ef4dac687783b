package report

import (
	"bytes"
	"encoding/csv"
	"math"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// sample is a result with everything in it; the names are hostile.
func sample(t *testing.T) *result.Result {
	t.Helper()
	var h hist.Hist
	for i := range int64(10_000) {
		h.Record(100_000 + i*1000)
	}
	encoded, err := h.Encode()
	if err != nil {
		t.Fatal(err)
	}
	d := &result.Distribution{
		N: 10_000, Min: 100, Mean: 5100, P50: 5100, P90: 9100, P99: 10_000, P999: 10_090, P9999: 10_099, Max: 10_100, HDR: encoded,
	}
	spec, err := scenario.Spec{Workload: scenario.PubSub, Subs: 4, Load: scenario.Load{Rate: 1000}}.Normalize()
	if err != nil {
		t.Fatal(err)
	}
	run := result.Run{
		N: 1, Start: "2026-02-03T04:05:06Z", Seconds: 10, Sent: 10_000, Expected: 40_000, Received: 39_993, Lost: 7, Dup: 2, Reordered: 3, Corrupt: 1,
		Rate: result.Rate{Target: 1000, Sent: 1000, Received: 3999, Bytes: 512_000}, Latency: result.Latency{Response: d, Service: d, SendLag: d},
		Gap:    result.Gap{US: 250_000, Second: 4.5},
		Events: []result.Event{{Second: 4.25, Kind: "disconnected", Who: "sub-1", Detail: "EOF\x1b[31m\u202e"}},
		Client: result.ClientUse{CPUNSPerMsg: 900, CPUCores: 0.5, RSSMB: 20},
		Server: &result.ServerUse{Servers: 3, InMsgs: 10_000, OutMsgs: 40_000, StalledClients: 2},
		JS:     &result.StreamUse{Stream: "S"}, KV: &result.BucketUse{Bucket: "B"},
		Validity: result.Validity{Reasons: []result.Reason{{Code: result.ReasonReconnect, Text: "connections were lost 1 times", Fatal: true}}},
	}
	for i := range 10 {
		run.Intervals = append(run.Intervals, result.Interval{T: i, Sent: 1000, Received: int64(3000 + 100*i), P50: 5100, P99: 10_000, Max: 10_100})
	}
	return &result.Result{
		Schema: result.Schema, ID: "x", Spec: spec, SpecHash: spec.Hash(), Runs: []result.Run{run},
		Env:     result.Env{Servers: []result.ServerEnv{{Name: "n1\n<script>", Version: "2.15.2", RTTMinUS: 45, TLS: true}}},
		Verdict: &result.Verdict{SLO: "lost=0", Missed: []string{"lost 7"}},
		Search:  &result.Curve{Best: 900, Steps: []result.Step{{Rate: 900, Pass: true}, {Rate: 1000, Missed: []string{"p99 10 ms"}}}},
	}
}

func TestText(t *testing.T) {
	var b bytes.Buffer
	if err := Text(&b, sample(t), Options{}); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{
		"pubsub, 1 publisher, 4 subscribers, 128 B, 1k/s", "nats-server 2.15.2", "10.0 ms", "p99.99", "250 ms without a message",
		"disconnected", "NOT VALID", "reconnect: connections were lost", "stalled clients 2", "MISSED: lost 7", "sustains", "fail: p99 10 ms",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in:\n%s", want, text)
		}
	}
	if strings.ContainsAny(text, "\x1b\u202e") || strings.Contains(text, "n1\n") {
		t.Errorf("hostile text came through:\n%q", text)
	}
	for l := range strings.Lines(text) {
		if n := len([]rune(l)); n > 110 {
			t.Errorf("%d columns: %s", n, l)
		}
	}
}

// TestRunsFitTheTerminal keeps the table of the runs within 80 columns, with
// the numbers of a fast run too.
func TestRunsFitTheTerminal(t *testing.T) {
	r := sample(t)
	r.Runs[0].Rate = result.Rate{Sent: 12_345_678, Received: 12_345_678, Bytes: 1000 << 20}
	var b bytes.Buffer
	if err := Text(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(b.String(), "\n\n")
	table, _, _ = strings.Cut(table, "\n\n")
	if !strings.Contains(table, "corrupt") || !strings.Contains(table, "run 1 ") {
		t.Fatalf("no table of runs: %s", table)
	}
	for l := range strings.SplitSeq(table, "\n") {
		if len(l) > 80 {
			t.Errorf("%d columns: %q", len(l), l)
		}
	}
}

func TestASCII(t *testing.T) {
	var b bytes.Buffer
	if err := Text(&b, sample(t), Options{ASCII: true}); err != nil {
		t.Fatal(err)
	}
	for _, r := range b.String() {
		if r > 126 {
			t.Fatalf("%q in:\n%s", r, b.String())
		}
	}
}

func TestSaturatedHasNoPercentiles(t *testing.T) {
	r := sample(t)
	r.Runs[0].Saturated = &result.Saturation{At: 700}
	var b bytes.Buffer
	if err := Text(&b, r, Options{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "saturated   at 700/s of 1k/s") || strings.Contains(b.String(), "p99.99") {
		t.Errorf("\n%s", b.String())
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := CSV(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatal(rows, err)
	}
	got := map[string]string{}
	for i, name := range rows[0] {
		got[name] = rows[1][i]
	}
	for name, want := range map[string]string{"lost": "7", "response_p99_us": "10000", "sendlag_p50_us": "5100", "valid": "false", "sent_per_second": "1000"} {
		if got[name] != want {
			t.Errorf("%s is %q, want %q", name, got[name], want)
		}
	}
}

func TestPercentiles(t *testing.T) {
	var b bytes.Buffer
	if err := Percentiles(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "TotalCount") || !strings.Contains(b.String(), "#[Mean") {
		t.Errorf("\n%s", b.String())
	}
}

func TestHTMLIsSelfContained(t *testing.T) {
	var b bytes.Buffer
	if err := HTML(&b, sample(t)); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	if strings.Contains(page, "<script") || strings.Contains(page, "http") || strings.Contains(page, "src=") {
		t.Error("the page has scripts or asks for other files")
	}
	if strings.Count(page, "<svg") != 3 || !strings.Contains(page, "polyline") || !strings.Contains(page, "missed") {
		t.Errorf("\n%s", page)
	}
}

func TestRounded(t *testing.T) {
	for x, want := range map[float64]float64{0: 1, 0.3: 0.4, 1: 1, 3569: 4000, 8001: 10_000, 150_000: 200_000} {
		if got := rounded(x); math.Abs(got-want) > 1e-9 {
			t.Errorf("%v: %v, want %v", x, got, want)
		}
	}
}

func TestEmpty(t *testing.T) {
	r := &result.Result{}
	var b bytes.Buffer
	for _, f := range []func() error{
		func() error { return Text(&b, r, Options{}) }, func() error { return CSV(&b, r) },
		func() error { return Percentiles(&b, r) }, func() error { return HTML(&b, r) },
	} {
		if err := f(); err != nil {
			t.Error(err)
		}
	}
}
