package tui

import (
	"context"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// Tape is a recording: snapshots by index and the events between two instants.
// [recording.Player] is one.
type Tape interface {
	Len() int
	Time(i int) time.Time
	At(t time.Time) int
	Snapshot(i int) (*fleet.Snapshot, error)
	Events(from, to time.Time) []fleet.Event
}

var _ Tape = (*recording.Recording)(nil)

// speeds are how much faster than life a replay runs.
var speeds = [...]int{1, 2, 4, 8, 16, 32, 64}

// deck plays a tape. Only the collector uses it.
type deck struct {
	tape    Tape
	name    string
	at      int
	playing bool
	speed   int // index of speeds
}

// NewReplay makes the feed of a recording; the dashboard then plays it instead
// of asking.
func NewReplay(name string, tape Tape) *Feed {
	return &Feed{Name: name, tape: tape}
}

// insert starts playing a tape from its beginning.
func (c *collector) insert(t Tape, name string) {
	c.tape = &deck{tape: t, name: name, playing: true}
	c.state.Phase = Replay
	c.show(0)
}

// playOn shows the next snapshot when its time has come and returns when to
// come again.
func (c *collector) playOn(context.Context) time.Duration {
	d := c.tape
	if !d.playing || d.at+1 >= d.tape.Len() {
		if d.playing {
			d.playing = false
			c.tapeInfo()
			c.publish()
		}
		return time.Second
	}
	c.show(d.at + 1)
	c.publish()
	return d.gap()
}

// gap is how long the present snapshot stays on the screen.
func (d *deck) gap() time.Duration {
	if d.at+1 >= d.tape.Len() {
		return time.Second
	}
	gap := d.tape.Time(d.at+1).Sub(d.tape.Time(d.at)) / time.Duration(speeds[d.speed])
	return min(max(gap, 20*time.Millisecond), 5*time.Second)
}

// rewound is how many snapshots before a jump's goal are read, for its rates,
// curves and alerts.
const rewound = 30

// show shows snapshot i. Going on from the one before keeps rates, history and
// alerts; a jump starts them anew from a while earlier.
func (c *collector) show(i int) {
	d := c.tape
	i = max(min(i, d.tape.Len()-1), 0)
	if i != d.at+1 && (i != d.at || c.state.Snap != nil) {
		c.derive = newDeriver()
		for before := max(i-rewound, 0); before < i; before++ {
			c.load(before)
		}
	}
	d.at = i
	c.load(i)
	c.tapeInfo()
}

// load derives the state of snapshot i and the events up to it.
func (c *collector) load(i int) {
	d := c.tape
	snap, err := d.tape.Snapshot(i)
	if err != nil {
		c.state.Notice = fmt.Sprintf("snapshot %d cannot be read: %s", i+1, err)
		return
	}
	from := d.tape.Time(i)
	if i > 0 {
		from = d.tape.Time(i - 1)
	} else {
		from = from.Add(-time.Hour)
	}
	for _, e := range d.tape.Events(from, d.tape.Time(i)) {
		c.derive.hear(e)
	}
	for _, k := range append(snap.Want.Kinds, fleet.Statsz) {
		c.asked[k] = snap.Time
	}
	c.derive.take(&c.state, snap)
	c.state.Phase, c.state.Trouble = Replay, nil
}

func (c *collector) tapeInfo() {
	d := c.tape
	c.state.Tape = &TapeInfo{
		File: d.name, Playing: d.playing, Speed: speeds[d.speed], At: d.at, End: d.tape.Len() - 1,
		First: d.tape.Time(0), Last: d.tape.Time(d.tape.Len() - 1),
	}
}

// deckOrder does something with the tape, if one is in.
func deckOrder(f func(c *collector, d *deck)) order {
	return func(_ context.Context, c *collector) {
		if c.tape == nil {
			return
		}
		f(c, c.tape)
		c.tapeInfo()
		c.publish()
	}
}
