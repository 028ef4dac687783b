package exporter

import (
	"slices"

	"github.com/natsctl/natsctl/internal/fleet"
)

// selfCollector is the part of the exposition that every scrape has, also one
// without a snapshot.
const selfCollector = "exporter"

// scrape is what one request adds to the view it shares with others.
type scrape struct {
	age         float64 // seconds since the snapshot was complete
	series, cut int
}

var selfState = &plain{set: Native, collector: selfCollector, rows: []row[*view]{
	{name: "nats_exporter_up", help: "1 if this scrape has a snapshot of the fleet, 0 if not; see nats_exporter_failed.", value: func(v *view) float64 { return flag(v.err == nil) }},
	{name: "nats_exporter_failed", help: "1 with the reason why this scrape has no snapshot: disconnected, not_system_account, permission, silent, timeout, other.", extra: []string{"reason"}, many: func(v *view, em *emitter) {
		if v.err != nil {
			em.put1(1, reasonOf(v.err))
		}
	}},
	{name: "nats_exporter_snapshot_age_seconds", help: "How long before this scrape the last answer of its snapshot was in: scrapes close together share one.", value: func(v *view) float64 {
		if v.err != nil {
			return none
		}
		return v.scrape.age
	}},
	{name: "nats_exporter_collector_success", help: "1 if every server that answered at all answered this collector's question, or is too old to know it.", extra: collectorLabel, many: eachKind(func(v *view, k fleet.Kind) float64 { return flag(v.problems(k) == 0) })},
	{name: "nats_exporter_collector_duration_seconds", help: "From the question to the last answer that this collector needs; all collectors ask at once.", extra: collectorLabel, many: eachKind(func(v *view, k fleet.Kind) float64 {
		if t := v.tally(k); t != nil {
			return t.SlowestSeconds
		}
		return none
	})},
	{name: "nats_exporter_collector_answers", help: "Servers that answered this collector's question.", extra: collectorLabel, many: eachKind(func(v *view, k fleet.Kind) float64 {
		if t := v.tally(k); t != nil {
			return float64(t.Answered)
		}
		return none
	})},
	{name: "nats_exporter_collector_duplicates", help: "Answers to this collector's question that came twice and were dropped.", extra: collectorLabel, many: eachKind(func(v *view, k fleet.Kind) float64 {
		if t := v.tally(k); t != nil {
			sum := 0
			for _, n := range t.Duplicates {
				sum += n
			}
			return float64(sum)
		}
		return none
	})},
}}

// duplicateAnswers names the servers behind the duplicates.
var duplicateAnswers = &plain{set: Native, collector: selfCollector, rows: []row[*view]{
	{name: "nats_server_answer_duplicates", help: "Answers of a server that came twice in this scrape, by kind of question: somebody imports the system account's requests.", extra: []string{"server_id", "kind"}, many: func(v *view, em *emitter) {
		for _, t := range v.snap.Tallies {
			for _, id := range sortedKeys(t.Duplicates) {
				em.put2(float64(t.Duplicates[id]), id, string(t.Kind))
			}
		}
	}},
}}

// selfCounts is rendered last: it counts what was rendered before it.
var selfCounts = &plain{set: Native, collector: selfCollector, rows: []row[*view]{
	{name: "nats_exporter_series", help: "Series of the fleet in this scrape.", value: func(v *view) float64 { return float64(v.scrape.series) }},
	{name: "nats_exporter_series_dropped", help: "Series that this scrape lacks because of the limit.", value: func(v *view) float64 { return float64(v.scrape.cut) }},
	{name: "nats_exporter_series_duplicate", help: "Things left out of this scrape because another has the same labels.", value: func(v *view) float64 { return float64(v.duplicates) }},
}}

var collectorLabel = []string{"collector"}

// eachKind emits a figure for each chosen collector that asks servers.
func eachKind(value func(*view, fleet.Kind) float64) func(*view, *emitter) {
	return func(v *view, em *emitter) {
		if v.err != nil {
			return
		}
		for _, c := range collectors {
			if c.kind != "" && v.chosen[c.name] {
				em.put1(value(v, c.kind), c.name)
			}
		}
	}
}

// problems counts the servers that failed a kind of question. A server too old
// for it has not failed.
func (v *view) problems(k fleet.Kind) int {
	n := 0
	for _, p := range v.snap.Problems {
		if p.Kind == k && p.Reason != fleet.Unsupported {
			n++
		}
	}
	return n
}

func (v *view) tally(k fleet.Kind) *fleet.Tally {
	i := slices.IndexFunc(v.snap.Tallies, func(t fleet.Tally) bool { return t.Kind == k })
	if i < 0 {
		return nil
	}
	return &v.snap.Tallies[i]
}

// surveyorSelf has surveyor's own gauges.
var surveyorSelf = &plain{set: Surveyor, collector: selfCollector, rows: []row[*view]{
	{name: "nats_up", help: "1 if the fleet could be asked, 0 if not.", value: func(v *view) float64 { return flag(v.err == nil) }},
	{name: "nats_survey_surveyed_count", help: "Servers that answered.", value: func(v *view) float64 { return float64(len(v.snap.Servers)) }},
	{name: "nats_survey_expected_count", help: "Servers that should have answered.", value: func(v *view) float64 { return float64(v.snap.Expected) }},
}}
