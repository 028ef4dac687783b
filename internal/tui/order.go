package tui

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// wantOrder tells the collector what the visible page needs; it asks at once
// for what it does not have.
func wantOrder(d Demand) order {
	return func(_ context.Context, c *collector) {
		old := c.demand
		if old.same(d) {
			return
		}
		c.demand = d
		conns := !d.shows(fleet.Connz) || old.conns != d.conns
		js := !d.shows(fleet.Jsz) && !d.shows(fleet.Raftz) || old.js != d.js
		if c.tape != nil {
			return
		}
		c.derive.answers = c.derive.answers.drop(conns, js)
		if conns {
			delete(c.asked, fleet.Connz)
		}
		if js {
			delete(c.asked, fleet.Jsz)
			delete(c.asked, fleet.Raftz)
		}
		c.askNow = len(d.due(c.asked, c.clock()).Kinds) > 0
	}
}

// askOrder asks again now.
func askOrder(_ context.Context, c *collector) {
	clear(c.asked)
	c.state.Every = c.state.Wanted
	c.askNow = true
}

// everyOrder sets the interval.
func everyOrder(d time.Duration) order {
	return func(_ context.Context, c *collector) {
		c.state.Wanted = max(d, minEvery)
		c.state.Every = c.state.Wanted
		c.askNow = true
	}
}

// feedOrder changes to another feed: another context, a recording, or the
// account mode of this one.
func feedOrder(feed *Feed) order {
	return func(ctx context.Context, c *collector) {
		if c.feed.Close != nil {
			c.feed.Close()
		}
		c.use(feed)
		c.listen(ctx)
		c.askNow = true
		c.publish()
	}
}

// recordingFile is a recording that is being written.
type recordingFile struct {
	name string
	out  io.WriteCloser
	rec  Recorder
	n    int
}

// Recorder writes snapshots and events, one a line.
type Recorder interface {
	Snapshot(*fleet.Snapshot) error
	Event(fleet.Event) error
	Close() error
}

func (r *recordingFile) snapshot(s *fleet.Snapshot) error {
	r.n++
	return r.rec.Snapshot(s)
}

func (r *recordingFile) event(e fleet.Event) error { return r.rec.Event(e) }

func (r *recordingFile) close() error {
	err := r.rec.Close()
	if cerr := r.out.Close(); err == nil {
		err = cerr
	}
	return err
}

// keep writes to the recording, if there is one; it ends with the first error,
// which is told.
func (c *collector) keep(write func(*recordingFile) error) {
	if c.recorder == nil {
		return
	}
	if err := write(c.recorder); err != nil {
		c.state.Notice = "recording ended: " + err.Error()
		_ = c.recorder.out.Close() // what failed first is told
		c.recorder, c.state.Recording = nil, ""
	}
}

// recordOrder starts a recording; a nil one ends the recording.
func recordOrder(r *recordingFile) order {
	return func(_ context.Context, c *collector) {
		if old := c.recorder; old != nil {
			c.state.Notice = fmt.Sprintf("recorded %s to %s", plural(old.n, "snapshot"), old.name)
			c.keep(func(r *recordingFile) error { return r.close() }) // says so when it fails
		}
		c.recorder, c.state.Recording = r, ""
		if r != nil {
			c.state.Recording = r.name
		}
		c.publish()
	}
}
