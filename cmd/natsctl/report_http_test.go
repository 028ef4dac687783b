package main

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// TestReportsAgreeWithTheMonitoringPort compares every column of every report
// with what the servers' own monitoring ports say about the same cluster. What
// moves is asked over HTTP before and after, and must lie between. A column
// that nothing is said about here fails the test.
func TestReportsAgreeWithTheMonitoringPort(t *testing.T) {
	testcluster.Slow(t)
	t.Parallel()
	c := stagedCluster(t)
	id, _ := c.Identity("sys")
	url := withUser(c.Nodes()[1].ClientURL(), id)
	compareReports(t, url, monitors(c.Nodes()))
	t.Run("dashboard", func(t *testing.T) { compareDashboard(t, url, monitors(c.Nodes())) })
}

// monitored is a server whose monitoring port can be asked.
type monitored interface {
	Name() string
	Cluster() string
	MonitorURL() string
	Connect(who string, opts ...nats.Option) (*nats.Conn, error)
}

func monitors[N monitored](nodes []N) (out []monitored) {
	for _, n := range nodes {
		out = append(out, n)
	}
	return out
}

// compareReports makes every report, as a system user on one of the servers, and
// compares it with what all of them say over HTTP.
func compareReports(t *testing.T, url string, nodes []monitored) {
	for _, r := range httpReports() {
		t.Run(r.name, func(t *testing.T) {
			before := r.rows(scrapeAll(t, nodes, r.paths))
			got := reportRows(t, url, r)
			after := r.rows(scrapeAll(t, nodes, r.paths))
			if len(got) == 0 && len(before) > 0 {
				t.Fatal("no rows")
			}
			for key, want := range before {
				row, ok := got[key]
				if !ok {
					if _, still := after[key]; still {
						t.Errorf("%s is not in the report", key)
					}
					continue
				}
				later := after[key]
				if later == nil {
					later = want
				}
				compareRow(t, key, row, want, later)
			}
			for key := range got {
				_, a := before[key]
				_, b := after[key]
				if !a && !b {
					t.Errorf("%s is in the report, and in no server's answer", key)
				}
			}
		})
	}
}

// object is JSON as the monitoring port gives it.
type object = map[string]any

// free is a number that moves up and down, or a text that no endpoint has: any
// value will do, but it must be one.
type free struct{}

// slack is a number that the asking itself changes by a little.
type slack struct{ about, by float64 }

// oneOf is the largest of some values, of which each may change at any time;
// empty when there are none.
type oneOf []any

// compareRow compares one row with what HTTP said before and after.
func compareRow(t *testing.T, key string, row, before, after object) {
	t.Helper()
	for column, got := range row {
		a, known := before[column]
		switch b := after[column]; {
		case strings.HasSuffix(column, "_per_second"):
			if got != nil {
				t.Errorf("%s: %s is %v without two snapshots", key, column, got)
			}
		case !known:
			t.Errorf("%s: nothing is known about column %s", key, column)
		case !agrees(got, a, b):
			t.Errorf("%s: %s is %v, the monitoring port says %v, then %v", key, column, got, a, b)
		}
	}
}

func agrees(got, a, b any) bool {
	if _, ok := a.(free); ok {
		return got != nil
	}
	if values, ok := a.(oneOf); ok {
		later := b.(oneOf)
		return got == nil && len(values)*len(later) == 0 || slices.Contains(append(values, later...), got)
	}
	if s, ok := a.(slack); ok {
		v, isNumber := got.(float64)
		other := b.(slack)
		return isNumber && v >= min(s.about, other.about)-s.by && v <= max(s.about, other.about)+s.by
	}
	v, isNumber := got.(float64)
	lo, okA := a.(float64)
	hi, okB := b.(float64)
	if isNumber && okA && okB {
		const rounding = 1e-6
		return v >= math.Min(lo, hi)-rounding && v <= math.Max(lo, hi)+rounding
	}
	return fmt.Sprint(got) == fmt.Sprint(a) || fmt.Sprint(got) == fmt.Sprint(b)
}

