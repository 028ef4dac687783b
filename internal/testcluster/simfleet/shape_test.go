package simfleet_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

// fields collects the names in a JSON document, as paths; what stands in a list counts once, and so do the values of maps
// whose keys are names of the fleet.
func fields(v any, path string, into map[string]bool) {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			at := path + "." + k
			if named[path] || named[at] {
				at = path + ".*"
			} else {
				into[at] = true
			}
			fields(x, at, into)
		}
	case []any:
		for _, x := range v {
			fields(x, path, into)
		}
	}
}

// named are the objects whose keys are not field names.
var named = map[string]bool{
	".data.outbound_gateways": true, ".data.inbound_gateways": true, ".data.http_req_stats": true,
	".data.memstats": true, ".server.metadata": true, ".data.metadata": true,
}

// TestShape compares the names of fields with those of real servers: whatever a real one sends an invented one sends too.
func TestShape(t *testing.T) {
	c, err := broker.Start(t.Context(), spec.Super(3, "east", "west"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	app, err := c.Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(app.Close)
	js, err := jetstream.New(app)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{Name: "S", Subjects: []string{"s.>"}, Replicas: 3}); err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateConsumer(t.Context(), "S", jetstream.ConsumerConfig{Durable: "d"}); err != nil {
		t.Fatal(err)
	}
	if _, err := js.Publish(t.Context(), "s.1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	real, err := c.ConnectSys()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(real.Close)
	_, sim := start(t, simfleet.Spec{Servers: 6, Size: 3, Streams: 6, Consumers: 6, Conns: 5})
	for kind, body := range map[string]string{
		"STATSZ": "", "VARZ": "", "ROUTEZ": "", "GATEWAYZ": "", "HEALTHZ": "", "SUBSZ": "", "ACCOUNTZ": "", "IDZ": "",
		"CONNZ": `{"auth":true}`, "JSZ": `{"streams":true,"consumer":true}`,
	} {
		want, have := map[string]bool{}, map[string]bool{}
		for _, m := range ask(t, real, "$SYS.REQ.SERVER.PING."+kind, body, nil, 6) {
			fields(document(t, m.Data), "", want)
		}
		for _, m := range ask(t, sim, "$SYS.REQ.SERVER.PING."+kind, body, nil, 6) {
			fields(document(t, m.Data), "", have)
		}
		for _, f := range slices.Sorted(maps.Keys(want)) {
			if !have[f] && !passing(f) {
				t.Errorf("%s: real servers send %s", kind, f)
			}
		}
	}
}

// passing tells the fields that a server sends only while a replica is behind or
// away, as it may be in the moment after its group was made.
func passing(field string) bool {
	return strings.HasSuffix(field, ".replicas.lag") || strings.HasSuffix(field, ".replicas.offline")
}

func document(t *testing.T, data []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}
