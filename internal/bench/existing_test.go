package bench

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// TestHazards names what each workload could do to streams of each kind.
func TestHazards(t *testing.T) {
	const (
		consumed  = "retention removes"
		handed    = "retention hands"
		evicts    = "limits would evict"
		refuses   = "at its limits it refuses"
		perTopic  = "limit for each subject"
		mixed     = "could not be distinguished"
		unpurged  = "cannot be purged"
		jsConsume = scenario.JSConsume
	)
	plain := jetstream.StreamConfig{}
	for name, c := range map[string]struct {
		cfg       jetstream.StreamConfig
		workload  scenario.Workload
		exclusive bool
		want      []string
	}{
		"consume a log":             {plain, jsConsume, false, nil},
		"consume a limited log":     {jetstream.StreamConfig{MaxMsgs: 5, MaxBytes: 5, MaxMsgsPerSubject: 5, DenyPurge: true}, jsConsume, false, nil},
		"consume a work queue":      {jetstream.StreamConfig{Retention: jetstream.WorkQueuePolicy}, jsConsume, false, []string{consumed}},
		"consume interest":          {jetstream.StreamConfig{Retention: jetstream.InterestPolicy}, jsConsume, true, []string{consumed}},
		"publish":                   {plain, scenario.JSPub, true, nil},
		"publish, mixed":            {plain, scenario.JSPub, false, []string{mixed}},
		"publish into a work queue": {jetstream.StreamConfig{Retention: jetstream.WorkQueuePolicy}, scenario.JSPub, true, []string{handed}},
		"both in a work queue":      {jetstream.StreamConfig{Retention: jetstream.WorkQueuePolicy}, scenario.JSE2E, true, []string{consumed}},
		"both with interest":        {jetstream.StreamConfig{Retention: jetstream.InterestPolicy}, scenario.JSE2E, true, []string{consumed}},
		"many messages":             {jetstream.StreamConfig{MaxMsgs: 1}, scenario.JSPub, true, []string{evicts}},
		"many bytes":                {jetstream.StreamConfig{MaxBytes: 1}, scenario.JSE2E, true, []string{evicts}},
		"full, refusing":            {jetstream.StreamConfig{MaxBytes: 1, Discard: jetstream.DiscardNew}, scenario.JSPub, true, []string{refuses}},
		"no limit, refusing":        {jetstream.StreamConfig{MaxBytes: -1, MaxMsgs: -1, Discard: jetstream.DiscardNew}, scenario.JSPub, true, nil},
		"per subject":               {jetstream.StreamConfig{MaxMsgsPerSubject: 1}, scenario.JSPub, true, nil},
		"per subject, mixed":        {jetstream.StreamConfig{MaxMsgsPerSubject: 1}, scenario.JSPub, false, []string{perTopic, mixed}},
		"no purge":                  {jetstream.StreamConfig{DenyPurge: true}, scenario.JSPub, true, []string{unpurged}},
	} {
		got := hazards(c.cfg, c.workload, c.exclusive)
		if !slices.EqualFunc(got, c.want, strings.Contains) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestUnusedSubject puts a name of its own in the place of wildcards.
func TestUnusedSubject(t *testing.T) {
	for _, c := range []struct {
		subjects []string
		many     bool
		want     string
		ok       bool
	}{
		{[]string{"a.>"}, false, "a.X", true},
		{[]string{"a.>"}, true, "a.X", true},
		{[]string{"a.*.c", "b.>"}, false, "b.X", true},
		{[]string{"a.*.c"}, false, "a.X.c", true},
		{[]string{"a.*.c"}, true, "a.*.c", false},
		{[]string{"a", "b.*"}, false, "b.X", true},
		{[]string{"*.*.>"}, false, "X.X.X", true},
		{[]string{"a", "b"}, false, "a", false},
		{[]string{"a*.b"}, false, "a*.b", false},
	} {
		if got, ok := unusedSubject(c.subjects, "X", c.many); got != c.want || ok != c.ok {
			t.Errorf("%q, many %v: %q, %v", c.subjects, c.many, got, ok)
		}
	}
}

// TestHeldSince counts what limits have left of the newest messages.
func TestHeldSince(t *testing.T) {
	for _, c := range []struct {
		first, last, msgs, before uint64
		want                      int64
	}{
		{1, 10, 10, 0, 10}, {1, 10, 10, 4, 6}, {1, 10, 10, 10, 0}, {8, 10, 3, 4, 3}, {3, 10, 8, 4, 6}, {11, 10, 0, 4, 0}, {1, 10, 7, 0, 7}, {1, 0, 0, 0, 0},
	} {
		now := jetstream.StreamState{FirstSeq: c.first, LastSeq: c.last, Msgs: c.msgs}
		if got := heldSince(now, c.before); got != c.want {
			t.Errorf("%+v: %d", c, got)
		}
	}
}

// TestExistingMessagesAreSafe runs every workload on streams of the user's that
// hold 50 messages: each run is refused before it does anything, or leaves
// exactly those 50.
func TestExistingMessagesAreSafe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		cfg     jetstream.StreamConfig
		refused []scenario.Workload
	}{
		"log":           {jetstream.StreamConfig{Subjects: []string{"s.>"}}, nil},
		"one subject":   {jetstream.StreamConfig{Subjects: []string{"s"}}, []scenario.Workload{scenario.JSPub, scenario.JSE2E}},
		"work queue":    {jetstream.StreamConfig{Subjects: []string{"s.>"}, Retention: jetstream.WorkQueuePolicy}, []scenario.Workload{scenario.JSPub, scenario.JSE2E, scenario.JSConsume}},
		"evicting":      {jetstream.StreamConfig{Subjects: []string{"s.>"}, MaxMsgs: 60}, []scenario.Workload{scenario.JSPub, scenario.JSE2E}},
		"refusing":      {jetstream.StreamConfig{Subjects: []string{"s.>"}, MaxMsgs: 60, Discard: jetstream.DiscardNew}, []scenario.Workload{scenario.JSPub, scenario.JSE2E}},
		"not purgeable": {jetstream.StreamConfig{Subjects: []string{"s.>"}, DenyPurge: true}, []scenario.Workload{scenario.JSPub, scenario.JSE2E}},
	} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t)
			c.cfg.Name = "MINE"
			stream := usersStream(t, s, c.cfg, 50)
			for _, w := range []scenario.Workload{scenario.JSPub, scenario.JSE2E, scenario.JSConsume} {
				spec := scenario.Spec{Workload: w, JS: &scenario.Stream{Name: "MINE"}, Load: scenario.Load{Rate: 1000}, Msgs: 100, Warmup: 20 * ms, Timeout: 5000 * ms}
				if w == scenario.JSConsume {
					spec.Load = scenario.Load{}
				}
				res, err := Execute(t.Context(), spec, to(s.ClientURL()))
				if want := slices.Contains(c.refused, w); errors.Is(err, ErrHarm) != want || !want && err != nil {
					t.Errorf("%s: refused %v: %v", w, !want, err)
				}
				if err == nil && w != scenario.JSConsume && (res.Runs[0].JS.Stored < 100 || res.Runs[0].JS.Stored > 130 || res.Runs[0].Lost != 0) {
					t.Errorf("%s: stored %d, lost %d", w, res.Runs[0].JS.Stored, res.Runs[0].Lost)
				}
				info, err := stream.Info(t.Context())
				if err != nil || info.State.Msgs != 50 || info.State.FirstSeq != 1 || info.State.Consumers != 0 {
					t.Errorf("after %s: %+v, %v", w, info.State, err)
				}
			}
		})
	}
}

