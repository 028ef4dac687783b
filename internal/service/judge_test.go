package service

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/micro"
)

// answer is an instance that answered.
func answer(id, version string, stats ...*micro.EndpointStats) Instance {
	i := Instance{Account: "APP", Key: Key{"orders", id}, Answered: true, Place: &Place{"orders", id, "east-1", "east", 3}}
	i.Answer.ServiceIdentity = micro.ServiceIdentity{Name: "orders", ID: id, Version: version}
	i.Answer.Started, i.Answer.Stats = time.Unix(100, 0), stats
	return i
}

func stats(requests, errors int, queue string) *micro.EndpointStats {
	return &micro.EndpointStats{Name: "new", Subject: "orders.new", QueueGroup: queue, NumRequests: requests, NumErrors: errors, ProcessingTime: time.Duration(requests) * 3 * time.Millisecond}
}

// TestJudge finds each kind of fault, and nothing in what is well.
func TestJudge(t *testing.T) {
	mute := Instance{Account: "APP", Key: Key{"orders", "m"}, Place: &Place{"orders", "m", "west-2", "west", 19}}
	for _, tt := range []struct {
		name string
		list []Instance
		want []string // level, instance, words
	}{
		{"well", []Instance{answer("a", "1.0.0", stats(100, 4, "q")), answer("b", "1.0.0", stats(100, 5, "q"))}, nil},
		{"one of two silent", []Instance{answer("a", "1.0.0"), mute}, []string{"warning m has subscribed and does not answer, connection 19 of west-2"}},
		{"all silent", []Instance{mute}, []string{"critical m has subscribed and does not answer"}},
		{"two versions", []Instance{answer("a", "1.0.0"), answer("b", "1.1.0")}, []string{"warning  instances have versions 1.0.0, 1.1.0"}},
		{"no queue group", []Instance{answer("a", "1.0.0", stats(1, 0, "q")), answer("b", "1.0.0", stats(1, 0, ""))}, []string{"warning b endpoint new (orders.new) has no queue group"}},
		{"no queue group in two", []Instance{answer("a", "1.0.0", stats(1, 0, "")), answer("b", "1.0.0", stats(1, 0, ""))}, []string{"warning a endpoint new"}},
		{"no queue group, alone", []Instance{answer("a", "1.0.0", stats(1, 0, ""))}, nil},
		{"errors at the limit", []Instance{answer("a", "1.0.0", stats(60, 2, "q")), answer("b", "1.0.0", stats(40, 3, "q"))}, []string{"warning  5.0% of its requests failed (5 of 100)"}},
		{"errors just below", []Instance{answer("a", "1.0.0", stats(101, 5, "q"))}, nil},
		{"all fail", []Instance{answer("a", "1.0.0", stats(10, 10, "q"))}, []string{"critical  100.0% of its requests failed (10 of 10)"}},
		{"too few to tell", []Instance{answer("a", "1.0.0", stats(9, 9, "q"))}, nil},
		{"nobody asked", []Instance{answer("a", "1.0.0", stats(0, 0, "q"))}, nil},
		{"the worst first", []Instance{answer("a", "1.0.0", stats(10, 10, "q")), answer("b", "2.0.0")}, []string{"critical  100.0%", "warning  instances have versions"}},
	} {
		found := Judge(Group(tt.list), Limits{ErrorShare: .05, MinAsked: 10})
		for n, f := range found {
			line := string(f.Level) + " " + f.Instance + " " + f.What
			if n >= len(tt.want) || !strings.HasPrefix(line, tt.want[n]) {
				t.Errorf("%s: %s", tt.name, line)
			}
			if f.Account != "APP" || f.Service != "orders" || f.Impact == "" || f.Next == "" {
				t.Errorf("%s: incomplete: %+v", tt.name, f)
			}
		}
		if len(found) != len(tt.want) {
			t.Errorf("%s: %d findings, want %d", tt.name, len(found), len(tt.want))
		}
	}
}

// TestInstances joins answers and places, and names the silent.
func TestInstances(t *testing.T) {
	a := answer("a", "1.0.0")
	answers := &Answers{List: []Answer{a.Answer}, Silent: []Key{{"orders", "Z"}}, Gone: []Key{{"orders", "gone"}}}
	got := Instances("APP", answers, []Place{{"orders", "Z", "west-1", "west", 4}, {"orders", "a", "east-1", "east", 3}, {"orders", "a", "east-2", "east", 9}})
	if len(got) != 2 || got[0].ID != "Z" || got[0].Answered || got[0].Place.Server != "west-1" || !got[1].Answered || got[1].Place.Server != "east-1" || got[1].Account != "APP" {
		t.Fatalf("%+v", got)
	}
	s := Group(append(got, Instance{Account: "B", Key: Key{"orders", "x"}}))
	if len(s) != 2 || s[0].Account != "APP" || s[0].Answered() != 1 || len(s[0].Instances) != 2 || strings.Join(s[0].Clusters(), " ") != "east west" || strings.Join(s[0].Versions(), " ") != "1.0.0" || len(s[1].Clusters()) > 0 {
		t.Errorf("%+v", s)
	}
}

// TestSince is what was added between two looks, and nothing over a restart.
func TestSince(t *testing.T) {
	earlier, later := answer("a", "1.0.0", stats(10, 2, "q"), &micro.EndpointStats{NumRequests: -5, NumErrors: -5, ProcessingTime: -5}), answer("a", "1.0.0", stats(30, 5, "q"))
	if got, ok := later.Since(earlier); !ok || got.Requests != 20 || got.Errors != 3 || got.Processing != 60*time.Millisecond {
		t.Errorf("%+v, %v", got, ok)
	}
	if mean, ok := later.Totals().Mean(); !ok || mean != 3*time.Millisecond {
		t.Errorf("mean %v, %v", mean, ok)
	}
	if _, ok := (Totals{}).Mean(); ok {
		t.Error("a mean of nothing")
	}
	restarted := later
	restarted.Answer.Started = time.Unix(200, 0)
	silent := later
	silent.Answered = false
	for name, pair := range map[string][2]Instance{"restarted": {restarted, earlier}, "silent": {silent, earlier}, "was silent": {later, silent}, "went back": {earlier, later}} {
		if got, ok := pair[0].Since(pair[1]); ok {
			t.Errorf("%s: %+v", name, got)
		}
	}
}