// stagedCluster is two clusters and a leaf with clients, streams and traffic.
func stagedCluster(t *testing.T) *broker.Cluster {
	t.Helper()
	c, err := broker.Start(t.Context(), spec.Super(2, "east", "west").WithLeaf("edge", 1, "east"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	stageTraffic(t, monitors(c.Nodes()))
	return c
}

// stageTraffic gives each server a client that talks, and makes streams.
func stageTraffic(t *testing.T, nodes []monitored) {
	t.Helper()
	for i, n := range nodes {
		nc, err := n.Connect("app", nats.Name(fmt.Sprintf("client-%d", i)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(nc.Close)
		if _, err := nc.Subscribe("work.>", func(*nats.Msg) {}); err != nil {
			t.Fatal(err)
		}
		for range 50 {
			if err := nc.Publish("work.1", []byte("0123456789")); err != nil {
				t.Fatal(err)
			}
		}
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			stageStreams(t, nc)
		}
	}
}

func stageStreams(t *testing.T, nc *nats.Conn) {
	t.Helper()
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(2*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	for name, replicas := range map[string]int{"R1": 1, "R2": 2} {
		cfg := jetstream.StreamConfig{Name: name, Subjects: []string{name + ".>"}, Replicas: replicas, MaxBytes: 1 << 20}
		insist(t, func() error { _, err := js.CreateOrUpdateStream(t.Context(), cfg); return err })
		consumer := jetstream.ConsumerConfig{Durable: "c" + name, AckPolicy: jetstream.AckExplicitPolicy}
		insist(t, func() error { _, err := js.CreateOrUpdateConsumer(t.Context(), name, consumer); return err })
		for range 20 {
			insist(t, func() error { _, err := js.Publish(t.Context(), name+".x", []byte("payload")); return err })
		}
	}
}

// insist repeats what fails while a stream has no leader yet.
func insist(t *testing.T, do func() error) {
	t.Helper()
	deadline := time.After(60 * time.Second)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for err := do(); err != nil; err = do() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal(err)
		}
	}
}

// scrape is what one server's monitoring port says, by path.
type scrape struct {
	name, cluster, version string
	skewed                 bool // most of its cluster run another version
	at                     map[string]object
}

// older tells whether the server is of a release before the given one.
func (s scrape) older(release string) bool {
	have, _ := fleet.ParseVersion(s.version)
	need, _ := fleet.ParseVersion(release)
	return have.Compare(need) < 0
}

// since is a value that servers report from a release on, nil for older ones.
func (s scrape) since(value any, release string) any {
	if s.older(release) {
		return nil
	}
	return value
}

func scrapeAll(t *testing.T, nodes []monitored, paths []string) []scrape {
	t.Helper()
	var out []scrape
	for _, n := range nodes {
		s := scrape{name: n.Name(), cluster: n.Cluster(), at: map[string]object{}}
		for _, path := range append([]string{"/varz"}, paths...) {
			resp, err := http.Get(n.MonitorURL() + path)
			if err != nil {
				t.Fatal(err)
			}
			var doc object
			err = json.NewDecoder(resp.Body).Decode(&doc)
			resp.Body.Close()
			if err != nil {
				t.Fatalf("%s%s: %v", n.Name(), path, err)
			}
			s.at[path] = doc
		}
		s.version = fmt.Sprint(s.at["/varz"]["version"])
		out = append(out, s)
	}
	for i := range out {
		out[i].skewed = usualVersion(out, out[i].cluster) != out[i].version
	}
	return out
}

// usualVersion is what most servers of a cluster run, of two with as many
// servers the newer one.
func usualVersion(all []scrape, cluster string) string {
	votes, best := map[string]int{}, scrape{}
	for _, s := range all {
		if s.cluster == cluster {
			votes[s.version]++
		}
	}
	for _, s := range all {
		if n := votes[s.version] - votes[best.version]; s.cluster == cluster && (n > 0 || n == 0 && best.older(s.version)) {
			best = s
		}
	}
	return best.version
}

// reportRows runs the command and returns its rows by key.
func reportRows(t *testing.T, url string, r httpReport) map[string]object {
	t.Helper()
	args := append([]string{"server", "report", r.name, "-o", "json"}, r.args...)
	out, words, code := ask(t, url, args...)
	for deadline := time.Now().Add(30 * time.Second); code == cli.ExitPartial && time.Now().Before(deadline); {
		t.Log(words) // a server that the machine did not let answer in time
		out, words, code = ask(t, url, args...)
	}
	if code != cli.ExitOK {
		t.Fatalf("exit %d: %s", code, words)
	}
	var doc struct{ Rows []object }
	if err := json.Unmarshal([]byte(out), &doc); err != nil {
		t.Fatal(err)
	}
	rows := map[string]object{}
	for _, row := range doc.Rows {
		if name, _ := row["name"].(string); strings.HasPrefix(name, "natsctl ") {
			continue // itself
		}
		var key []string
		for _, k := range r.key {
			key = append(key, fmt.Sprint(row[k]))
		}
		rows[strings.Join(key, " ")] = row
	}
	return rows
}

// httpReport says how the rows of a report follow from the monitoring ports.
type httpReport struct {
	name  string
	args  []string
	paths []string
	key   []string // columns that identify a row
	rows  func([]scrape) map[string]object
}

// num is a number, 0 when it is not there, as nats-server leaves out zeros.
func num(o object, field string) float64 {
	v, _ := o[field].(float64)
	return v
}

// limit is a number, or nothing if it is negative: no limit.
func limit(o object, field string) any {
	if v := num(o, field); v >= 0 {
		return v
	}
	return nil
}

func text(o object, field string) any {
	v, _ := o[field].(string)
	return v
}

func sub(o object, field string) object {
	v, _ := o[field].(object)
	return v
}

func list(o object, field string) []object {
	var out []object
	items, _ := o[field].([]any)
	for _, item := range items {
		if v, ok := item.(object); ok {
			out = append(out, v)
		}
	}
	return out
}

// span is a duration as servers write it, in seconds.
func span(o object, field string) any {
	d, err := time.ParseDuration(fmt.Sprint(o[field]))
	if err != nil {
		return nil
	}
	return d.Seconds()
}

func instant(o object, field string) any {
	at, err := time.Parse(time.RFC3339Nano, fmt.Sprint(o[field]))
	if err != nil {
		return nil
	}
	return at.UTC().Format(time.RFC3339Nano)
}

// since is the time from a field to the answer's own now.
func since(o object, field string, now any) any {
	from, err1 := time.Parse(time.RFC3339Nano, fmt.Sprint(o[field]))
	to, err2 := time.Parse(time.RFC3339Nano, fmt.Sprint(now))
	if err1 != nil || err2 != nil {
		return nil
	}
	return to.Sub(from).Seconds()
}

// add adds numbers of one object to another, field by field.
func add(into, from object, fields ...string) {
	for _, f := range fields {
		into[f] = num(into, f) + num(from, f)
	}
}

// names sorts the keys that a set holds.
func names(set map[string]bool) []string {
	var out []string
	for name := range set {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}