// TestUsedSubjectIsRefused does not mix with messages on a subject that the user named.
func TestUsedSubjectIsRefused(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	stream := usersStream(t, s, jetstream.StreamConfig{Name: "MINE", Subjects: []string{"s.>"}}, 5) // on s.bench
	spec := scenario.Spec{Workload: scenario.JSPub, JS: &scenario.Stream{Name: "MINE"}, Subject: "s.bench", Msgs: 20, Warmup: -1}
	if _, err := Execute(t.Context(), spec, to(s.ClientURL())); !errors.Is(err, ErrHarm) {
		t.Errorf("a used subject: %v", err)
	}
	spec.Subject = "s.free"
	if r := mustExecute(t, spec, to(s.ClientURL())); r.JS.Stored != 20 {
		t.Errorf("an unused subject: stored %d", r.JS.Stored)
	}
	if info, err := stream.Info(t.Context()); err != nil || info.State.Msgs != 5 {
		t.Errorf("%+v, %v", info.State, err)
	}
}

// TestAllowDestroy does what is refused otherwise, and says what is left of the
// run's own messages.
func TestAllowDestroy(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	stream := usersStream(t, s, jetstream.StreamConfig{Name: "MINE", Subjects: []string{"s"}, MaxMsgs: 30}, 30)
	spec := scenario.Spec{Workload: scenario.JSPub, JS: &scenario.Stream{Name: "MINE"}, Msgs: 100, Warmup: -1}
	r := mustExecute(t, spec, to(s.ClientURL()), AllowDestroy())
	if r.JS.Acked != 100 || r.JS.Stored != 30 || r.Validity.Valid {
		t.Errorf("acknowledged %d, stored %d, valid %v", r.JS.Acked, r.JS.Stored, r.Validity.Valid)
	}
	if info, err := stream.Info(t.Context()); err != nil || info.State.Msgs != 30 || info.State.LastSeq != 130 {
		t.Errorf("%+v, %v", info.State, err)
	}
}

