package bench

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync/atomic"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/pace"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// publisher publishes the messages of a sender. The sender may reuse the payload
// when publish returns.
type publisher interface {
	Publish(subject string, payload []byte) error
}

// sender publishes stamped messages; it is the worker of the core workloads.
// One goroutine uses it; sent may be read by others.
type sender struct {
	run      *run
	id       int
	link     *link
	out      publisher
	raw      *batches // with the raw driver
	hold     *throttle
	pool     *stamp.Pool
	subjects *subjects
	ledger   ledger

	progress  atomic.Int64 // ledger.sent, for others to read
	warm      atomic.Int64 // messages of the warm-up
	done      chan struct{}
	published chan struct{} // a message was sent

	flags uint8
	end   int64
	seq   uint64
}

func newSender(r *run, id int, l *link, out publisher) (*sender, error) {
	pool, err := stamp.NewPool(r.coder, r.spec.Sizes, r.spec.Payload, nil, r.spec.Seed+uint64(id))
	if err != nil {
		return nil, err
	}
	return &sender{
		run: r, id: id, link: l, out: out, pool: pool,
		subjects:  newSubjects(r.subject, r.spec.Subjects, r.spec.Dist, r.spec.Seed+uint64(id)),
		ledger:    ledger{writer: r.line.NewWriter()},
		done:      make(chan struct{}),
		published: make(chan struct{}, 1),
	}, nil
}

// work runs one phase.
func (s *sender) work(ctx context.Context, p phase) error {
	s.flags, s.seq, s.end = p.flags, 0, p.end()
	if s.raw != nil {
		return s.floodRaw(ctx, p)
	}
	if s.run.spec.Load.Mode == scenario.Max {
		return s.flood(ctx, p)
	}
	err := pace.Run(ctx, s.run.clock, p.start, s.run.spec.Schedule(p.shape, s.id), func(at, now int64) error { return s.send(ctx, at, now) })
	if errors.Is(err, errWarm) {
		return nil
	}
	return err
}

func (s *sender) counts() *ledger { return &s.ledger }

// finish marks the end of all phases.
func (s *sender) finish(err error) {
	s.ledger.err = err
	s.ledger.writer.Flush()
	s.progress.Store(s.ledger.sent)
	close(s.done)
}

// flood sends as fast as the connection accepts messages.
func (s *sender) flood(ctx context.Context, p phase) error {
	for s.hold.wait(ctx); p.msgs > 0 || s.run.clock.Now() < s.end; s.hold.wait(ctx) {
		now := s.run.clock.Now()
		for range floodBurst {
			if p.msgs > 0 && s.seq == uint64(p.msgs) {
				return nil
			}
			if err := s.send(ctx, now, now); err != nil {
				return err
			}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// send publishes the message that was due at the instant at.
func (s *sender) send(ctx context.Context, at, now int64) error {
	if s.flags != 0 && now >= s.end {
		return errWarm
	}
	p := s.pool.Next(stamp.Stamp{Worker: s.id, Seq: s.seq, Flags: s.flags, Intended: at, Lag: now - at})
	err := s.out.Publish(s.subjects.pick(), p)
	s.seq++
	if s.flags == 0 {
		s.account(at, now, int64(len(p)), errors.Is(err, nats.ErrReconnectBufExceeded))
	} else {
		s.warm.Store(int64(s.seq))
	}
	if err != nil {
		return s.refused(ctx, err)
	}
	return nil
}

func (s *sender) account(at, now, size int64, refused bool) {
	s.ledger.send(at, now, size, s.end, refused)
	s.progress.Store(s.ledger.sent)
	select {
	case s.published <- struct{}{}:
	default:
	}
}

// refused handles a publish error: while the client library reconnects, the message
// counts as lost and the sender continues.
func (s *sender) refused(ctx context.Context, err error) error {
	if !s.link.recovers(err) {
		return err
	}
	if s.run.spec.Load.Mode == scenario.Max { // at full speed it would only lose more messages
		return s.run.await(ctx, s.run.timeout(), func() bool { return s.link.nc.IsConnected() })
	}
	return nil
}

// subjects is a table of subjects and their order of use, built before the run.
// One goroutine uses it.
type subjects struct {
	names []string
	order []uint32 // nil: in sequence
	next  int
}

// orderLen is the length of a random order before it repeats.
const orderLen = 1 << 16

func newSubjects(base string, n int, dist string, seed uint64) *subjects {
	if n <= 1 {
		return &subjects{names: []string{base}}
	}
	s := &subjects{order: order(n, dist, seed)}
	for i := range n {
		s.names = append(s.names, base+"."+strconv.Itoa(i))
	}
	return s
}

// order draws indices below n: uniform or zipf (s=1.1); nil for sequential.
func order(n int, dist string, seed uint64) []uint32 {
	if dist == "sequential" {
		return nil
	}
	rnd := rand.New(rand.NewPCG(seed, 0x7375626a))
	draw := func() uint32 { return uint32(rnd.IntN(n)) }
	if dist == "zipf" {
		z := rand.NewZipf(rnd, 1.1, 1, uint64(n-1))
		draw = func() uint32 { return uint32(z.Uint64()) }
	}
	out := make([]uint32, orderLen)
	for i := range out {
		out[i] = draw()
	}
	return out
}

// index is the next index into the names.
func (s *subjects) index() int {
	i := s.next
	s.next++
	if s.order != nil {
		if s.next == len(s.order) {
			s.next = 0
		}
		return int(s.order[i])
	}
	if s.next == len(s.names) {
		s.next = 0
	}
	return i
}

func (s *subjects) pick() string { return s.names[s.index()] }
