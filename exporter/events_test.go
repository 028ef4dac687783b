package exporter

import (
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// Every kind of event counts in its own metric, with the labels of where, whose
// and why, and in no other.
func TestEventsAreCounted(t *testing.T) {
	advisory := func(subject string) fleet.Event {
		return fleet.Event{Kind: fleet.EventAdvisory, Server: "east-1", Account: "APP", Why: "because", Subject: "$JS.EVENT.ADVISORY." + subject}
	}
	plain := func(kind fleet.EventKind) fleet.Event {
		return fleet.Event{Kind: kind, Server: "east-1", Account: "APP", Why: "because", Subject: "$SYS.x"}
	}
	for _, tt := range []struct {
		what  string
		event fleet.Event
		want  []string
	}{
		{"connect", plain(fleet.EventConnect), []string{"nats_events_connects_total{account=APP,server_name=east-1}"}},
		{"leaf connect", plain(fleet.EventLeafConnect), []string{"nats_events_connects_total{account=APP,server_name=east-1}"}},
		{"disconnect", plain(fleet.EventDisconnect), []string{"nats_events_disconnects_total{account=APP,reason=because,server_name=east-1}"}},
		{"leaf disconnect", plain(fleet.EventLeafDisconnect), []string{"nats_events_disconnects_total{account=APP,reason=because,server_name=east-1}"}},
		{"auth error", plain(fleet.EventAuthError), []string{"nats_events_auth_errors_total{reason=because,server_name=east-1}"}},
		{"refused login", fleet.Event{
			Kind: fleet.EventAuthError, Server: "east-1", Why: "because: it was revoked at 12:00",
			Refusal: &fleet.Refusal{Reason: "because", Causes: []fleet.RefusalCause{{Code: "revoked"}, {Code: "expired"}}},
		}, []string{"nats_events_auth_errors_total{reason=because,server_name=east-1}", "nats_events_refused_logins_total{cause=revoked,server_name=east-1}"}},
		{"lame duck", plain(fleet.EventLameDuck), []string{"nats_events_servers_total{event=lame_duck,server_name=east-1}"}},
		{"shutdown", plain(fleet.EventShutdown), []string{"nats_events_servers_total{event=shutdown,server_name=east-1}"}},
		{"gap", plain(fleet.EventGap), []string{"nats_exporter_event_gaps_total{}"}},
		{"election", advisory("STREAM.LEADER_ELECTED.ORDERS"), []string{
			"nats_events_advisories_total{account=APP,advisory=STREAM.LEADER_ELECTED}", "nats_events_elections_total{account=APP,asset=stream}",
		}},
		{"election of a consumer", advisory("CONSUMER.LEADER_ELECTED.ORDERS.ship"), []string{
			"nats_events_advisories_total{account=APP,advisory=CONSUMER.LEADER_ELECTED}", "nats_events_elections_total{account=APP,asset=consumer}",
		}},
		{"quorum", advisory("STREAM.QUORUM_LOST.ORDERS"), []string{
			"nats_events_advisories_total{account=APP,advisory=STREAM.QUORUM_LOST}", "nats_events_quorum_lost_total{account=APP,asset=stream}",
		}},
		{"other advisory", advisory("STREAM.CREATED.ORDERS"), []string{"nats_events_advisories_total{account=APP,advisory=STREAM.CREATED}"}},
		{"advisory of two tokens", advisory("DOMAIN.LEADER_ELECTED"), []string{
			"nats_events_advisories_total{account=APP,advisory=DOMAIN.LEADER_ELECTED}", "nats_events_elections_total{account=APP,asset=domain}",
		}},
		{"short advisory", advisory("API"), nil},
		{"foreign subject", fleet.Event{Kind: fleet.EventAdvisory, Account: "APP", Subject: "a.b.c.STREAM.LEADER_ELECTED"}, nil},
	} {
		t.Run(tt.what, func(t *testing.T) {
			e := exporterOf(t, sampleFleet())
			before := flatten(t, mustGather(t, e))
			e.own.events.count(tt.event)
			if got := grown(before, flatten(t, mustGather(t, e))); !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

// grown lists the series of events that are one higher than before.
func grown(before, after map[string]float64) (keys []string) {
	for _, key := range slices.Sorted(keysOf(after)) {
		if isEvent(key) && after[key] == before[key]+1 {
			keys = append(keys, key)
		}
	}
	return keys
}

// Every kind of event that has a counter is listened for.
func TestCountedKinds(t *testing.T) {
	for _, kind := range []fleet.EventKind{
		fleet.EventConnect, fleet.EventDisconnect, fleet.EventLeafConnect, fleet.EventLeafDisconnect,
		fleet.EventAuthError, fleet.EventLameDuck, fleet.EventShutdown, fleet.EventAdvisory,
	} {
		if !slices.Contains(counted, kind) {
			t.Errorf("nothing listens for %s", kind)
		}
	}
}

// Names in events come from strangers: beyond the limit they are one, each kind
// of label by its own limit, and what is known keeps its name.
func TestEventLabelsAreBounded(t *testing.T) {
	e := exporterOf(t, sampleFleet())
	for i := range 2*maxEventNames + 1 {
		name := string(rune('a'+i%26)) + itoa(i)
		e.own.events.count(fleet.Event{Kind: fleet.EventConnect, Server: name, Account: "APP"})
		e.own.events.count(fleet.Event{Kind: fleet.EventAuthError, Server: "east-1", Why: name})
		e.own.events.count(fleet.Event{Kind: fleet.EventAdvisory, Account: "APP", Subject: advisoryPrefix + "X." + name + ".y"})
		e.own.events.count(fleet.Event{Kind: fleet.EventAdvisory, Account: "SHOP", Subject: advisoryPrefix + name + ".LEADER_ELECTED.y"})
		e.own.events.count(fleet.Event{Kind: fleet.EventAdvisory, Account: "SHOP", Subject: advisoryPrefix + name + ".QUORUM_LOST.y"})
	}
	series := flatten(t, mustGather(t, e))
	for _, name := range []string{"nats_events_elections_total", "nats_events_quorum_lost_total"} {
		if values := pick(series, name, "account=SHOP"); len(values) > maxEventNames/10+1 || sum(values) != 2*maxEventNames+1 {
			t.Errorf("%s: %d series, in all %v", name, len(values), sum(values))
		}
	}
	for name, limit := range map[string]int{
		"nats_events_connects_total": maxEventNames, "nats_events_auth_errors_total": maxEventNames / 10, "nats_events_advisories_total": maxEventNames / 10,
	} {
		values := pick(series, name)
		if name == "nats_events_advisories_total" {
			values = pick(series, name, "account=APP")
		}
		if len(values) > limit+1 || sum(values) != 2*maxEventNames+1 {
			t.Errorf("%s: %d series, in all %v", name, len(values), sum(values))
		}
	}
	if got := pick(series, "nats_events_connects_total", "server_name="+scrape.NameOther); len(got) != 1 || got[0] < maxEventNames {
		t.Errorf("the others: %v", got)
	}
	if got := pick(series, "nats_events_connects_total", "server_name=a0"); len(got) != 1 || got[0] != 1 {
		t.Errorf("the first: %v", got)
	}
}

// A name that was forgotten makes room for one other.
func TestBoundedForgets(t *testing.T) {
	b := newLabelLimit(2)
	for _, step := range []struct{ name, want string }{{"a", "a"}, {"b", "b"}, {"c", scrape.NameOther}, {"a", "a"}} {
		if got := b.label(step.name); got != step.want {
			t.Errorf("%s: %s, want %s", step.name, got, step.want)
		}
	}
	b.remove("a")
	if got := b.label("c"); got != "c" {
		t.Errorf("the place of the forgotten is not given away: %s", got)
	}
	if got := b.label("a"); got != scrape.NameOther {
		t.Errorf("more names than may be: %s", got)
	}
}

// A counter of events begins at 0, so that the first burst has an increase:
// what alerts look at from the first page on, everything else on the page after
// its first event, before it counts.
func TestEventsBeginAtZero(t *testing.T) {
	e := exporterOf(t, sampleFleet(), WithMinInterval(0))
	series := seriesOf(t, scrapeText(t, e))
	for _, key := range []string{
		"nats_events_auth_errors_total{reason=Authentication Failure,server_name=east-1}", "nats_events_servers_total{event=shutdown,server_name=east-2}", "nats_events_servers_total{event=lame_duck,server_name=edge}",
		"nats_events_elections_total{account=AAPP,asset=stream}", "nats_events_elections_total{account=AAPP,asset=consumer}", "nats_events_elections_total{account=,asset=meta}", "nats_events_quorum_lost_total{account=AAPP,asset=stream}",
	} {
		if got, ok := series[key]; !ok || got != 0 {
			t.Errorf("%s: %v %v", key, got, ok)
		}
	}
	const burst = "nats_events_disconnects_total{account=APP,reason=Slow Consumer (Pending Bytes),server_name=east-1}"
	for range 3 {
		e.own.events.count(fleet.Event{Kind: fleet.EventDisconnect, Server: "east-1", Account: "APP", Why: "Slow Consumer (Pending Bytes)"})
	}
	e.own.events.count(fleet.Event{Kind: fleet.EventAuthError, Server: "east-1", Why: "Authentication Failure"})
	for i, want := range []float64{0, 3, 5} {
		series = seriesOf(t, scrapeText(t, e))
		if got, ok := series[burst]; !ok || got != want {
			t.Errorf("page %d: %v %v, want %v", i, got, ok, want)
		}
		if got := series["nats_events_auth_errors_total{reason=Authentication Failure,server_name=east-1}"]; got != 1 {
			t.Errorf("page %d: a series that was shown counts later: %v", i, got)
		}
		if i == 1 {
			for range 2 {
				e.own.events.count(fleet.Event{Kind: fleet.EventDisconnect, Server: "east-1", Account: "APP", Why: "Slow Consumer (Pending Bytes)"})
			}
		}
	}
}

// Without the collector nothing of events begins.
func TestNoEventsBegin(t *testing.T) {
	series := seriesOf(t, scrapeText(t, exporterOf(t, sampleFleet(), WithCollectors("servers"))))
	for key := range series {
		if strings.HasPrefix(key, "nats_events_") {
			t.Errorf("%s", key)
		}
	}
}
