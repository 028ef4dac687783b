package fleetcmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
	"github.com/natsctl/natsctl/internal/sys"
)

// replayFlags take snapshots from a recording instead of a fleet.
type replayFlags struct{ file, at string }

func (f *replayFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("replay", "Read from a recording (natsctl record) instead of connecting.").PlaceHolder("FILE").StringVar(&f.file)
	cmd.Flag("at", "Instant of the recording: a time such as 14:03:22 (UTC) or RFC 3339, or a duration from its start (--at 30s) or before its end (--at=-30s). Default: the end.").PlaceHolder("TIME").StringVar(&f.at)
}

// open opens the recording, or returns nil when none was named.
func (f *replayFlags) open(e *cli.Env) (*recording.Recording, error) {
	if f.file == "" {
		if f.at != "" {
			return nil, cli.Usagef("--at is an instant of a recording; name it with --replay FILE")
		}
		return nil, nil
	}
	file, rec, err := cli.OpenRecording(f.file)
	if err != nil {
		return nil, err
	}
	e.OnClose(func() { _ = file.Close() })
	for _, flaw := range cli.Flaws(f.file, rec) {
		e.Note("warning", flaw)
	}
	return rec, nil
}

// index returns the snapshot for --at.
func (f *replayFlags) index(e *cli.Env, rec *recording.Recording) (int, error) {
	first, last := rec.Time(0), rec.Time(rec.Len()-1)
	if f.at == "" {
		return rec.Len() - 1, nil
	}
	at, err := f.instant(first, last)
	if err != nil {
		return 0, err
	}
	// Ignore fractions of a second, which --at may not have.
	switch {
	case at.Before(first.Truncate(time.Second)):
		e.Note("warning", fmt.Sprintf("--at %s is before the recording, which begins at %s: that is what is shown", f.at, stamp(first)))
	case at.After(last.Add(time.Second)):
		e.Note("warning", fmt.Sprintf("--at %s is after the recording, which ends at %s: that is what is shown", f.at, stamp(last)))
	}
	return rec.At(at), nil
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// instant parses --at.
func (f *replayFlags) instant(first, last time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, f.at); err == nil {
		return t, nil
	}
	for _, layout := range []string{time.TimeOnly, "15:04"} {
		if t, err := time.Parse(layout, strings.TrimSuffix(f.at, "Z")); err == nil {
			return onDay(t, first), nil
		}
	}
	d, err := time.ParseDuration(f.at)
	if err != nil {
		return time.Time{}, cli.Usagef("--at %q is neither a time such as %s or %s nor a duration such as 30s or -30s",
			f.at, first.UTC().Format(time.TimeOnly), stamp(first))
	}
	if d < 0 || f.at[0] == '-' {
		return last.Add(d), nil
	}
	return first.Add(d), nil
}

// onDay returns the instant of a time of day in a recording that begins at first
// and lasts less than a day, or the nearest day if it is outside.
func onDay(clock, first time.Time) time.Time {
	day := first.UTC()
	at := time.Date(day.Year(), day.Month(), day.Day(), clock.Hour(), clock.Minute(), clock.Second(), 0, time.UTC)
	if at.Before(first.Add(-12 * time.Hour)) {
		at = at.Add(24 * time.Hour)
	}
	return at
}

// samplerFlags select the source of snapshots, and whether rates are computed
// from two of them.
type samplerFlags struct {
	replayFlags
	expect int // servers to wait for
	rate   time.Duration
}

func (f *samplerFlags) Setup(cmd *kingpin.CmdClause) {
	f.replayFlags.Setup(cmd)
	cmd.Flag("rate", "Show rates over this interval instead of totals, for example --rate 2s.").PlaceHolder("INTERVAL").DurationVar(&f.rate)
}

// sampler takes snapshots, each with the previous one if rates are requested.
type sampler struct {
	source fleet.Source
	rec    *recording.Recording
	next   int // in the recording
	shown  int // the snapshot of the recording that was last returned
	step   int // 1 to play, 0 to stay
	rate   time.Duration
	last   *fleet.Snapshot
}

// sampler opens the fleet or the recording. With playing, a recording advances
// by one snapshot each time, starting at --at or at its beginning.
func (f *samplerFlags) sampler(ctx context.Context, e *cli.Env, playing bool) (*sampler, error) {
	rec, err := f.open(e)
	if err != nil {
		return nil, err
	}
	s := &sampler{rec: rec, rate: f.rate}
	if rec == nil {
		client, err := e.System(ctx, sys.WithExpect(f.expect))
		if err != nil {
			return nil, err
		}
		s.source = fleet.Stagger(client)
		return s, nil
	}
	if playing {
		s.step = 1
	}
	if !playing || f.at != "" {
		if s.next, err = f.index(e, rec); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// nextTick returns the next snapshot. With rates, it is compared with the previous
// one: of the recording, of the last round, or taken now, with the next after
// the interval.
func (s *sampler) nextTick(ctx context.Context, want fleet.Want, rates bool) (fleet.Tick, error) {
	if s.rec != nil {
		return s.replay(ctx, want)
	}
	if rates && s.last == nil {
		if err := s.first(ctx, want); err != nil {
			return fleet.Tick{}, err
		}
	}
	snap, err := s.source.Snapshot(ctx, want)
	if err != nil {
		return fleet.Tick{}, err
	}
	tick := fleet.Tick{Snapshot: snap}
	if rates {
		tick.Before, tick.Delta = s.last, fleet.NewDelta(s.last, snap)
	}
	s.last = snap
	return tick, nil
}

// first takes the snapshot that the next one is compared with.
func (s *sampler) first(ctx context.Context, want fleet.Want) error {
	snap, err := s.source.Snapshot(ctx, want)
	if err != nil {
		return err
	}
	s.last = snap
	return s.wait(ctx, s.rate)
}

// wait returns after an interval that is long enough for a rate.
func (s *sampler) wait(ctx context.Context, interval time.Duration) error {
	timer := time.NewTimer(max(interval, minRate))
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// minRate is the shortest interval for rates: servers report some of their times
// in milliseconds.
const minRate = 100 * time.Millisecond

// replay returns the next snapshot of the recording, with rates relative to the
// previous one.
func (s *sampler) replay(ctx context.Context, want fleet.Want) (fleet.Tick, error) {
	i := s.next
	s.shown = i
	s.next += s.step
	snap, err := s.rec.Still(i).Snapshot(ctx, want)
	if err != nil {
		return fleet.Tick{}, err
	}
	tick := fleet.Tick{Snapshot: snap}
	if i > 0 {
		if tick.Before, err = s.rec.Still(i-1).Snapshot(ctx, want); err != nil {
			return fleet.Tick{}, err
		}
		tick.Delta = fleet.NewDelta(tick.Before, snap)
	}
	return tick, nil
}
