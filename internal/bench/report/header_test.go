package report

import (
	"bytes"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// TestSettings names what decides the figures of each workload, and nothing that
// it does not use.
func TestSettings(t *testing.T) {
	for name, c := range map[string]struct {
		spec scenario.Spec
		want string
	}{
		"pub":     {scenario.Spec{Workload: scenario.Pub}, "subject: generated|payload: 128 B of random|measure: 10s after a warm-up of 2s, timeout 5s"},
		"pubsub":  {scenario.Spec{Workload: scenario.PubSub, Subject: "a.b", Subjects: 7, Queue: "q", Sizes: []int{1, 20}, Payload: "text", Msgs: 5000, Warmup: -1, Timeout: 7e9}, "subject: a.b, 7 below it (sequential), queue group q|payload: 1 B, 20 B of text|measure: 5,000 messages without warm-up, timeout 7s"},
		"request": {scenario.Spec{Workload: scenario.Request, Request: &scenario.Service{Serve: 3, Think: 2e6, ReplySize: 99}}, "subject: generated|service: 3 built-in responders, think 2ms, replies of 99 B|payload: 128 B of random|measure: 10s after a warm-up of 2s, timeout 5s"},
		"one":     {scenario.Spec{Workload: scenario.Request, Request: &scenario.Service{Serve: 1}}, "subject: generated|service: 1 built-in responder|payload: 128 B of random|measure: 10s after a warm-up of 2s, timeout 5s"},
		"service": {scenario.Spec{Workload: scenario.Request, Subject: "s"}, "subject: s|service: existing|payload: 128 B of random|measure: 10s after a warm-up of 2s, timeout 5s"},
		"js-pub":  {scenario.Spec{Workload: scenario.JSPub, JS: &scenario.Stream{Replicas: 3, Storage: "memory"}, Load: scenario.Load{Window: 50}}, "subject: generated|stream: temporary, memory storage, 3 replicas|publish: acks window:50|payload: 128 B of random|measure: 10s after a warm-up of 2s, timeout 5s"},
		"batch":   {scenario.Spec{Workload: scenario.JSPub, JS: &scenario.Stream{Name: "S", Ack: "batch", Batch: 70}}, "subject: generated|stream: S, file storage, 1 replica|publish: acks batch:70|payload: 128 B of random|measure: 10s after a warm-up of 2s, timeout 5s"},
		"js-e2e":  {scenario.Spec{Workload: scenario.JSE2E, JS: &scenario.Stream{Ack: "sync", Mode: "fetch", ConsAck: "all", Batch: 40}, Load: scenario.Load{Rate: 9}}, "subject: generated|stream: temporary, file storage, 1 replica|publish: acks sync|consume: fetch, acks all, batches of 40|payload: 128 B of random|measure: 10s after a warm-up of 2s, timeout 5s"},
		"consume": {scenario.Spec{Workload: scenario.JSConsume, JS: &scenario.Stream{Backlog: 60}}, "subject: generated|stream: temporary, file storage, 1 replica|consume: consume, acks explicit, batches of 500, backlog 60|payload: 128 B of random|measure: 60 messages without warm-up, timeout 5s"},
		"kv":      {scenario.Spec{Workload: scenario.KV, Dist: "zipf", KV: &scenario.Bucket{Keys: 9, Get: 1, Put: 2, CAS: 3}}, "bucket: temporary, file storage, 1 replica, 9 keys (zipf), get=1,put=2,cas=3|payload: 128 B of random|measure: 10s after a warm-up of 2s, timeout 5s"},
	} {
		spec, err := c.spec.Normalize()
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, s := range settings(spec) {
			got = append(got, s.Name+": "+s.Text)
		}
		if text := strings.Join(got, "|"); text != c.want {
			t.Errorf("%s:\n%s, want\n%s", name, text, c.want)
		}
	}
}

// TestSettingsAreShown in text and on the page, with hostile names made safe.
func TestSettingsAreShown(t *testing.T) {
	r := sample(t)
	r.Spec.Subject = "a\x1b<b>"
	if text := show(t, r, Options{}); !strings.Contains(text, "subject     a?<b>\n") || !strings.Contains(text, "measure     10s after a warm-up of 2s, timeout 5s\n") {
		t.Errorf("\n%s", text)
	}
	var b bytes.Buffer
	if err := HTML(&b, r); err != nil {
		t.Fatal(err)
	}
	if page := b.String(); !strings.Contains(page, "subject: a") || strings.Contains(page, "<b>") || !strings.Contains(page, ", TLS") {
		t.Errorf("\n%s", page)
	}
}
