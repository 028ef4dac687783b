package fleet

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/klauspost/compress/gzip"
)

// Len is how many snapshots the recording holds; at least one.
func (r *Recording) Len() int { return len(r.index) }

// Time is when snapshot i was taken.
func (r *Recording) Time(i int) time.Time { return r.index[i].time }

// Cut tells whether the file ends in the middle of a line: the program that
// wrote it was interrupted.
func (r *Recording) Cut() bool { return r.cut }

// Damaged counts the places where the file could not be read and was passed
// over.
func (r *Recording) Damaged() int { return r.damaged }

// Bad counts the lines that are neither a snapshot nor an event of this
// version.
func (r *Recording) Bad() int { return r.bad }

// At returns the index of the last snapshot taken at or before t, and of the
// first when t is before all.
func (r *Recording) At(t time.Time) int {
	i := sort.Search(len(r.index), func(i int) bool { return r.index[i].time.After(t) })
	return max(i-1, 0)
}

// Events returns the events after from, up to and including to, in the order
// of the file.
func (r *Recording) Events(from, to time.Time) []Event {
	var out []Event
	for _, e := range r.notes {
		if e.Time.After(from) && !e.Time.After(to) {
			out = append(out, e)
		}
	}
	return out
}

// Snapshot decodes snapshot i.
func (r *Recording) Snapshot(i int) (*Snapshot, error) {
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
		if _, _, err := readLine(lines); err != nil {
			return nil, fmt.Errorf("snapshot %d: %w", i, err)
		}
	}
	line, _, err := readLine(lines)
	if err != nil {
		return nil, fmt.Errorf("snapshot %d: %w", i, err)
	}
	return decodeSnapshot(line)
}

func decodeSnapshot(line []byte) (*Snapshot, error) {
	s := &Snapshot{}
	if err := json.Unmarshal(line, s); err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	// Everything else takes it for granted that servers are there.
	s.Servers = slices.DeleteFunc(s.Servers, func(sv *Server) bool { return sv == nil })
	for _, sv := range s.Servers {
		sv.dropNil()
	}
	return s, nil
}

// dropNil removes list members that were null in JSON.
func (sv *Server) dropNil() {
	if sv.Connz != nil {
		sv.Connz.Conns = compact(sv.Connz.Conns)
	}
	if sv.Routez != nil {
		sv.Routez.Routes = compact(sv.Routez.Routes)
	}
	if sv.Leafz != nil {
		sv.Leafz.Leafs = compact(sv.Leafz.Leafs)
	}
	if sv.AccountStatz != nil {
		sv.AccountStatz.Accounts = compact(sv.AccountStatz.Accounts)
	}
	if sv.Statsz != nil {
		sv.Statsz.Routes = compact(sv.Statsz.Routes)
		sv.Statsz.Gateways = compact(sv.Statsz.Gateways)
	}
	if sv.Jsz != nil {
		sv.Jsz.AccountDetails = compact(sv.Jsz.AccountDetails)
		for _, acc := range sv.Jsz.AccountDetails {
			for i := range acc.Streams {
				acc.Streams[i].Consumer = compact(acc.Streams[i].Consumer)
			}
		}
	}
}

func compact[T any](list []*T) []*T {
	return slices.DeleteFunc(list, func(p *T) bool { return p == nil })
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

// Snapshot answers from the recording, narrowed to the scope. Asked for what
// was not recorded, it fails with a [*NotRecordedError].
func (p *Player) Snapshot(ctx context.Context, want Want) (*Snapshot, error) {
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
	s.Problems = slices.DeleteFunc(s.Problems, func(p Problem) bool { return !want.Has(p.Kind) })
	return s.In(want.Scope), nil
}

// In returns the part of the snapshot that is in scope. A missing server of
// which the scope's field is not known stays in.
func (s *Snapshot) In(scope Scope) *Snapshot {
	if scope.IsZero() {
		return s
	}
	out := *s
	out.Want.Scope = scope
	out.Servers, out.Missing, out.Problems = nil, nil, nil
	for _, sv := range s.Servers {
		if scope.Matches(sv.Info) {
			out.Servers = append(out.Servers, sv)
		}
	}
	for _, m := range s.Missing {
		if (scope.Cluster == "" || m.Cluster == "" || m.Cluster == scope.Cluster) &&
			(scope.Name == "" || scope.Name == m.Name || scope.Name == m.ID) {
			out.Missing = append(out.Missing, m)
		}
	}
	for _, p := range s.Problems {
		if out.Server(p.ServerID) != nil {
			out.Problems = append(out.Problems, p)
		}
	}
	out.Expected = len(out.Servers) + len(out.Missing)
	return &out
}
