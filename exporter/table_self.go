package exporter

import (
	"slices"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

var selfState = &table.Plain{Set: metric.Native, Collector: table.SelfCollector, Rows: []table.Row[*table.Page]{
	{Name: "nats_exporter_up", Help: "1 if this scrape has a snapshot of the fleet, 0 if not; see nats_exporter_failed.", Value: func(p *table.Page) float64 { return number.Flag(p.Err == nil) }},
	{Name: "nats_exporter_failed", Help: "1 with the reason why this scrape has no snapshot: auth, tls, full, unreachable, timeout, disconnected, not_system_account, permission, silent, other.", Extra: []string{"reason"}, Many: func(p *table.Page, em *table.Emitter) {
		if p.Err != nil {
			em.PutLabel(1, reasonOf(p.Err))
		}
	}},
	{Name: "nats_exporter_snapshot_age_seconds", Help: "Age of the snapshot: scrapes close together share one.", Value: func(p *table.Page) float64 {
		if p.Err != nil {
			return number.None
		}
		return p.Counts.Age
	}},
	{Name: "nats_exporter_collector_success", Help: "1 if every server that answered this scrape answered this collector's request, or is too old to support it.", Extra: collectorLabel, Many: eachKind(func(p *table.Page, k fleet.Kind) float64 { return number.Flag(problems(p, k) == 0) })},
	{Name: "nats_exporter_collector_duration_seconds", Help: "Time from the request to the last answer that this collector needs; all collectors send their requests at the same time.", Extra: collectorLabel, Many: eachKind(func(p *table.Page, k fleet.Kind) float64 {
		if t := tally(p, k); t != nil {
			return t.SlowestSeconds
		}
		return number.None
	})},
	{Name: "nats_exporter_collector_answers", Help: "Servers that answered this collector's request.", Extra: collectorLabel, Many: eachKind(func(p *table.Page, k fleet.Kind) float64 {
		if t := tally(p, k); t != nil {
			return float64(t.Answered)
		}
		return number.None
	})},
	{Name: "nats_exporter_collector_duplicates", Help: "Duplicate answers to this collector's request, which were dropped.", Extra: collectorLabel, Many: eachKind(func(p *table.Page, k fleet.Kind) float64 {
		if t := tally(p, k); t != nil {
			sum := 0
			for _, n := range t.Duplicates {
				sum += n
			}
			return float64(sum)
		}
		return number.None
	})},
}}

// duplicateAnswers lists the servers that sent duplicates.
var duplicateAnswers = &table.Plain{Set: metric.Native, Collector: table.SelfCollector, Rows: []table.Row[*table.Page]{
	{Name: "nats_server_answer_duplicates", Help: "Duplicate answers of a server in this scrape, by kind of request: another account imports the requests of the system account.", Extra: []string{"server_id", "kind"}, Many: func(p *table.Page, em *table.Emitter) {
		for _, t := range p.Snapshot.Tallies {
			for _, id := range number.SortedKeys(t.Duplicates) {
				em.PutLabels(float64(t.Duplicates[id]), id, string(t.Kind))
			}
		}
	}},
}}

// selfCounts is rendered last: it counts what was rendered before it.
var selfCounts = &table.Plain{Set: metric.Native, Collector: table.SelfCollector, Rows: []table.Row[*table.Page]{
	{Name: "nats_exporter_series", Help: "Series of the fleet in this scrape.", Value: func(p *table.Page) float64 { return float64(p.Counts.Series) }},
	{Name: "nats_exporter_series_dropped", Help: "Series left out of this scrape because of the limit.", Value: func(p *table.Page) float64 { return float64(p.Counts.Cut) }},
	{Name: "nats_exporter_metric_series_dropped", Help: "The same by metric: those of the least use to an operator are left out first, those that alerts need last.", Extra: []string{"metric"}, Many: func(p *table.Page, em *table.Emitter) {
		for _, name := range number.SortedKeys(p.Counts.CutOf) {
			em.PutLabel(float64(p.Counts.CutOf[name]), name)
		}
	}},
	{Name: "nats_exporter_series_duplicate", Help: "Items left out of this scrape because another has the same labels.", Value: func(p *table.Page) float64 { return float64(p.Duplicates) }},
}}

var collectorLabel = []string{"collector"}

// eachKind emits one value for each chosen collector that sends requests.
func eachKind(value func(*table.Page, fleet.Kind) float64) func(*table.Page, *table.Emitter) {
	return func(p *table.Page, em *table.Emitter) {
		if p.Err != nil {
			return
		}
		for _, c := range collectors {
			if c.kind != "" && p.Chosen[c.name] {
				em.PutLabel(value(p, c.kind), c.name)
			}
		}
	}
}

// problems counts the servers that failed a kind of request. A server too old
// to support it does not count as failed.
func problems(p *table.Page, k fleet.Kind) int {
	n := 0
	for _, p := range p.Snapshot.Problems {
		if p.Kind == k && p.Reason != fleet.Unsupported {
			n++
		}
	}
	return n
}

func tally(p *table.Page, k fleet.Kind) *fleet.Tally {
	i := slices.IndexFunc(p.Snapshot.Tallies, func(t fleet.Tally) bool { return t.Kind == k })
	if i < 0 {
		return nil
	}
	return &p.Snapshot.Tallies[i]
}

// surveyorSelf has nats-surveyor's metrics about itself.
var surveyorSelf = &table.Plain{Set: metric.Surveyor, Collector: table.SelfCollector, Rows: []table.Row[*table.Page]{
	{Name: "nats_up", Help: "1 if the fleet could be queried, 0 if not.", Value: func(p *table.Page) float64 { return number.Flag(p.Err == nil) }},
	{Name: "nats_survey_surveyed_count", Help: "Servers that answered.", Value: func(p *table.Page) float64 { return float64(len(p.Snapshot.Servers)) }},
	{Name: "nats_survey_expected_count", Help: "Servers that should have answered.", Value: func(p *table.Page) float64 { return float64(p.Snapshot.Expected) }},
}}
