package live

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// The intervals of the collector.
const (
	MinEvery   = time.Second
	maxEvery   = time.Minute
	eventDelay = 250 * time.Millisecond // minimum time between states that only events cause
	eventQueue = 4096
	orderQueue = 1024
)

// Collector owns the data. One goroutine sends requests, derives and publishes
// states; requests run one at a time in another goroutine, so that events and
// orders are processed while a slow fleet answers.
type Collector struct {
	clock  func() time.Time
	orders chan Order
	states chan *State // the newest unread state, at most one
	fatal  func(error)

	feed     *Feed
	derive   *Deriver
	state    State
	demand   Demand
	asked    map[fleet.Kind]time.Time
	started  time.Time // of the request in progress; zero: none
	results  chan answer
	events   chan fleet.Event
	lost     atomic.Int64 // events that did not fit into the queue
	stop     context.CancelFunc
	gen      int // number of feeds so far; answers of an earlier feed are dropped
	player   *player
	recorder *recordingFile
	askNow   bool
	alone    aloneCount
}

// Order is a request from the screen, run on the collector's goroutine.
type Order func(ctx context.Context, c *Collector)

// answer is the result of one request.
type answer struct {
	gen   int
	first bool // the first request of a feed, for the servers only
	want  fleet.Want
	snap  *fleet.Snapshot
	err   error
	took  time.Duration
}

// NewCollector prepares a collector for a feed. Every is the polling interval;
// fatal is called with the error of a panic.
func NewCollector(feed *Feed, every time.Duration, clock func() time.Time, fatal func(error)) *Collector {
	c := &Collector{
		clock: clock, orders: make(chan Order, orderQueue), states: make(chan *State, 1), fatal: fatal,
		results: make(chan answer, 1), events: make(chan fleet.Event, eventQueue),
	}
	every = max(every, MinEvery)
	c.state.Every, c.state.Wanted = every, every
	c.use(feed)
	return c
}

// use switches to a feed and discards all earlier data.
func (c *Collector) use(feed *Feed) {
	c.gen++
	c.feed, c.derive, c.asked, c.started = feed, NewDeriver(), map[fleet.Kind]time.Time{}, time.Time{}
	c.state = State{Seq: c.state.Seq, Data: c.state.Data + 1, Every: c.state.Wanted, Wanted: c.state.Wanted, Feed: feed.info(), Of: feed, Recording: c.state.Recording}
	c.state.Since, c.state.Notice = c.clock(), feed.Note
	c.player = nil
	if feed.recording != nil {
		c.startReplay(feed.recording, feed.Name)
		if !feed.begin.IsZero() {
			c.show(feed.recording.At(feed.begin))
		}
	}
}

func (f *Feed) info() FeedInfo {
	return FeedInfo{Name: f.Name, User: f.User, Protected: f.Protected, Actions: f.Actions != nil}
}

// Run collects until the context ends. A panic is returned as an error, because
// the terminal must be restored first.
func (c *Collector) Run(ctx context.Context) {
	defer c.guard()
	defer c.close()
	c.listen(ctx)
	timer := time.NewTimer(0)
	defer timer.Stop()
	soon := time.NewTimer(time.Hour)
	defer soon.Stop()
	waiting := false
	for {
		select {
		case <-ctx.Done():
			return
		case o := <-c.orders:
			o(ctx, c)
		case e := <-c.events:
			c.derive.AddEvent(e)
			c.record(func(r *recordingFile) error { return r.event(e) })
			if !waiting {
				waiting = true
				soon.Reset(eventDelay)
			}
		case <-soon.C:
			waiting = false
			c.publish()
		case a := <-c.results:
			c.apply(a)
		case <-timer.C:
			timer.Reset(c.tick(ctx))
		}
		if c.askNow && c.started.IsZero() { // otherwise as soon as the request in progress is answered
			c.askNow = false
			timer.Reset(0)
		}
	}
}

// guard converts a panic in a goroutine into an error.
func (c *Collector) guard() {
	if r := recover(); r != nil {
		c.fatal(fmt.Errorf("%w while collecting: %v\n%s", ErrPanic, r, debug.Stack()))
	}
}

func (c *Collector) close() {
	if c.stop != nil {
		c.stop()
	}
	c.record(func(r *recordingFile) error { return r.close() })
	if c.feed.Close != nil {
		c.feed.Close()
	}
}

