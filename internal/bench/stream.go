package bench

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// store is the stream of a run and what it held before.
type store struct {
	js     jetstream.JetStream
	stream jetstream.Stream
	own    bool
	filter string // the subjects of the run
	before jetstream.StreamState

	// exclusive is set when the subjects of the run hold no other messages.
	exclusive bool

	mu     sync.Mutex
	polled time.Time
	last   uint64 // sequence number at the last poll
}

// openStream opens the stream of the spec or creates one, which is removed at the
// end of the run. The run's subject becomes one of the stream's.
func openStream(ctx context.Context, r *run) (*store, error) {
	l, err := r.link("admin")
	if err != nil {
		return nil, err
	}
	js, err := r.api.open(l.nc)
	if err != nil {
		return nil, err
	}
	s := &store{js: js}
	defer func() { s.filter = r.filter() }()
	if name := r.spec.JS.Name; name != "" {
		s.stream, err = js.Stream(ctx, name)
		if err == nil {
			return s, adopt(ctx, r, s)
		}
		if !errors.Is(err, jetstream.ErrStreamNotFound) {
			return nil, fmt.Errorf("stream %s: %w", name, err)
		}
	}
	return s, makeStream(ctx, r, s)
}

// description is the description of everything that a run creates.
const description = "made by natsctl bench, removed after the run"

// markKey is the metadata key of everything that a run creates; the value is the id of the run.
const markKey = "natsctl.bench.run"

func (r *run) mark() map[string]string { return map[string]string{markKey: r.id} }

func makeStream(ctx context.Context, r *run, s *store) error {
	part, name := r.spec.JS, r.spec.JS.Name
	if name == "" {
		name = "natsctl_bench_" + r.id
	}
	cfg := jetstream.StreamConfig{
		Name: name, Description: description, Metadata: r.mark(),
		Subjects: []string{r.filter()}, Storage: storageType(part.Storage), Replicas: part.Replicas,
		AllowAtomicPublish: part.Ack == "batch", Duplicates: time.Second,
	}
	stream, err := s.js.CreateStream(ctx, cfg)
	if err != nil {
		return fmt.Errorf("create stream %s: %w", name, err)
	}
	s.stream, s.own = stream, true
	r.onClose("stream "+name, func(ctx context.Context) error { return s.js.DeleteStream(ctx, name) })
	if part.Ack == "batch" && !stream.CachedInfo().Config.AllowAtomicPublish {
		return fmt.Errorf("atomic batches need nats-server 2.12: %w", ErrUnsupported)
	}
	return s.recordState(ctx)
}

func storageType(s string) jetstream.StorageType {
	if s == "memory" {
		return jetstream.MemoryStorage
	}
	return jetstream.FileStorage
}

// recordState records the state before the run.
func (s *store) recordState(ctx context.Context) error {
	info, err := s.stream.Info(ctx)
	if err != nil {
		return fmt.Errorf("state of stream: %w", err)
	}
	s.before, s.last = info.State, info.State.LastSeq
	return nil
}

// progress returns how many messages were added to the stream since the run began.
// It asks the server at most ten times a second, and returns the last answer otherwise.
func (s *store) progress(ctx context.Context) int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.polled) > 100*time.Millisecond {
		ctx, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		if info, err := s.stream.Info(ctx); err == nil {
			s.last = info.State.LastSeq
		}
		s.polled = time.Now()
	}
	return int64(s.last - s.before.LastSeq)
}

// stored returns how many messages of the run the stream holds. It retries, and
// returns the progress if the server does not answer.
func (s *store) stored(ctx context.Context) int64 {
	for range 20 {
		n, err := s.count(ctx)
		if err == nil {
			return n
		}
		if ctx.Err() != nil {
			break
		}
	}
	return s.progress(ctx)
}

func (s *store) count(ctx context.Context) (int64, error) {
	if s.exclusive && !s.own {
		return s.countMatching(ctx, s.filter)
	}
	info, err := s.stream.Info(ctx)
	if err != nil {
		return 0, fmt.Errorf("state of stream: %w", err)
	}
	return heldSince(info.State, s.before.LastSeq), nil
}

// heldSince returns how many messages with a sequence number above before a stream
// still holds: limits evict the oldest first.
func heldSince(now jetstream.StreamState, before uint64) int64 {
	return min(int64(now.LastSeq)-int64(max(before+1, now.FirstSeq))+1, int64(now.Msgs))
}

// filler publishes the messages that a stream must hold before the measurement. No
// message may stay unacknowledged for longer than the timeout.
func filler(r *run, nc *nats.Conn) (jetstream.JetStream, error) {
	return r.api.open(nc, jetstream.WithPublishAsyncMaxPending(1000), jetstream.WithPublishAsyncTimeout(r.timeout()))
}
