package bench

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
	"github.com/natsctl/natsctl/internal/bench/tap"
)

// linkAs opens a connection for the driver of the spec; its tap is nil with
// nats.go alone.
func (r *run) linkAs(who string) (*link, error) {
	if !r.spec.UsesRaw() {
		return r.link(who)
	}
	t := tap.New(r.clock.Now)
	l, err := r.linkOver(who, t.Wrap, nats.ReconnectHandler(func(nc *nats.Conn) {
		r.journal.note(EventReconnected, who, nc.ConnectedServerName())
		if err := t.Start(); err != nil {
			r.journal.note(evError, who, err.Error())
		}
	}))
	if err != nil {
		return nil, err
	}
	if reason := unfitForRaw(l.nc); reason != "" {
		if r.spec.Driver == scenario.DriverRaw {
			return nil, fmt.Errorf("driver raw over %s: %w", reason, ErrUnsupported)
		}
		return l, nil
	}
	l.tap = t
	return l, nil
}

// unfitForRaw says what stands between the socket and the plain protocol.
func unfitForRaw(nc *nats.Conn) string {
	if _, err := nc.TLSConnectionState(); err == nil {
		return "TLS"
	}
	if u, err := url.Parse(nc.ConnectedUrl()); err == nil && (u.Scheme == "ws" || u.Scheme == "wss") {
		return "WebSocket"
	}
	return ""
}

// batchBytes is what a raw sender writes at once: what a server reads at once.
const batchBytes = 64 << 10

// maxBatches bounds what is built before the run.
const maxBatches = 1024

// batches are messages that were built before the run: PUB frames one after
// the other, in which only the stamps are written anew.
type batches struct {
	tap  *tap.Tap
	all  []batch
	next int
}

// batch is one write.
type batch struct {
	frames []byte
	ends   []int    // where each frame ends
	bodies [][]byte // the payloads within frames
	sums   []uint32
}

// newBatches builds messages enough to use every size and every subject.
func (s *sender) newBatches(t *tap.Tap) (*batches, error) {
	out := &batches{tap: t}
	want := max(s.run.spec.Subjects, len(s.run.spec.Sizes), floodBurst)
	for n := 0; n < want; {
		b := s.buildBatch()
		n += len(b.ends)
		out.all = append(out.all, b)
		if len(out.all) > maxBatches {
			return nil, fmt.Errorf("%w: too many subjects for driver raw with such payloads", scenario.ErrSpec)
		}
	}
	return out, nil
}

func (s *sender) buildBatch() batch {
	var b batch
	for len(b.ends) == 0 || len(b.frames) < batchBytes && len(b.ends) < 1024 {
		payload := s.pool.Next(stamp.Stamp{})
		if len(b.ends) > 0 && len(b.frames)+len(payload)+64 > batchBytes {
			break
		}
		b.frames = tap.AppendPub(b.frames, s.subjects.pick(), "", len(payload))
		b.frames = append(b.frames, payload...)
		b.frames = append(b.frames, "\r\n"...)
		b.ends = append(b.ends, len(b.frames))
		b.sums = append(b.sums, stamp.Sum(payload[stamp.Size(len(payload)):]))
	}
	start := 0
	for _, end := range b.ends { // only now: frames has stopped to move
		body := b.frames[start : end-2]
		head := slices.Index(body, '\n') + 1
		b.bodies = append(b.bodies, body[head:])
		start = end
	}
	return b
}

// floodRaw sends batches as fast as the socket takes them.
func (s *sender) floodRaw(ctx context.Context, p phase) error {
	for s.hold.wait(ctx); p.msgs > 0 || s.run.clock.Now() < s.end; s.hold.wait(ctx) {
		now := s.run.clock.Now()
		b := &s.raw.all[s.raw.next]
		s.raw.next = (s.raw.next + 1) % len(s.raw.all)
		n := len(b.ends)
		if p.msgs > 0 {
			if n = int(min(int64(n), p.msgs-int64(s.seq))); n == 0 {
				return nil
			}
		}
		if err := s.sendBatch(b, n, now); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// sendBatch stamps and writes the first n messages of a batch.
func (s *sender) sendBatch(b *batch, n int, now int64) error {
	size := 0
	for i, body := range b.bodies[:n] {
		s.run.coder.Put(body, stamp.Stamp{Worker: s.id, Seq: s.seq, Flags: s.flags, Intended: now}, b.sums[i])
		s.seq++
		size += len(body)
	}
	err := s.raw.tap.Write(b.frames[:b.ends[n-1]])
	if s.flags == 0 {
		s.accountBatch(int64(n), int64(size), now)
	} else {
		s.warm.Store(int64(s.seq))
	}
	if err == nil {
		return nil
	}
	return s.run.resume(s.link, err) // the batch is lost, or a part of it
}

// resume waits after a failed write until the connection is there again.
func (r *run) resume(l *link, err error) error {
	if l.nc.IsClosed() {
		return errors.Join(err, nats.ErrConnectionClosed)
	}
	return r.await(r.timeout(), func() bool { return l.nc.IsConnected() && l.tap.Write(nil) == nil })
}

func (s *sender) accountBatch(n, size, now int64) {
	l := &s.ledger
	l.sent += n
	l.onTime += n
	l.bytes += size
	l.last = now
	l.lane.Sent(now, n)
	s.progress.Store(l.sent)
	select {
	case s.kick <- struct{}{}:
	default:
	}
}