// TestLimitedBucketIsRefused could fill a bucket so that the application's puts fail.
func TestLimitedBucketIsRefused(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	js := jetStreamOf(t, s)
	kv, err := js.CreateKeyValue(t.Context(), jetstream.KeyValueConfig{Bucket: "mine", MaxBytes: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	spec := scenario.Spec{Workload: scenario.KV, KV: &scenario.Bucket{Name: "mine", Keys: 5}, Msgs: 20, Warmup: -1}
	if _, err := Execute(t.Context(), spec, to(s.ClientURL())); !errors.Is(err, ErrHarm) || !strings.Contains(err.Error(), "bucket mine") {
		t.Errorf("got %v", err)
	}
	if r := mustExecute(t, spec, to(s.ClientURL()), AllowDestroy()); r.Received != 20 {
		t.Errorf("received %d", r.Received)
	}
	if keys, err := kv.Keys(t.Context()); !errors.Is(err, jetstream.ErrNoKeysFound) {
		t.Errorf("left behind: %v, %v", keys, err)
	}
}

// TestConsumerHasTheReplicasOfItsStream asks in the middle of a run.
func TestConsumerHasTheReplicasOfItsStream(t *testing.T) {
	t.Parallel()
	long(t)
	c, connect := threeNodes(t)
	replicas := map[string]int{}
	watch := WithProgress(func(p Progress) {
		if p.Phase != "measure" || len(replicas) > 0 {
			return
		}
		for info := range c.ListStreams(t.Context()).Info() {
			stream, err := c.Stream(t.Context(), info.Config.Name)
			if err != nil {
				t.Error(err)
				return
			}
			for consumer := range stream.ListConsumers(t.Context()).Info() {
				replicas[consumer.Name] = consumer.Config.Replicas
			}
		}
	})
	mustExecute(t, scenario.Spec{Workload: scenario.JSE2E, JS: &scenario.Stream{Replicas: 3, Storage: "memory"}, Load: scenario.Load{Rate: 100}, Duration: 1500 * ms, Warmup: -1, Timeout: 20_000 * ms}, connect, watch)
	if len(replicas) != 1 {
		t.Fatalf("consumers %v", replicas)
	}
	for name, n := range replicas {
		if n != 3 {
			t.Errorf("consumer %s has %d replicas", name, n)
		}
	}
}
