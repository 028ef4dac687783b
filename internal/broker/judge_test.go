package broker

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// TestChaosIsRepeatable draws schedules: the same seed makes the same, each trouble is over before the next, and of the kinds that
// were asked for.
func TestChaosIsRepeatable(t *testing.T) {
	t.Parallel()
	nodes := []Place{{Name: "a"}, {Name: "b"}, {Name: "c"}}
	pl := ChaosPlan{Seed: 7, For: time.Minute, Every: 2 * time.Second}
	all := spectest.Must(NewChaos(pl, nodes))
	if !slices.Equal(all, spectest.Must(NewChaos(pl, nodes))) {
		t.Error("the same seed makes another schedule")
	}
	other := pl
	if other.Seed = 8; slices.Equal(all, spectest.Must(NewChaos(other, nodes))) {
		t.Error("another seed makes the same schedule")
	}
	kinds, victims := map[string]int{}, map[string]int{}
	for i, x := range all {
		kinds[x.Kind]++
		victims[x.Node+x.Fault.A]++
		if x.At != time.Duration(i)*pl.Every || x.Lasts < pl.Every/4 || x.Lasts >= pl.Every*3/4 {
			t.Errorf("%d: %s at %s", i, x, x.At)
		}
		process := x.Kind == "kill" || x.Kind == "pause"
		if process != (x.Node != "") || process != (x.Fault.Kind == "") || !process && (string(x.Fault.Kind) != x.Kind || x.Fault.Check() != nil) {
			t.Errorf("%+v", x)
		}
		if (x.Fault.Delay > 0) != (x.Kind == "latency") || x.Fault.Delay >= 105*time.Millisecond {
			t.Errorf("delay of %+v", x)
		}
	}
	if len(all) != 30 || len(kinds) != 6 || len(victims) != 3 {
		t.Errorf("%d troubles, kinds %v, victims %v", len(all), kinds, victims)
	}
	pl.Kinds = []string{"pause", "drop"}
	for _, x := range spectest.Must(NewChaos(pl, nodes)) {
		if x.Kind != "pause" && x.Kind != "drop" {
			t.Errorf("not asked for: %s", x)
		}
	}
	for name, bad := range map[string]ChaosPlan{
		"kind":  {For: time.Minute, Every: time.Second, Kinds: []string{"kill", "flood"}},
		"often": {For: time.Minute, Every: 99 * time.Millisecond},
		"short": {For: time.Second, Every: 2 * time.Second},
	} {
		if _, err := NewChaos(bad, nodes); !errors.Is(err, link.ErrFault) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if one := spectest.Must(NewChaos(ChaosPlan{For: 100 * time.Millisecond, Every: 100 * time.Millisecond}, nodes)); len(one) != 1 {
		t.Errorf("the least: %v", one)
	}
	for want, x := range map[string]Trouble{
		"kill a for 2s":                        {Kind: "kill", Node: "a", Lasts: 2 * time.Second},
		"drop a | all others":                  {Kind: "drop", Fault: link.Fault{Kind: link.Drop, A: "a"}, Lasts: time.Second},
		"latency b | all others 5ms for 300ms": {Kind: "latency", Fault: link.Fault{Kind: link.Latency, A: "b", Delay: 5 * time.Millisecond}, Lasts: 300 * time.Millisecond},
	} {
		if got := x.String(); got != want {
			t.Errorf("got %q", got)
		}
	}
}

// TestOtherPrograms refuses what is no nats-server, and tells an older release.
func TestOtherPrograms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	script := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"+text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good, stranger := script("good", "echo 'nats-server: v2.9.10'\n"), script("stranger", "echo hello; exit 0\n")
	for path, want := range map[string]string{
		"": "", good: "", filepath.Join(dir, "none"): "no such file", "relative": "relative", dir: "is a directory",
	} {
		if err := checkProgram(path); want == "" && err != nil || want != "" && (!errors.Is(err, spec.ErrInvalid) || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v", path, err)
		}
	}
	if v, err := versionOf(t.Context(), good); v != "v2.9.10" || err != nil {
		t.Errorf("%s %v", v, err)
	}
	if v, err := versionOf(t.Context(), ""); v != "v"+server.VERSION || err != nil {
		t.Errorf("%s %v", v, err)
	}
	for _, bad := range []string{stranger, script("fails", "exit 3\n"), script("both", "echo v2.9.10; exit 1\n")} {
		if _, err := versionOf(t.Context(), bad); !errors.Is(err, spec.ErrInvalid) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	for versions, want := range map[[2]string]bool{
		{"v2.9.10", "v2.10.0"}: true, {"v2.10.0", "v2.9.10"}: false, {"v2.9.1", "v2.9.10"}: false, {"v1.99.0", "v2.0.0"}: true, {"v2.15.2", "v2.15.2"}: false, {"v3.0.0", "v2.15.0"}: false,
	} {
		if got := older(versions[0], versions[1]); got != want {
			t.Errorf("%v: %v", versions, got)
		}
	}
	for text, want := range map[string]string{"nats-server: bad\nmore": "bad", "\n\n x \n y": "x ", "": ""} {
		if got := firstLine([]byte(text)); got != want {
			t.Errorf("%q: %q", text, got)
		}
	}
}

// TestWhenANodeIsRestored ends a pause or a kill at its time, unless another caller has changed the node since.
func TestWhenANodeIsRestored(t *testing.T) {
	t.Parallel()
	p := &process{phase: Paused, since: at(1)}
	if p.setEnd(0); !p.endTime().IsZero() {
		t.Error("it would end")
	}
	before := time.Now()
	p.setEnd(time.Hour)
	if end := p.endTime(); end.Before(before.Add(time.Hour)) || end.After(time.Now().Add(time.Hour)) {
		t.Errorf("it would end at %s", end)
	}
	if p.undo(p.until.Add(-time.Second)) || p.endTime().IsZero() {
		t.Error("it was healed too early")
	}
	p.phase = Exited
	if end := p.until; !p.undo(end) || p.undo(end) {
		t.Error("a node that was killed is not started once, at its time")
	}
	p.setEnd(time.Hour)
	p.since = at(2)
	if !p.endTime().IsZero() || p.undo(time.Now().Add(2*time.Hour)) {
		t.Error("another caller has changed the node since")
	}
}

// TestCounts is a number with its noun.
func TestCounts(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0 servers", 1: "1 server", 2: "2 servers"} {
		if got := count(n, "server"); got != want {
			t.Errorf("got %s", got)
		}
	}
}
