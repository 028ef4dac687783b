package exporter

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// twoOf is a fleet of which the snapshot changes.
func twoOf(t *testing.T, opts ...Option) (*Exporter, func(names ...string) map[string]float64) {
	t.Helper()
	now := sampleFleet()
	e := exporterOf(t, nil, append(opts, WithMinInterval(0))...)
	e.src = sourceFunc(func(context.Context, fleet.Want) (*fleet.Snapshot, error) { return now, nil })
	return e, func(names ...string) map[string]float64 {
		now = sampleFleet()
		now.Missing, now.Problems = nil, nil
		now.Servers = slices.DeleteFunc(now.Servers, func(sv *fleet.Server) bool { return !slices.Contains(names, sv.Info.Name) })
		now.Expected = len(now.Servers)
		return seriesOf(t, scrapeText(t, e))
	}
}

// A server that dies is missed until it is back, whatever the others say.
func TestTheDeadAreNotForgotten(t *testing.T) {
	_, scrape := twoOf(t)
	scrape("east-1", "east-2", "east-3")
	scrape("east-1", "east-2", "east-3")
	for range 50 {
		series := scrape("east-1")
		if down := byLabel(series, "nats_server_up", "server_name"); len(down) != 3 || down["east-1"] != 1 || down["east-2"] != 0 || down["east-3"] != 0 {
			t.Fatalf("%v", down)
		}
		if got := pick(series, "nats_servers_missing"); !slices.Equal(got, []float64{2}) {
			t.Fatalf("missing %v", got)
		}
		if got := pick(series, "nats_servers_expected"); !slices.Equal(got, []float64{3}) {
			t.Fatalf("expected %v", got)
		}
		if got := pick(series, "nats_server_missing", "server_name=east-2", "reason=gone"); !slices.Equal(got, []float64{1}) {
			t.Fatalf("%v", got)
		}
	}
	if got := pick(scrape("east-1", "east-2", "east-3"), "nats_servers_missing"); !slices.Equal(got, []float64{0}) {
		t.Errorf("after they are back: missing %v", got)
	}
}

// A fresh exporter with the state file knows the dead; one that is told what to
// expect knows them without.
func TestAFreshExporterKnowsTheDead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	_, scrape := twoOf(t, WithState(path))
	scrape("east-1", "east-2", "east-3")
	scrape("east-1", "east-2", "east-3")
	for what, opt := range map[string]Option{"state": WithState(path), "names": WithExpected(0, "east-1", "east-2", "east-3"), "number": WithExpected(3)} {
		_, scrape := twoOf(t, opt)
		if got := pick(scrape("east-1"), "nats_servers_expected"); !slices.Equal(got, []float64{3}) {
			t.Errorf("%s: expected %v", what, got)
		}
	}
	if err := Forget(path, "east-2"); err != nil {
		t.Fatal(err)
	}
	series := scrape("east-1")
	if got := byLabel(series, "nats_server_missing", "server_name"); len(got) != 1 || got["east-3"] != 1 {
		t.Errorf("missing %v", got)
	}
	if got := pick(series, "nats_server_departed_timestamp_seconds", "server_name=east-2", "how=forgotten"); len(got) != 1 {
		t.Errorf("departed %v", got)
	}
	if names, err := Remembered(path); err != nil || !slices.Equal(names, []string{"east-1", "east-3"}) {
		t.Errorf("%q %v", names, err)
	}
}

// A server that announced its end is not missed, and not after the announcement
// is forgotten either.
func TestTheAnnouncedAreNotMissed(t *testing.T) {
	e, scrape := twoOf(t)
	now := noon
	e.cfg.now, e.own.now = func() time.Time { return now }, func() time.Time { return now }
	scrape("east-1", "east-2", "east-3")
	scrape("east-1", "east-2", "east-3")
	e.own.event(departure(fleet.EventShutdown, "NEAST-2", "east-2", now))
	for range 3 {
		series := scrape("east-1")
		if got := byLabel(series, "nats_server_missing", "server_name"); len(got) != 1 || got["east-3"] != 1 {
			t.Errorf("at %v: missing %v", now, got)
		}
		if got := pick(series, "nats_servers_expected"); !slices.Equal(got, []float64{2}) {
			t.Errorf("at %v: expected %v", now, got)
		}
		now = now.Add(2 * departMemory)
	}
}

// A state file that cannot be used is one line of the log, and the page is whole.
func TestStateFileThatFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(path, []byte("none of this exporter"), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	_, scrape := twoOf(t, WithState(path), WithLogger(slog.New(slog.NewTextHandler(&log, nil))))
	for range 3 {
		if got := pick(scrape("east-1"), "nats_exporter_up"); !slices.Equal(got, []float64{1}) {
			t.Fatalf("%v", got)
		}
	}
	if n := strings.Count(log.String(), "state file cannot be used"); n != 1 || !strings.Contains(log.String(), path) {
		t.Errorf("%d lines: %s", n, log.String())
	}
}
