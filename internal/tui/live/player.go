package live

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// Recording is snapshots by index and the events between two times.
// [recording.Recording] implements it.
type Recording interface {
	Len() int
	Time(i int) time.Time
	At(t time.Time) int
	Snapshot(i int) (*fleet.Snapshot, error)
	Events(from, to time.Time) []fleet.Event
}

var _ Recording = (*recording.Recording)(nil)

// speeds are the playback speeds of a replay, as multiples of real time.
var speeds = [...]int{1, 2, 4, 8, 16, 32, 64}

// player plays a recording. Only the collector uses it.
type player struct {
	recording Recording
	name      string
	at        int
	playing   bool
	speed     int // index of speeds
}

// NewReplay returns the feed of a recording; the dashboard then plays it
// instead of sending requests.
func NewReplay(name string, rec Recording) *Feed {
	return &Feed{Name: name, recording: rec}
}

// startReplay starts playing a recording from the beginning.
func (c *Collector) startReplay(t Recording, name string) {
	c.player = &player{recording: t, name: name, playing: true}
	c.state.Phase = Replay
	c.show(0)
}

// playNext shows the next snapshot when it is due and returns when to run again.
func (c *Collector) playNext(context.Context) time.Duration {
	d := c.player
	if !d.playing || d.at+1 >= d.recording.Len() {
		if d.playing {
			d.playing = false
			c.replayInfo()
			c.publish()
		}
		return time.Second
	}
	c.show(d.at + 1)
	c.publish()
	return d.gap()
}

// gap is how long the current snapshot stays on the screen.
func (d *player) gap() time.Duration {
	if d.at+1 >= d.recording.Len() {
		return time.Second
	}
	gap := d.recording.Time(d.at+1).Sub(d.recording.Time(d.at)) / time.Duration(speeds[d.speed])
	return min(max(gap, 20*time.Millisecond), 5*time.Second)
}

// jumpWarmup is the number of snapshots read before the target of a jump, for its
// rates, curves and alerts.
const jumpWarmup = 30

// show shows snapshot i. A step to the next snapshot keeps rates, history and
// alerts; a jump rebuilds them from some snapshots earlier.
func (c *Collector) show(i int) {
	d := c.player
	i = max(min(i, d.recording.Len()-1), 0)
	if i != d.at+1 && (i != d.at || c.state.Snap != nil) {
		c.derive = NewDeriver()
		for before := max(i-jumpWarmup, 0); before < i; before++ {
			c.load(before)
		}
	}
	d.at = i
	c.load(i)
	c.replayInfo()
}

// load derives the state of snapshot i and the events up to it.
func (c *Collector) load(i int) {
	d := c.player
	snap, err := d.recording.Snapshot(i)
	if err != nil {
		c.state.Notice = fmt.Sprintf("snapshot %d cannot be read: %s", i+1, err)
		return
	}
	from := d.recording.Time(i)
	if i > 0 {
		from = d.recording.Time(i - 1)
	} else {
		from = from.Add(-time.Hour)
	}
	for _, e := range d.recording.Events(from, d.recording.Time(i)) {
		c.derive.AddEvent(e)
	}
	for _, k := range append(snap.Want.Kinds, fleet.Statsz) {
		c.asked[k] = snap.Time
	}
	c.derive.Apply(&c.state, snap)
	c.state.Phase, c.state.Trouble = Replay, nil
}

func (c *Collector) replayInfo() {
	d := c.player
	c.state.Replayed = &ReplayInfo{
		File: d.name, Playing: d.playing, Speed: speeds[d.speed], At: d.at, End: d.recording.Len() - 1,
		First: d.recording.Time(0), Last: d.recording.Time(d.recording.Len() - 1),
	}
}

// playing runs a function on the recording that is being played, if any.
func playing(f func(c *Collector, d *player)) Order {
	return func(_ context.Context, c *Collector) {
		if c.player == nil {
			return
		}
		f(c, c.player)
		c.replayInfo()
		c.publish()
	}
}

// TogglePlay plays or pauses the replay; at the end it starts over.
func TogglePlay() Order {
	return playing(func(c *Collector, d *player) {
		d.playing = !d.playing
		if d.playing && d.at+1 >= d.recording.Len() {
			c.show(0)
		}
		c.askNow = d.playing
	})
}

// StepBy pauses the replay and moves some snapshots forward or back.
func StepBy(by int) Order {
	return playing(func(c *Collector, d *player) {
		d.playing = false
		c.show(d.at + by)
	})
}

// ChangeSpeed makes the replay faster or slower.
func ChangeSpeed(by int) Order {
	return playing(func(_ *Collector, d *player) { d.speed = max(min(d.speed+by, len(speeds)-1), 0) })
}

// ToAlert jumps to the next snapshot at which an alert begins, or to the
// previous one.
func ToAlert(by int) Order {
	return playing(func(c *Collector, d *player) { c.seekAlert(d, by) })
}

// ToStart jumps to the first snapshot of the recording.
func ToStart() Order { return playing(func(c *Collector, _ *player) { c.show(0) }) }

// ToEnd jumps to the last snapshot of the recording.
func ToEnd() Order { return playing(func(c *Collector, d *player) { c.show(d.recording.Len() - 1) }) }

// ToTime jumps to the snapshot at a time.
func ToTime(at time.Time) Order {
	return playing(func(c *Collector, d *player) { c.show(d.recording.At(at)) })
}

// ParseAt parses the start time of a replay: a time of day of the recording, a
// full time in RFC 3339, a duration from its start, or with a minus sign one
// before its end.
func (f *Feed) ParseAt(text string) (time.Time, error) {
	if f.recording == nil {
		return time.Time{}, errors.New("--at needs a recording; use --replay FILE")
	}
	first, last := f.recording.Time(0), f.recording.Time(f.recording.Len()-1)
	switch d, err := time.ParseDuration(text); {
	case err != nil:
		return ParseAt(text, first)
	case d < 0:
		return last.Add(d), nil
	default:
		return first.Add(d), nil
	}
}

// BeginAt sets the time at which the replay of the feed starts.
func (f *Feed) BeginAt(at time.Time) { f.begin = at }

// ParseAt parses a time of day on the day of the recording, or a full time.
func ParseAt(text string, day time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.Parse(layout, strings.TrimSuffix(text, "Z")); err == nil {
			d := day.UTC()
			out := time.Date(d.Year(), d.Month(), d.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
			if out.Before(day.Add(-12 * time.Hour)) {
				out = out.AddDate(0, 0, 1)
			}
			return out, nil
		}
	}
	return time.Time{}, fmt.Errorf("invalid time %q (examples: 14:03:22, 2006-01-02T15:04:05Z)", text)
}

// seekAlert jumps to the next snapshot at which an alert begins.
func (c *Collector) seekAlert(d *player, by int) {
	d.playing = false
	known := keysOf(c.state.Alerts)
	for i := d.at + by; i >= 0 && i < d.recording.Len(); i += by {
		c.show(i)
		now := keysOf(c.state.Alerts)
		for key := range now {
			if !known[key] {
				return
			}
		}
		known = now
	}
	c.state.Notice = "no other alert in this direction"
}

func keysOf(rows []*AlertRow) map[string]bool {
	out := map[string]bool{}
	for _, r := range rows {
		if r.State == Firing {
			out[r.Key] = true
		}
	}
	return out
}
