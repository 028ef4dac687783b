package exporter

import (
	"slices"
	"strings"
	"testing"
)

// A limit of series cuts off what is of the least use: what tells who is missing,
// leaderless or stuck is the last to go, and what goes is named.
func TestWhatIsCutIsNamed(t *testing.T) {
	snap := sampleFleet()
	whole := seriesOf(t, textOf(t, snap, false, everything(), WithExporterNames("")))
	all := len(whole) - 3 // without the counts themselves
	for _, keep := range []int{all - 1, all / 2, 250} {
		series := seriesOf(t, textOf(t, snap, false, everything(), WithExporterNames(""), WithMaxSeries(keep)))
		cut, named := pick(series, "nats_exporter_series_dropped"), byLabel(series, "nats_exporter_metric_series_dropped", "metric")
		sum := 0.0
		for name, n := range named {
			sum += n
			if slices.Contains([]string{"nats_server_up", "nats_server_missing", "nats_jetstream_stream_leaderless", "nats_jetstream_meta_leader_known", "nats_server_healthy"}, name) {
				t.Errorf("of %d series %s is cut", keep, name)
			}
			if keep >= all/2 && strings.HasPrefix(name, "nats_jetstream_consumer") {
				t.Errorf("of %d series %s is cut before the names of other exporters", keep, name)
			}
		}
		if len(cut) != 1 || cut[0] <= 0 || sum != cut[0] {
			t.Errorf("of %d series %v are cut, %v are named", keep, cut, sum)
		}
	}
	if named := pick(whole, "nats_exporter_metric_series_dropped"); len(named) > 0 {
		t.Errorf("nothing is cut, but named: %v", named)
	}
}
