package recording

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Len returns the number of snapshots in the recording; at least one.
func (r *Recording) Len() int { return len(r.index) }

// Time returns when snapshot i was taken.
func (r *Recording) Time(i int) time.Time { return r.index[i].time }

// Cut reports whether the file ends in the middle of a line: the program that
// wrote it was interrupted.
func (r *Recording) Cut() bool { return r.cut }

// Damaged counts the damaged places of the file that were skipped.
func (r *Recording) Damaged() int { return r.damaged }

// Bad counts the lines that are neither a snapshot nor an event of this
// version.
func (r *Recording) Bad() int { return r.bad }

// At returns the index of the last snapshot taken at or before t, or of the
// first if t is before all.
func (r *Recording) At(t time.Time) int {
	i := sort.Search(len(r.index), func(i int) bool { return r.index[i].time.After(t) })
	return max(i-1, 0)
}

// Events returns the events after from, up to and including to, in the order
// of the file.
func (r *Recording) Events(from, to time.Time) []fleet.Event {
	var out []fleet.Event
	for _, e := range r.notes {
		if e.Time.After(from) && !e.Time.After(to) {
			out = append(out, e)
		}
	}
	return out
}

// Snapshot decodes snapshot i.
func (r *Recording) Snapshot(i int) (*fleet.Snapshot, error) {
	if i < 0 || i >= len(r.index) {
		return nil, fmt.Errorf("snapshot %d of %d: %w", i, len(r.index), io.EOF)
	}
	at := r.index[i]
	var in io.Reader = io.NewSectionReader(r.file, at.offset, r.size-at.offset)
	if r.gzip {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("snapshot %d: %w", i, err)
		}
		defer func() { _ = z.Close() }()
		in = z
	}
	lines := bufio.NewReaderSize(in, 1<<16)
	for range at.skip {
		if _, _, err := readLine(lines, 1); err != nil {
			return nil, fmt.Errorf("snapshot %d: %w", i, err)
		}
	}
	line, _, err := readLine(lines, maxLine)
	if err != nil {
		return nil, fmt.Errorf("snapshot %d: %w", i, err)
	}
	return fleet.DecodeSnapshot(line)
}

// Player replays a recording as a [Source].
type Player struct {
	recording *Recording
	mu        sync.Mutex
	next      int
	still     bool
}

// Play returns a source that answers with snapshot i, then the one after it,
// and so on; at the end its error wraps io.EOF.
func (r *Recording) Play(i int) *Player { return &Player{recording: r, next: i} }

// Still returns a source that always answers with snapshot i.
func (r *Recording) Still(i int) *Player { return &Player{recording: r, next: i, still: true} }

// Snapshot answers from the recording, narrowed to the scope. A request for
// what was not recorded fails with a [*NotRecordedError].
func (p *Player) Snapshot(ctx context.Context, want fleet.Want) (*fleet.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p.mu.Lock()
	i := p.next
	if !p.still {
		p.next++
	}
	p.mu.Unlock()
	s, err := p.recording.Snapshot(i)
	if err != nil {
		return nil, err
	}
	missing := &NotRecordedError{Held: s.Want.Kinds}
	for _, k := range want.Kinds {
		if !s.Want.Has(k) {
			missing.Kinds = append(missing.Kinds, k)
		}
	}
	if len(missing.Kinds) > 0 {
		return nil, missing
	}
	s.Problems = slices.DeleteFunc(s.Problems, func(p fleet.Problem) bool { return !want.Has(p.Kind) })
	return s.In(want.Scope), nil
}
