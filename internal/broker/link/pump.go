package link

import (
	"context"
	"io"
	"math/rand/v2"
	"time"
)

// pump copies the bytes of one direction of one connection over a path. It never reads their content, so it works with TLS.
type pump struct {
	path *path
	src  io.Reader
	dst  io.Writer
}

// Bytes in flight per direction: enough for a delay at a high rate; beyond that, back pressure reaches the sender.
const (
	chunkSize  = 32 << 10
	chunkQueue = 128
)

// chunk is the result of one read, and when it is to arrive.
type chunk struct {
	data []byte
	due  time.Time
}

// run copies bytes until an end is closed or the context ends.
func (p pump) run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	queue := make(chan chunk, chunkQueue)
	go p.read(ctx, queue)
	var free time.Time // when a limited path can take the next chunk
	for c := range queue {
		if !p.wait(ctx, c, &free) {
			return
		}
		if _, err := p.dst.Write(c.data); err != nil {
			return
		}
	}
}

// read stamps each chunk with the time when it is to arrive; jitter never reorders, as in a TCP connection.
func (p pump) read(ctx context.Context, queue chan<- chunk) {
	defer close(queue)
	var last time.Time
	for {
		buf := make([]byte, chunkSize)
		n, err := p.src.Read(buf)
		if n > 0 {
			due := p.due(time.Now())
			if due.Before(last) {
				due = last
			}
			last = due
			select {
			case queue <- chunk{buf[:n], due}:
			case <-ctx.Done():
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (p pump) due(now time.Time) time.Time {
	e, _ := p.path.current()
	if e.jitter > 0 {
		e.delay += rand.N(e.jitter)
	}
	return now.Add(e.delay)
}

// wait returns true when the chunk may go on and false when the context ended.
func (p pump) wait(ctx context.Context, c chunk, free *time.Time) bool {
	for {
		e, changed := p.path.current()
		if e.hold {
			select {
			case <-changed:
				continue
			case <-ctx.Done():
				return false
			}
		}
		at := c.due
		if e.rate > 0 && free.After(at) {
			at = *free
		}
		if !until(ctx, at, changed) {
			if ctx.Err() != nil {
				return false
			}
			continue
		}
		if e.rate > 0 {
			*free = time.Now().Add(time.Duration(int64(len(c.data)) * int64(time.Second) / e.rate))
		}
		return true
	}
}

// until waits for a time; false means that the context ended or the path changed first.
func until(ctx context.Context, at time.Time, changed <-chan struct{}) bool {
	d := time.Until(at)
	if d <= 0 {
		return true
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-changed:
		return false
	case <-ctx.Done():
		return false
	}
}
