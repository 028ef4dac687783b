package live

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// SetDemand sets what the visible page needs; the collector requests at once
// what it does not have.
func SetDemand(d Demand) Order {
	return func(_ context.Context, c *Collector) {
		old := c.demand
		if old.Same(d) {
			return
		}
		c.demand = d
		conns := !d.Shows(fleet.Connz) || old.Conns != d.Conns
		js := !d.Shows(fleet.Jsz) && !d.Shows(fleet.Raftz) || old.JS != d.JS
		if c.player != nil {
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

// GatherNow sends a request now.
func GatherNow(_ context.Context, c *Collector) {
	clear(c.asked)
	c.state.Every = c.state.Wanted
	c.askNow = true
}

// SetInterval sets the polling interval.
func SetInterval(d time.Duration) Order {
	return func(_ context.Context, c *Collector) {
		c.state.Wanted = max(d, MinEvery)
		c.state.Every = c.state.Wanted
		c.askNow = true
	}
}

// UseFeed switches to another feed: another context, a recording, or the
// account mode of this one.
func UseFeed(feed *Feed) Order {
	return func(ctx context.Context, c *Collector) {
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

// Recorder writes snapshots and events, one per line.
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

// record writes to the recording, if there is one; the first error ends the
// recording and is reported.
func (c *Collector) record(write func(*recordingFile) error) {
	if c.recorder == nil {
		return
	}
	if err := write(c.recorder); err != nil {
		c.state.Notice = "recording ended: " + err.Error()
		_ = c.recorder.out.Close() // the first error is reported
		c.recorder, c.state.Recording = nil, ""
	}
}

// StartRecording records snapshots and events to a file that is open for
// writing.
func StartRecording(name string, out io.WriteCloser, rec Recorder) Order {
	return recordOrder(&recordingFile{name: name, out: out, rec: rec})
}

// StopRecording ends the recording.
func StopRecording() Order { return recordOrder(nil) }

// recordOrder starts a recording; nil stops it.
func recordOrder(r *recordingFile) Order {
	return func(_ context.Context, c *Collector) {
		if old := c.recorder; old != nil {
			c.state.Notice = fmt.Sprintf("recorded %s to %s", Plural(old.n, "snapshot"), old.name)
			c.record(func(r *recordingFile) error { return r.close() }) // reports its own error
		}
		c.recorder, c.state.Recording = r, ""
		if r != nil {
			c.state.Recording = r.name
		}
		c.publish()
	}
}

// ClearEvents discards the events so far.
func ClearEvents(_ context.Context, c *Collector) {
	c.derive.book.rows, c.derive.book.cleared = nil, c.derive.book.seq
	c.publish()
}
