package bench

import (
	"context"
	"fmt"
	"slices"

	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
	"github.com/natsctl/natsctl/internal/bench/tap"
)

// batchBytes is what a raw sender writes at once: what a server reads at once.
const batchBytes = 64 << 10

// maxBatches limits the batches built before the run.
const maxBatches = 1024

// batches are messages built before the run: consecutive PUB frames in which only
// the stamps are rewritten.
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

// newBatches builds enough messages to use every size and every subject.
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
	for _, end := range b.ends { // only now: frames is not reallocated any more
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
		if err := s.sendBatch(ctx, b, n, now); err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// sendBatch stamps and writes the first n messages of a batch.
func (s *sender) sendBatch(ctx context.Context, b *batch, n int, now int64) error {
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
	return resume(ctx, s.run, s.link, err) // the batch is lost, at least in part
}

func (s *sender) accountBatch(n, size, now int64) {
	l := &s.ledger
	l.sent += n
	l.onTime += n
	l.bytes += size
	l.last = now
	l.writer.Sent(now, n)
	s.progress.Store(l.sent)
	select {
	case s.published <- struct{}{}:
	default:
	}
}

// publishers opens a connection for each publisher.
func publishers(r *run) ([]*sender, error) {
	var out []*sender
	for i := range r.spec.Pubs {
		l, err := r.linkAs(fmt.Sprintf("pub-%d", i+1))
		if err != nil {
			return nil, err
		}
		s, err := newSender(r, i, l, l.nc)
		if err != nil {
			return nil, err
		}
		if l.tap != nil {
			if s.raw, err = s.newBatches(l.tap); err != nil {
				return nil, err
			}
			if err := l.tap.Start(); err != nil {
				return nil, fmt.Errorf("driver raw: %w", err)
			}
		}
		out = append(out, s)
	}
	return out, nil
}

func sentSoFar(ss []*sender) (n int64) {
	for _, s := range ss {
		n += s.progress.Load()
	}
	return n
}