// listen reads the feed's events into the queue. Events that do not fit are
// counted: the subscription never blocks.
func (c *Collector) listen(ctx context.Context) {
	if c.stop != nil {
		c.stop()
		c.stop = nil
	}
	if c.feed.Events == nil {
		return
	}
	ctx, c.stop = context.WithCancel(ctx)
	stream := c.feed.Events(ctx)
	go func() {
		defer c.guard()
		for e, err := range stream {
			if err != nil {
				continue
			}
			select {
			case c.events <- e:
			default:
				c.lost.Add(1)
			}
		}
	}()
}

// tick starts the next request, unless one is in progress, and returns when to
// run again.
func (c *Collector) tick(ctx context.Context) time.Duration {
	if c.player != nil {
		return c.playNext(ctx)
	}
	if !c.started.IsZero() {
		c.publish() // ages advance while a slow request runs
		return time.Second
	}
	now := c.clock()
	want := c.demand.due(c.asked, now)
	scout := c.state.Snap == nil
	if scout {
		want = fleet.Want{} // the list of servers arrives quickly and is shown before the rest is requested
	}
	c.started = now
	gen, source := c.gen, c.feed.Source
	go func() {
		defer c.guard()
		begin := time.Now()
		snap, err := source.Snapshot(ctx, want)
		select {
		case c.results <- answer{gen, scout, want, snap, err, time.Since(begin)}:
		case <-ctx.Done():
		}
	}()
	return c.state.Every
}

// apply processes one answer and publishes the state.
func (c *Collector) apply(a answer) {
	if a.gen != c.gen {
		return
	}
	c.started = time.Time{}
	c.state.Took = a.took
	c.pace(a.took)
	if a.err != nil {
		c.failed(a.err)
		c.publish()
		return
	}
	now := c.clock()
	for _, k := range append(a.want.Kinds, fleet.Statsz) {
		c.asked[k] = now
	}
	if c.state.Phase != Live {
		c.state.Since = now
	}
	c.state.Phase, c.state.Trouble = Live, nil
	c.record(func(r *recordingFile) error { return r.snapshot(a.snap) })
	c.derive.Apply(&c.state, a.snap)
	if a.first {
		c.derive.reset()
		c.askNow = true
	}
	c.watchConnected()
	c.publish()
}

// failed keeps the last data and records why the request failed.
func (c *Collector) failed(err error) {
	t := Trouble{Title: err.Error()}
	if c.feed.Explain != nil {
		t = c.feed.Explain(err)
	}
	phase := Down
	if t.Limited {
		phase = Limited
	}
	if c.state.Phase != phase {
		c.state.Since = c.clock()
	}
	c.state.Phase, c.state.Trouble = phase, &t
}

// pace doubles the interval while answers take longer than it, and restores it
// when they are fast again.
func (c *Collector) pace(took time.Duration) {
	switch {
	case took > c.state.Every:
		c.state.Every = min(c.state.Every*2, max(maxEvery, c.state.Wanted))
	case took < c.state.Every/4 && c.state.Every > c.state.Wanted:
		c.state.Every = max(c.state.Every/2, c.state.Wanted)
	}
}

// publish publishes a copy of the state and replaces an unread one.
func (c *Collector) publish() {
	c.state.Seq++
	c.state.Now = c.clock()
	if c.player != nil && c.state.Snap != nil {
		c.state.Now = c.state.Snap.Time
	}
	if c.feed.Link != nil {
		c.state.Link = c.feed.Link()
	}
	c.derive.Publish(&c.state)
	c.state.Dropped += int(c.lost.Load())
	c.state.Asked = maps.Clone(c.asked)
	st := c.state
	c.state.Notice = ""
	select {
	case unseen := <-c.states:
		if st.Notice == "" {
			st.Notice = unseen.Notice
		}
	default:
	}
	c.states <- &st
}

// Newest yields the newest unread state.
func (c *Collector) Newest() <-chan *State { return c.states }

// Replays reports whether a recording is being played.
func (c *Collector) Replays() bool { return c.player != nil }

// Demand is the current demand of the visible page.
func (c *Collector) Demand() Demand { return c.demand }

// Send sends an order without blocking the screen.
func (c *Collector) Send(o Order) bool {
	select {
	case c.orders <- o:
		return true
	default:
		return false
	}
}

// ErrPanic is wrapped by the error of a dashboard that panicked.
var ErrPanic = errors.New("the dashboard panicked")
