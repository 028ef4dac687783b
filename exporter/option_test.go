package exporter

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// What cannot be used is refused with ErrOption before anything is connected,
// and what is at the limit is not.
func TestOptionsAreChecked(t *testing.T) {
	for _, tt := range []struct {
		what string
		opt  Option
		ok   bool
	}{
		{"timeout", WithTimeout(time.Nanosecond), true},
		{"no timeout", WithTimeout(0), false},
		{"negative timeout", WithTimeout(-time.Second), false},
		{"interval", WithMinInterval(time.Hour), true},
		{"no interval", WithMinInterval(0), true},
		{"negative interval", WithMinInterval(-1), false},
		{"prefix", WithExporterNames("nats"), true},
		{"no prefix", WithExporterNames(""), true},
		{"prefix with a digit first", WithExporterNames("1nats"), false},
		{"prefix with a brace", WithExporterNames("nats{"), false},
		{"prefix with a line after it", WithExporterNames("nats\nx"), false},
		{"collectors", WithCollectors("servers", "streams"), true},
		{"unknown collector", WithCollectors("servers", "nonsense"), false},
		{"accounts", WithAccounts("A.*", "B"), true},
		{"broken accounts", WithAccounts("(", ""), false},
		{"broken denied streams", WithStreams("", "["), false},
		{"broken consumers", WithConsumers("*", ""), false},
	} {
		t.Run(tt.what, func(t *testing.T) {
			switch err := Validate(tt.opt); {
			case tt.ok && err != nil:
				t.Error(err)
			case !tt.ok && !errors.Is(err, ErrOption):
				t.Errorf("%v, want ErrOption", err)
			}
			if tt.ok {
				return
			}
			if _, err := New(nil, tt.opt); !errors.Is(err, ErrOption) {
				t.Errorf("New: %v", err)
			}
		})
	}
}

// Each option reaches its own setting.
func TestOptionsReachTheirSettings(t *testing.T) {
	c := mustConfig(t, WithMinInterval(2*time.Second), WithTimeout(3*time.Second), WithTop(4), WithMaxSeries(5), WithReplicas(true), WithEphemeral(true), WithVersion("v6"), WithSurveyorNames(false), WithExporterNames("p7"), WithCollectors("routes"))
	if c.minInterval != 2*time.Second || c.timeout != 3*time.Second || c.Top != 4 || c.maxSeries != 5 || c.version != "v6" || c.prefix != "p7" {
		t.Errorf("%+v", c)
	}
	if !c.Replicas || !c.Ephemeral || c.surveyor || !c.perServer || !slices.Equal(c.chosen, []string{"routes"}) {
		t.Errorf("%+v", c)
	}
	d := mustConfig(t)
	if d.minInterval != time.Second || d.timeout != 8*time.Second || d.Top != 1000 || d.maxSeries != 1_000_000 || d.Replicas || d.Ephemeral || !d.surveyor || d.perServer {
		t.Errorf("the defaults: %+v", d)
	}
}

// A list of collectors belongs to the exporter once it is given.
func TestCollectorsAreCopied(t *testing.T) {
	list := []string{"servers"}
	c := mustConfig(t, WithCollectors(list...))
	list[0] = "streams"
	if !slices.Equal(c.chosen, []string{"servers"}) {
		t.Errorf("%v", c.chosen)
	}
}

// A pattern must match the whole name, of any that a thing has; what is denied
// is denied whatever is allowed.
func TestPatternAllows(t *testing.T) {
	for _, tt := range []struct {
		allow, deny string
		names       []string
		want        bool
	}{
		{"", "", []string{"A"}, true},
		{"A", "", []string{"A"}, true},
		{"A", "", []string{"AB"}, false},
		{"A", "", []string{"BA"}, false},
		{"A|B", "", []string{"BX"}, false},
		{"A", "", []string{"x", "A"}, true},
		{"", "A", []string{"A"}, false},
		{"", "A", []string{"AB"}, true},
		{"", "A", []string{"x", "A"}, false},
		{"A", "A", []string{"A"}, false},
		{"A.*", "AB", []string{"AC"}, true},
		{"A.*", "AB", []string{"AB"}, false},
	} {
		p, err := scrape.NewPattern(tt.allow, tt.deny)
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Allows(tt.names...); got != tt.want {
			t.Errorf("allow %q deny %q: %q %v", tt.allow, tt.deny, tt.names, got)
		}
	}
}

// Which collectors are on is part of the contract: what costs much is off, and
// the names of prometheus-nats-exporter bring the subscriptions with them.
func TestDefaultCollectors(t *testing.T) {
	on := []string{"servers", "config", "routes", "gateways", "leafs", "accounts", "jetstream", "streams", "consumers", "health", "raft", "events", "limits", "services"}
	if got := DefaultCollectors(false); !slices.Equal(got, on) {
		t.Errorf("%v", got)
	}
	if got := DefaultCollectors(true); !slices.Equal(got, append(on, "subscriptions")) {
		t.Errorf("with the names of the other exporter: %v", got)
	}
	for _, c := range Collectors() {
		if c.Help == "" || c.Default != slices.Contains(on, c.Name) {
			t.Errorf("%+v", c)
		}
	}
}

// The servers are asked what the collectors need, once, and no more.
func TestWantOfCollectors(t *testing.T) {
	for _, tt := range []struct {
		chosen   []string
		replicas bool
		kinds    []fleet.Kind
		js       fleet.JSWant
	}{
		{[]string{"servers"}, false, nil, fleet.JSWant{}},
		{[]string{"events", "limits", "services"}, true, nil, fleet.JSWant{}},
		{[]string{"accounts_detail", "accounts"}, false, []fleet.Kind{fleet.AccountStatz}, fleet.JSWant{}},
		{[]string{"jetstream"}, true, []fleet.Kind{fleet.Jsz}, fleet.JSWant{Raft: true}},
		{[]string{"streams", "jetstream"}, false, []fleet.Kind{fleet.Jsz}, fleet.JSWant{Raft: true, Streams: true, Config: true}},
		{[]string{"streams"}, true, []fleet.Kind{fleet.Jsz}, fleet.JSWant{Raft: true, Streams: true, Config: true, AllReplicas: true}},
		{[]string{"consumers"}, false, []fleet.Kind{fleet.Jsz}, fleet.JSWant{Raft: true, Streams: true, Config: true, Consumers: true, AllReplicas: true}},
		{[]string{"raft", "health", "config"}, false, []fleet.Kind{fleet.Varz, fleet.Healthz, fleet.Raftz}, fleet.JSWant{}},
		{[]string{"connections", "queues", "subscriptions"}, false, []fleet.Kind{fleet.Subsz, fleet.Connz, fleet.Ipqueuesz}, fleet.JSWant{}},
		{[]string{"leafs", "gateways", "routes"}, false, []fleet.Kind{fleet.Routez, fleet.Gatewayz, fleet.Leafz}, fleet.JSWant{}},
	} {
		got := wantOf(tt.chosen, tt.replicas)
		if !slices.Equal(got.Kinds, tt.kinds) || got.JS != tt.js {
			t.Errorf("%v: %v %+v", tt.chosen, got.Kinds, got.JS)
		}
	}
}
