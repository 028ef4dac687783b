package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// Leftover is something that a run created and could not remove because it was
// killed.
type Leftover struct {
	Kind     string        // stream, bucket or consumer
	Name     string        // of the stream, bucket or consumer
	Stream   string        // of a consumer
	Run      string        // the id of the run; empty if the server does not keep metadata
	Idle     time.Duration // since it was created or last used
	Messages uint64
	Bytes    uint64

	created time.Time
}

// Cleaner finds and removes leftovers over one connection. One goroutine uses it.
type Cleaner struct {
	run *run
	js  jetstream.JetStream
}

// NewCleaner connects.
func NewCleaner(c Connect, api JSAPI, timeout time.Duration) (*Cleaner, error) {
	r := newRun(scenario.Spec{Timeout: scenario.Duration(timeout), Sizes: []int{0}}, c, api)
	l, err := r.link("clean")
	if err != nil {
		return nil, err
	}
	js, err := api.open(l.nc)
	if err != nil {
		l.close()
		return nil, err
	}
	return &Cleaner{run: r, js: js}, nil
}

// Close ends the connection.
func (c *Cleaner) Close(ctx context.Context) error { return c.run.close(ctx) }

// Find lists leftovers that have been idle for at least the given time. Streams
// and consumers with waiting clients are in use, and never listed.
func (c *Cleaner) Find(ctx context.Context, idle time.Duration) ([]Leftover, error) {
	var out []Leftover
	streams := c.js.ListStreams(ctx)
	for info := range streams.Info() {
		found, err := c.inspect(ctx, info)
		if err != nil {
			return nil, err
		}
		for _, l := range found {
			if l.Idle >= idle {
				out = append(out, l)
			}
		}
	}
	if err := streams.Err(); err != nil {
		return nil, fmt.Errorf("list streams: %w", err)
	}
	return out, nil
}

// inspect returns the stream itself if a run created it, else its consumers that a run created.
func (c *Cleaner) inspect(ctx context.Context, info *jetstream.StreamInfo) ([]Leftover, error) {
	now := info.TimeStamp
	if now.IsZero() { // before nats-server 2.10
		now = time.Now()
	}
	cfg, used := info.Config, later(info.Created, info.State.LastTime)
	var consumers []Leftover
	if info.State.Consumers > 0 {
		stream, err := c.js.Stream(ctx, cfg.Name)
		if errors.Is(err, jetstream.ErrStreamNotFound) { // removed meanwhile
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("stream %s: %w", cfg.Name, err)
		}
		list := stream.ListConsumers(ctx)
		for ci := range list.Info() {
			at := consumerUsed(ci, now)
			used = later(used, at)
			if ours(ci.Config.Metadata, ci.Name, ci.Config.Description) {
				consumers = append(consumers, Leftover{Kind: "consumer", Name: ci.Name, Stream: cfg.Name, Run: ci.Config.Metadata[markKey], Idle: now.Sub(at), created: ci.Created})
			}
		}
		if err := list.Err(); err != nil {
			return nil, fmt.Errorf("list consumers of stream %s: %w", cfg.Name, err)
		}
	}
	if !ours(cfg.Metadata, cfg.Name, cfg.Description) {
		return consumers, nil
	}
	l := Leftover{Kind: "stream", Name: cfg.Name, Run: cfg.Metadata[markKey], Idle: now.Sub(used), Messages: info.State.Msgs, Bytes: info.State.Bytes, created: info.Created}
	if bucket, ok := strings.CutPrefix(cfg.Name, "KV_"); ok {
		l.Kind, l.Name = "bucket", bucket
	}
	return []Leftover{l}, nil
}

// ours reports whether a run created something, by its metadata or, on servers
// without metadata, by its name and description together.
func ours(metadata map[string]string, name, about string) bool {
	return metadata[markKey] != "" || strings.HasPrefix(strings.TrimPrefix(name, "KV_"), "natsctl_bench_") && about == description
}

// consumerUsed returns when a consumer was last used: now if a client is waiting for messages.
func consumerUsed(ci *jetstream.ConsumerInfo, now time.Time) time.Time {
	if ci.NumWaiting > 0 || ci.PushBound {
		return now
	}
	at := ci.Created
	for _, last := range []*time.Time{ci.Delivered.Last, ci.AckFloor.Last} {
		if last != nil {
			at = later(at, *last)
		}
	}
	return at
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// ErrReplaced is returned when the leftover was replaced by something with the same name.
var ErrReplaced = errors.New("replaced since it was found")

// Remove removes a leftover. It is not an error if it no longer exists.
func (c *Cleaner) Remove(ctx context.Context, l Leftover) error {
	ctx, cancel := context.WithTimeout(ctx, c.run.timeout())
	defer cancel()
	err := c.remove(ctx, l)
	if errors.Is(err, jetstream.ErrStreamNotFound) || errors.Is(err, jetstream.ErrConsumerNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("remove %s %s: %w", l.Kind, l.Name, err)
	}
	return nil
}

func (c *Cleaner) remove(ctx context.Context, l Leftover) error {
	if l.Kind == "consumer" {
		ci, err := c.js.Consumer(ctx, l.Stream, l.Name)
		if err != nil {
			return err
		}
		if !ci.CachedInfo().Created.Equal(l.created) {
			return ErrReplaced
		}
		return c.js.DeleteConsumer(ctx, l.Stream, l.Name)
	}
	name := l.Name
	if l.Kind == "bucket" {
		name = "KV_" + name
	}
	stream, err := c.js.Stream(ctx, name)
	if err != nil {
		return err
	}
	if !stream.CachedInfo().Created.Equal(l.created) {
		return ErrReplaced
	}
	return c.js.DeleteStream(ctx, name)
}
