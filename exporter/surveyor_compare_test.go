package exporter_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"maps"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// copies is how many replicas each stream and consumer of the clusters has: the
// truth by which a series of nats-surveyor is of one that does not exist.
var copies = map[string]int{"ORDERS": 3, "R1A": 1, "R1B": 1, "COPY": 3, "LOCAL": 1, "worker": 3, "audit": 1}

// deviations are the metrics of nats-surveyor in which it is wrong, or which
// say nothing of the fleet.
var deviations = map[string]string{
	"nats_core_raftz_meta_applied":                "its labels have each other's values",
	"nats_core_raftz_meta_committed":              "its labels have each other's values",
	"nats_core_raftz_meta_pindex":                 "its labels have each other's values",
	"nats_core_jetstream_cluster_raft_group_info": "cluster_name is _meta_ on followers",
	"nats_stream_consumer_count":                  "always 0",
	"nats_jetstream_advisory_count":               "counts its own listeners",
	"nats_latency_observations_count":             "counts its own listeners",
	"nats_survey_duration_seconds_count":          "its own",
	"nats_survey_duration_seconds_sum":            "its own",
	"nats_survey_poll_error_count":                "its own",
	"nats_survey_late_replies_count":              "its own",
}

// compareSurveyor holds every series of nats-surveyor against ours, taken
// before and after it: it must be equal, lie between the two if it grows with
// each question, or at least be there if it is measured anew each time.
// It returns how many series of each metric were compared.
func compareSurveyor(t *testing.T, before, theirs, after map[string]string) map[string]int {
	t.Helper()
	correct, compared, phantoms := correctSet(t), map[string]int{}, 0
	firsts, lasts := byFamily(before), byFamily(after)
	for key, value := range theirs {
		name, labels, _ := strings.Cut(strings.TrimSuffix(key, "}"), "{")
		if !strings.HasPrefix(name, "nats_") || deviations[name] != "" {
			continue
		}
		first, last := find(firsts[name], name, split(labels)...), find(lasts[name], name, split(labels)...)
		if len(first) == 0 && phantom(lasts, name, labels) {
			phantoms++
			continue
		}
		compared[name]++
		if len(first) != 1 || len(last) != 1 {
			t.Errorf("%s: %d series of the exporter before, %d after", key, len(first), len(last))
			continue
		}
		low, it, high := number(t, first[0]), number(t, value), number(t, last[0])
		switch correct[name] {
		case "equal":
			if low != it || it != high {
				t.Errorf("%s: %v, ours %v before and %v after", key, it, low, high)
			}
		case "grows":
			if it < low || it > high {
				t.Errorf("%s: %v, ours %v before and %v after", key, it, low, high)
			}
		case "seconds": // theirs are whole
			if it < math.Floor(low) || it > high {
				t.Errorf("%s: %v, ours %v before and %v after", key, it, low, high)
			}
		case "one": // theirs is what one of the servers says, ours is the sum over the domains
			native := strings.Replace(name, "nats_core_account_jetstream_", "nats_jetstream_account_", 1) + "_bytes"
			if all := find(lasts[native], native, "account="+strconv.Quote(label(labels, "account"))); len(all) > 0 && !slices.ContainsFunc(all, func(v string) bool { return number(t, v) == it }) {
				t.Errorf("%s: %v, the servers say %v", key, it, all)
			}
		case "moves":
		default:
			t.Errorf("%s stands neither in the list nor among the deviations: %v, ours %v and %v", key, it, low, high)
		}
	}
	t.Logf("%d metrics and %d series compared, %d series are of replicas that do not exist", len(compared), total(compared), phantoms)
	return compared
}

// byFamily parts series by the name of their metric.
func byFamily(series map[string]string) map[string]map[string]string {
	out := map[string]map[string]string{}
	for key, value := range series {
		name, _, _ := strings.Cut(key, "{")
		if out[name] == nil {
			out[name] = map[string]string{}
		}
		out[name][key] = value
	}
	return out
}

func total(counts map[string]int) (n int) {
	for c := range maps.Values(counts) {
		n += c
	}
	return n
}

