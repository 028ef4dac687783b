package checks

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

func TestChecksAreComplete(t *testing.T) {
	names, limits := map[string]bool{}, map[string]bool{}
	for _, c := range All() {
		if c.Name == "" || names[c.Name] || c.find == nil {
			t.Errorf("check %q", c.Name)
		}
		names[c.Name] = true
		for what, text := range map[string]string{"About": c.About, "Why": c.Why, "Next": c.Next} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %s is no sentence: %q", c.Name, what, text)
			}
		}
		for _, l := range c.Limits {
			if l.Name == "" || limits[l.Name] || l.About == "" {
				t.Errorf("%s: limit %q", c.Name, l.Name)
			}
			limits[l.Name] = true
			worse := l.Crit > l.Warn
			if l.Below {
				worse = l.Crit < l.Warn
			}
			if !worse && !math.IsNaN(l.Crit) {
				t.Errorf("%s: %s: critical %v does not lie behind warning %v", c.Name, l.Name, l.Crit, l.Warn)
			}
		}
	}
}

// examine runs one check.
func examine(t *testing.T, in Input, name string) Result {
	t.Helper()
	checks, err := Select(name)
	if err != nil {
		t.Fatal(err)
	}
	if in.Snapshot.Want.Kinds == nil {
		scope := in.Snapshot.Want.Scope
		in.Snapshot.Want = WantFor(All())
		in.Snapshot.Want.Scope = scope
	}
	return Run(in, checks)[0]
}

func TestCheckSaysWhatItCannotSee(t *testing.T) {
	in := healthy()
	in.Snapshot.Want = fleet.Want{Kinds: []fleet.Kind{fleet.Routez}}
	if got := examine(t, in, "raft"); got.Level != fleet.Unknown || !strings.Contains(got.Skipped, "RAFTZ") {
		t.Errorf("%+v", got)
	}
	in = healthy()
	in.Before = nil
	if got := examine(t, in, "slow-consumers"); got.Level != fleet.Unknown || got.Skipped == "" {
		t.Errorf("%+v", got)
	}
	in = healthy()
	in.Snapshot.Problems = []fleet.Problem{{Server: "a", Kind: fleet.Raftz, Reason: fleet.Unsupported}}
	if got := examine(t, in, "raft"); len(got.Unanswered) != 1 || got.Unanswered[0] != "a" {
		t.Errorf("%+v", got)
	}
	if _, err := Select("nope"); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
}

func TestLimitsCanBeSet(t *testing.T) {
	r := Ranges{}
	for text, ok := range map[string]bool{
		"cpu_percent=10,20": true, "memory_percent=90": true, "uptime_seconds=-,60": true,
		"cpu_percent": false, "cpu_percent=x": false, "cpu_percent=nan,90": false, "cpu_percent=70,inf": false, "nope=1,2": false, "": false,
	} {
		if err := r.Set(text); (err == nil) != ok || err != nil && !errors.Is(err, ErrLimit) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if err := r.Set("cpu_percent"); !strings.HasSuffix(err.Error(), "want NAME=WARN,CRIT") {
		t.Errorf("%v", err)
	}
	if got := r["memory_percent"]; !math.IsNaN(got.Warn) || got.Crit != 90 {
		t.Errorf("%+v", got)
	}
	in := healthy()
	in.Ranges = r
	in.Snapshot.Servers[0].Statsz.CPU = 30
	if got := examine(t, in, "cpu"); got.Level != fleet.Warn || got.Findings[0].Value != 15 || got.Findings[0].Limit != 10 {
		t.Errorf("%+v", got)
	}
	for _, l := range Limits() {
		if _, err := json.Marshal(l); err != nil {
			t.Errorf("%s: %v", l.Name, err)
		}
	}
}

// TestWholeFleetStarted checks that no server is blamed for its age when most of
// the fleet started with it, by one look or by several, and that this is told.
func TestWholeFleetStarted(t *testing.T) {
	for _, c := range []struct {
		live   bool
		young  int
		level  fleet.Level
		object string
	}{
		{true, 3, fleet.Info, "fleet"},
		{false, 3, fleet.Info, "fleet"},
		{false, 2, fleet.Info, "fleet"},
		{true, 1, fleet.Warn, "a"},
		{false, 1, fleet.Warn, "a"},
	} {
		in := healthy()
		in.Live = c.live
		in.Snapshot.Servers = nil
		for i := range 3 {
			start := in.Snapshot.Time.Add(-time.Hour)
			if i < c.young {
				start = in.Snapshot.Time.Add(-10 * time.Second)
			}
			info := server.ServerInfo{ID: string(rune('a' + i)), Name: string(rune('a' + i)), Time: in.Snapshot.Time}
			in.Snapshot.Servers = append(in.Snapshot.Servers, &fleet.Server{Info: info, Statsz: &server.ServerStats{Start: start}})
		}
		got := examine(t, in, "uptime")
		if len(got.Findings) != 1 || got.Level != c.level || got.Findings[0].Object != c.object {
			t.Errorf("live %t, %d of 3 are young: %s, %+v", c.live, c.young, got.Level, got.Findings)
		}
	}
}
