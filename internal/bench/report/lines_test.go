package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/bench/result"
)

// figures is a run in which every figure is another one.
func figures(t *testing.T) result.Run {
	t.Helper()
	r := sample(t).Runs[0]
	dist := func(first float64, hdr string) *result.Distribution {
		return &result.Distribution{N: 1, Min: first, Mean: first + 1, P50: first + 2, P90: first + 3, P99: first + 4, P999: first + 5, P9999: first + 6, Max: first + 7, HDR: hdr}
	}
	r.Latency = result.Latency{Response: dist(110, r.Latency.Response.HDR), Service: dist(210, r.Latency.Service.HDR), SendLag: dist(310, "")}
	r.N, r.Seconds = 4, 9.5
	r.Sent, r.Expected, r.Received, r.Lost, r.Dup, r.Reordered, r.Corrupt, r.Errors = 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008
	r.Rate = result.Rate{Target: 11, Sent: 12, Received: 13, Bytes: 14}
	r.Gap.US, r.Client.CPUNSPerMsg, r.Client.Reconnects = 15, 16, 17
	return r
}

// TestCSVColumns has every figure below its name, and nothing where a run has
// none.
func TestCSVColumns(t *testing.T) {
	saturated := figures(t)
	saturated.Saturated = &result.Saturation{At: 1}
	saturated.Validity.Valid, saturated.Partial = true, true
	var b bytes.Buffer
	if err := CSV(&b, &result.Result{Runs: []result.Run{figures(t), saturated}}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 3 {
		t.Fatal(rows, err)
	}
	want := map[string]string{
		"run": "4", "start": "2026-02-03T04:05:06Z", "seconds": "9.5", "valid": "false", "partial": "false",
		"sent": "1001", "expected": "1002", "received": "1003", "lost": "1004", "dup": "1005", "reordered": "1006", "corrupt": "1007", "errors": "1008",
		"target_per_second": "11", "sent_per_second": "12", "received_per_second": "13", "bytes_per_second": "14",
		"longest_gap_us": "15", "cpu_ns_per_msg": "16", "reconnects": "17",
	}
	latencies := map[string]bool{}
	for i, d := range []string{"response", "service", "sendlag"} {
		for j, q := range []string{"mean", "p50", "p90", "p99", "p999", "p9999", "max"} {
			name := d + "_" + q + "_us"
			want[name], latencies[name] = fmt.Sprint(111+100*i+j), true
		}
	}
	if len(rows[0]) != len(want) {
		t.Errorf("%d columns, want %d", len(rows[0]), len(want))
	}
	for i, name := range rows[0] {
		if rows[1][i] != want[name] {
			t.Errorf("%s is %q, want %q", name, rows[1][i], want[name])
		}
		switch {
		case latencies[name] && rows[2][i] != "":
			t.Errorf("%s of a saturated run is %q", name, rows[2][i])
		case (name == "valid" || name == "partial") && rows[2][i] != "true":
			t.Errorf("%s is %q", name, rows[2][i])
		}
	}
}

// line finds the line of a text that begins with a label.
func lineOf(text, name string) string {
	for l := range strings.Lines(text) {
		if strings.HasPrefix(l, name) {
			return strings.Join(strings.Fields(l), " ")
		}
	}
	return ""
}

func show(t *testing.T, r *result.Result, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Text(&b, r, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestTextLines has every figure in its line, in its unit.
func TestTextLines(t *testing.T) {
	r := sample(t)
	r.Runs[0] = figures(t)
	run := &r.Runs[0]
	run.Client = result.ClientUse{CPUNSPerMsg: 1234, CPUCores: 0.51, RSSMB: 21, GCPauseMaxUS: 250}
	run.Server = &result.ServerUse{Servers: 3, InMsgs: 2001, OutMsgs: 2002, CPUAvg: 41, MemMB: 42, SlowConsumers: 43, StalledClients: 44, JSAPIErrors: 45}
	run.JS = &result.StreamUse{Stream: "S", Stored: 3001, Acked: 3002, Redelivered: 3003}
	run.KV = &result.BucketUse{Bucket: "B", Gets: 4001, Puts: 4002, CAS: 4003, Conflicts: 4004, Stale: 4005}
	r.Env.Client = result.ClientEnv{OS: "linux 6", Cores: 7, Driver: "raw"}
	text := show(t, r, Options{ASCII: true})
	for name, want := range map[string]string{
		"scenario":              "scenario pubsub, 1 publisher, 4 subscribers, 128 B, 1k/s",
		"server ":               "server n1?<script>, nats-server 2.15.2, round trip 45.0 us, TLS",
		"client ":               "client linux 6, 7 cores, driver raw",
		"run 4":                 "run 4 12 13 14.0 B/s 1,004 1,005 1,006 1,007",
		"latency":               "latency p50 p90 p99 p99.9 p99.99 max",
		"response":              "response 112 us 113 us 114 us 115 us 116 us 117 us",
		"service":               "service 212 us 213 us 214 us 215 us 216 us 217 us",
		"send lag":              "send lag 312 us 313 us 314 us 315 us 316 us 317 us",
		"longest gap":           "longest gap 15.0 us without a message, until second 4.5",
		"servers":               "servers 3 servers: 2,001 messages in, 2,002 out, CPU 41%, 42 MB",
		"stream":                "stream S: stored 3,001, acknowledged 3,002, redelivered 3,003",
		"bucket":                "bucket B: 4,001 gets, 4,002 puts, 4,003 compare-and-sets (4,004 conflicts), 4,005 stale reads",
		"sustains":              "sustains 900/s",
		"objective":             "objective lost=0: MISSED: lost 7",
		"            slow":      "slow consumers 43, stalled clients 44, JetStream API errors 45",
		"            reconnect": "reconnect: connections were lost 1 times",
		"  p50 ":                "p50 5.10 ms 5.10 ms " + lastField(lineOf(text, "  p50 ")),
		"  max ":                "max 10.1 ms 10.1 ms " + lastField(lineOf(text, "  max ")),
	} {
		if got := lineOf(text, name); got != want {
			t.Errorf("%q\nwant %q", got, want)
		}
	}
	if !strings.Contains(text, "1,234 ns CPU per message, 0.51 cores, 21 MB, longest collector pause 250 us") || strings.Contains(text, "closed loop") {
		t.Errorf("\n%s", text)
	}
}

func lastField(s string) string {
	f := strings.Fields(s)
	return f[len(f)-1]
}

// TestTextVerdicts says how each run ended.
func TestTextVerdicts(t *testing.T) {
	r := sample(t)
	good, partial := r.Runs[0], r.Runs[0]
	good.N, good.Validity = 2, result.Validity{Valid: true, Reasons: []result.Reason{{Code: "short", Text: "only 5 ms"}}}
	partial.N, partial.Partial = 3, true
	r.Runs = append(r.Runs, good, partial)
	r.Summary = result.Summary{Rate: result.Spread{Median: 5678, CV: 0.123}}
	r.Verdict, r.Search.Best = &result.Verdict{SLO: "lost=0", Pass: true}, 0
	text := show(t, r, Options{})
	tail := text[strings.Index(text, "sustains"):]
	for name, want := range map[string]string{"run 1": "run 1 NOT VALID", "run 2": "run 2 valid", "run 3": "run 3 NOT VALID, partial", "objective": "objective lost=0: met", "sustains": "sustains none of the tested rates"} {
		if got := lineOf(tail, name); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if !strings.Contains(tail, "short: only 5 ms") {
		t.Errorf("\n%s", tail)
	}
	if got := lineOf(text, "median"); got != "median 5,678 rate varies by 12.3% between runs" {
		t.Errorf("%q", got)
	}
	closed := sample(t)
	closed.Runs[0].Latency.Response = nil
	if text = show(t, closed, Options{}); !strings.Contains(text, "closed loop: no response time") || strings.Contains(text, "spectrum") || lineOf(text, "median") != "" {
		t.Errorf("\n%s", text)
	}
}

// TestEventsAreBounded shows twelve and says how many there are.
func TestEventsAreBounded(t *testing.T) {
	r := sample(t)
	r.Runs[0].Events = nil
	for i := range 14 {
		r.Runs[0].Events = append(r.Runs[0].Events, result.Event{Second: float64(i), Kind: "error", Who: "pub", Detail: fmt.Sprint("d", i)})
	}
	if text := show(t, r, Options{}); !strings.Contains(text, "pub: error d11") || strings.Contains(text, "d12") || !strings.Contains(text, "and 2 more events") {
		t.Errorf("\n%s", text)
	}
	r.Runs[0].Events = r.Runs[0].Events[:12]
	if text := show(t, r, Options{}); strings.Contains(text, "more events") {
		t.Errorf("\n%s", text)
	}
}

// TestSpectrumBars are the longer the slower, and the last fills the line.
func TestSpectrumBars(t *testing.T) {
	for _, width := range []int{0, 39, 60, 100, 500} {
		o := Options{ASCII: true, Width: width}
		text := show(t, sample(t), o)
		last := 0
		for _, name := range []string{"  p50 ", "  p75 ", "  p90 ", "  p95 ", "  p99 ", "  p99.9 ", "  p99.99 ", "  max "} {
			bar := len(lastField(lineOf(text, name)))
			if bar < last || bar == 0 || strings.Trim(lastField(lineOf(text, name)), "#") != "" {
				t.Errorf("width %d: %s has a bar of %d after one of %d", width, name, bar, last)
			}
			last = bar
		}
		if want := o.width() - label - 34; last != want {
			t.Errorf("width %d: the longest bar has %d columns, want %d", width, last, want)
		}
	}
	if (Options{}).width() != 80 || (Options{Width: 39}).width() != 80 || (Options{Width: 40}).width() != 40 || (Options{Width: 121}).width() != 120 {
		t.Error("width")
	}
}

func TestUnits(t *testing.T) {
	for us, want := range map[float64]string{0: "0", 0.5: "0.50 us", 9.99: "9.99 us", 10: "10.0 us", 999: "999 us", 1000: "1.00 ms", 99_900: "99.9 ms", 1e6: "1.00 s", 123e6: "123 s"} {
		if got := micros(us); got != want {
			t.Errorf("%v us: %q, want %q", us, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -999: "-999", -1000: "-1,000", 99.6: "100"} {
		if got := count(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0.00 B/s", 1023: "1023 B/s", 1024: "1.00 KiB/s", 1 << 20: "1.00 MiB/s", 50 << 30: "50.0 GiB/s"} {
		if got := volume(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
	if percent(0.1234) != "12.3%" {
		t.Error(percent(0.1234))
	}
}

// TestSparkline shows the greater of neighbours, and nothing as nothing.
func TestSparkline(t *testing.T) {
	o := Options{ASCII: true}
	for want, c := range map[string]struct {
		vs []float64
		n  int
	}{
		"":     {nil, 10},
		"   ":  {[]float64{0, 0, 0}, 10},
		"@ +.": {[]float64{100, 0, 50, 1}, 10},
		"@@":   {[]float64{1, 100, 100, 1}, 2},
		"+@":   {[]float64{50, 0, 0, 100}, 2},
	} {
		if got := o.sparkline(c.vs, c.n); got != want {
			t.Errorf("%v in %d: %q, want %q", c.vs, c.n, got, want)
		}
	}
	if got := (Options{}).sparkline([]float64{1, 0}, 5); got != "█ " {
		t.Errorf("%q", got)
	}
}

// TestComparisonText says what changed, by how much, and what could have been
// seen.
func TestComparisonText(t *testing.T) {
	c := &result.Comparison{
		Base: result.Side{Scenario: "one\x1b", Runs: 7}, New: result.Side{Scenario: "two", Runs: 8}, Warnings: []string{"GOGC: 1, then 2\x1b"}, Failed: []string{"p99>+10%: +20.0 %"}, Inconclusive: []string{"cpu>+5%: between"},
		Changes: []result.Change{
			{Metric: "p99", Unit: "us", Base: 1000, New: 1200, Ratio: 1.2, CI95: &[2]float64{1.1, 1.3}, P: 0.001, Holm: 0.003, MDE: 0.057, Verdict: result.Worse},
			{Metric: "cpu", Unit: "ns/msg", Base: 1000, New: 900, Verdict: result.Same},
			{Metric: "rate", Unit: "msgs/s", Base: 5000, New: 4000, Ratio: 0.8, CI95: &[2]float64{0.7, 0.9}, Verdict: result.Same},
		},
	}
	text := func() string {
		var b bytes.Buffer
		if err := Comparison(&b, c, Options{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	got := text()
	for name, want := range map[string]string{
		"base": "base one?, runs: 7", "new": "new two, runs: 8", "note": "note GOGC: 1, then 2?", "FAILED": "FAILED p99>+10%: +20.0 %", "UNCLEAR": "UNCLEAR cpu>+5%: between",
		"p99":  "p99 1.00 ms 1.20 ms +20.0% +10.0 to +30.0 0.0030 5.7% worse",
		"cpu":  "cpu 1,000 ns 900 ns 0.0000 no change found",
		"rate": "rate 5,000 4,000 -20.0% -30.0 to -10.0 0.0000 no change found",
	} {
		if line := lineOf(got, name); line != want {
			t.Errorf("%q, want %q", line, want)
		}
	}
	if strings.Contains(got, "too few runs to show") {
		t.Errorf("\n%s", got)
	}
	c.Changes[1].Verdict = result.TooFew
	if got = text(); !strings.Contains(got, "too few runs to show a change") {
		t.Errorf("\n%s", got)
	}
}

func TestCalibrationText(t *testing.T) {
	c := &result.Calibration{
		Env: result.ClientEnv{OS: "linux 6", Cores: 2, Go: "1.26"}, Precise: true, TimerLag: &result.Distribution{P50: 11, P99: 12, Max: 13},
		RTT: &result.Distribution{Min: 14, P50: 15, P99: 16}, ClockNS: 17.4, Foreign: 0.18, Ceilings: []result.Ceiling{{Driver: "raw", Size: 19, PerSec: 2000, BytesPS: 38_000}},
	}
	text := func() string {
		var b bytes.Buffer
		if err := Calibration(&b, c, Options{}); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	got := text()
	for name, want := range map[string]string{
		"machine": "machine linux 6, 2 cores, Go 1.26", "timer lag": "timer lag p50 11.0 us, p99 12.0 us, max 13.0 us at 1000/s, by the system's precise sleeper",
		"clock": "clock 17 ns for a reading", "round trip": "round trip min 14.0 us, p50 15.0 us, p99 16.0 us", "others": "others used 18.0% of the machine meanwhile",
		"  raw": "raw 19 B 2,000 37.1 KiB/s",
	} {
		if line := lineOf(got, name); line != want {
			t.Errorf("%q, want %q", line, want)
		}
	}
	c.Precise, c.RTT = false, nil
	if got = text(); strings.Contains(got, "round trip") || !strings.Contains(got, "yielding the processor") {
		t.Errorf("\n%s", got)
	}
}

// TestPlots end at the right margin, above the base line, and in their order.
func TestPlots(t *testing.T) {
	run := &sample(t).Runs[0]
	ps := plots(run)
	var titles, names []string
	for _, p := range ps {
		titles = append(titles, p.Title)
		for _, l := range p.Lines {
			names = append(names, l.Name)
			last := [2]float64{}
			for pt := range strings.FieldsSeq(l.Points) {
				var x, y float64
				if _, err := fmt.Sscanf(pt, "%f,%f", &x, &y); err != nil || x < left || x > plotW-right || y < top || y > plotH-bottom || x < last[0] {
					t.Errorf("%s, %s: point %s (%v)", p.Title, l.Name, pt, err)
				}
				last = [2]float64{x, y}
			}
			if last[0] != plotW-right {
				t.Errorf("%s, %s ends at %v", p.Title, l.Name, last)
			}
		}
	}
	if !slices.Equal(titles, []string{"Latency by percentile", "Messages received per second", "99th percentile of each second"}) || !slices.Equal(names, []string{"response", "service", "send lag", "received", "p99"}) {
		t.Errorf("%q, %q", titles, names)
	}
	time := ps[1]
	if first, end := time.YTicks[0], time.YTicks[4]; first.Text != "0" || end.Text != "4,000" || first.At <= end.At || time.XTicks[0].Text != "0 s" || !strings.HasPrefix(time.Lines[0].Points, xy(0, 3000.0/4000)) {
		t.Errorf("%+v", time)
	}
	if last := ps[0].XTicks[5]; last.Text != "99.999%" || last.At != plotW-right {
		t.Errorf("%+v", ps[0].XTicks)
	}
	run.Saturated = &result.Saturation{}
	if ps = plots(run); len(ps) != 2 {
		t.Errorf("%d plots of a saturated run", len(ps))
	}
	run.Intervals = run.Intervals[:1]
	if ps = plots(run); len(ps) != 0 {
		t.Errorf("%d plots of one second", len(ps))
	}
}
