package bench

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/pace"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// run is the shared state of one measurement: connections, clock, journal, and
// what must be removed at the end.
type run struct {
	spec      scenario.Spec
	connect   Connect
	api       JSAPI
	clock     pace.Monotonic
	epoch     time.Time
	start     int64 // of the measurement; set before the workers begin
	id        string
	subject   string
	coder     stamp.Coder
	countOnly bool // messages are too small for a stamp
	countAll  bool // messages are not the benchmark's own
	destroy   bool // existing messages may be lost
	journal   *journal
	line      *hist.Timeline
	links     []*link
	cleanups  []cleanup
}

// cleanup removes something that the run created on the server.
type cleanup struct {
	what string
	undo func(context.Context) error
}

func newRun(s scenario.Spec, c Connect, api JSAPI) *run {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	n := binary.LittleEndian.Uint64(b[:])
	r := &run{
		spec: s, connect: c, api: api,
		epoch: time.Now(), id: strconv.FormatUint(n>>20, 36),
		coder: stamp.NewCoder(uint32(n)), countOnly: s.Unstamped(),
		line: hist.NewTimeline(),
	}
	r.clock = pace.NewMonotonic(r.epoch)
	r.journal = newJournal(func() int64 { return r.clock.Now() - r.start })
	if r.subject = s.Subject; r.subject == "" {
		r.subject = "natsctl.bench." + r.id
	}
	return r
}

// await polls a condition until it holds, ctx ends or d is over.
func (r *run) await(ctx context.Context, d time.Duration, ok func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, d, errTimeout)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

var errTimeout = errors.New("timed out")

func (r *run) timeout() time.Duration { return time.Duration(r.spec.Timeout) }

// filter returns the subject to which all subscribers subscribe.
func (r *run) filter() string {
	if r.spec.Subjects > 1 {
		return r.subject + ".*"
	}
	return r.subject
}

// driver returns the driver of the run.
func (r *run) driver() string {
	for _, l := range r.links {
		if l.tap != nil {
			return scenario.DriverRaw
		}
	}
	return scenario.DriverNatsGo
}

// onClose registers the removal of something that the run created.
func (r *run) onClose(what string, undo func(context.Context) error) {
	r.cleanups = append(r.cleanups, cleanup{what, undo})
}

// close removes what the run created, in reverse order, and closes all connections.
// The error names what could not be removed.
func (r *run) close(ctx context.Context) error {
	var errs []error
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		if err := r.cleanups[i].undo(ctx); err != nil {
			errs = append(errs, fmt.Errorf("remove %s: %w", r.cleanups[i].what, err))
		}
	}
	r.cleanups = nil
	for _, l := range r.links {
		l.close()
	}
	return errors.Join(errs...)
}

func pause(ctx context.Context, done <-chan struct{}, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-done:
	case <-t.C:
	}
}