// phantom tells whether a series is of a replica that does not exist: of a
// stream or consumer of which all copies have series here, on other servers.
func phantom(ours map[string]map[string]string, name, labels string) bool {
	asset, metric := label(labels, "stream"), "nats_stream_total_messages"
	want := []string{"stream=" + strconv.Quote(asset)}
	if c := label(labels, "consumer_name"); c != "" {
		want, metric = append(want, "consumer_name="+strconv.Quote(c)), "nats_consumer_num_pending"
		asset = c
	}
	return asset != "" && (strings.HasPrefix(name, "nats_stream_") || strings.HasPrefix(name, "nats_consumer_")) &&
		len(find(ours[metric], metric, want...)) == copies[asset] &&
		len(find(ours[metric], metric, append(want, "server_id="+strconv.Quote(label(labels, "server_id")))...)) == 0
}

func label(labels, name string) string {
	for _, l := range split(labels) {
		if value, ok := strings.CutPrefix(l, name+"="); ok {
			return strings.Trim(value, `"`)
		}
	}
	return ""
}

// correctSet is the list of nats-surveyor's metrics that are right, and how
// their values compare: equal, grows, seconds, one or moves.
func correctSet(t *testing.T) map[string]string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", "surveyor_correct.txt"))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for line := range strings.Lines(string(body)) {
		name, how, _ := strings.Cut(strings.TrimSpace(line), " ")
		out[name] = how
	}
	return out
}

func split(labels string) []string {
	var out []string
	for part := range strings.SplitSeq(labels, `",`) {
		if part != "" {
			out = append(out, strings.TrimSuffix(part, `"`)+`"`)
		}
	}
	return out
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// taped keeps the snapshots of a source.
type taped struct {
	src       fleet.Source
	snapshots []*fleet.Snapshot
}

func (r *taped) Snapshot(ctx context.Context, want fleet.Want) (*fleet.Snapshot, error) {
	s, err := r.src.Snapshot(ctx, want)
	if err == nil {
		r.snapshots = append(r.snapshots, s)
	}
	return s, err
}

// playback gives snapshots one after another.
type playback struct{ left []*fleet.Snapshot }

func (p *playback) Snapshot(context.Context, fleet.Want) (*fleet.Snapshot, error) {
	if len(p.left) == 0 {
		return nil, io.EOF
	}
	s := p.left[0]
	p.left = p.left[1:]
	return s, nil
}

func surveyorFile(name, ext string) string {
	return filepath.Join("testdata", "surveyor", name+ext)
}

// recordSurveyor keeps what nats-surveyor showed, and what ours saw before and
// after it, without the directories of the machine.
func recordSurveyor(t *testing.T, name, text string, snapshots []*fleet.Snapshot) {
	t.Helper()
	var played, zipped bytes.Buffer
	rec := recording.NewRecorder(&played, true)
	for _, s := range snapshots {
		for _, sv := range s.Servers {
			sv.Jsz.Config.StoreDir, sv.Varz.JetStream.Config.StoreDir, sv.Statsz.JetStream.Config.StoreDir = "/data", "/data", "/data"
		}
		if err := rec.Snapshot(s); err != nil {
			t.Fatal(err)
		}
	}
	zip := gzip.NewWriter(&zipped)
	_, err := io.WriteString(zip, text)
	for _, err := range []error{err, zip.Close(), rec.Close(), os.MkdirAll(filepath.Dir(surveyorFile("x", "")), 0o755), os.WriteFile(surveyorFile(name, ".ndjson.gz"), played.Bytes(), 0o644), os.WriteFile(surveyorFile(name, ".txt.gz"), zipped.Bytes(), 0o644)} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func recordedSurveyor(t *testing.T, name string) (theirs map[string]string, ours []*fleet.Snapshot) {
	t.Helper()
	f, err := os.Open(surveyorFile(name, ".txt.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	text, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	body, err := os.ReadFile(surveyorFile(name, ".ndjson.gz"))
	if err != nil {
		t.Fatal(err)
	}
	played, err := recording.Open(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		s, err := played.Snapshot(i)
		if err != nil {
			t.Fatal(err)
		}
		ours = append(ours, s)
	}
	return parse(t, text), slices.Clip(ours)
}

// readAll is one GET.
func readAll(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
