// Package verify counts which numbered messages were lost, duplicated or reordered.
// It owns the bookkeeping of sequence numbers in constant memory; it must not know
// payloads or connections.
package verify

import "sync"

// Verdict is what one arrival means.
type Verdict uint8

// The verdicts.
const (
	Fresh     Verdict = iota // first arrival, in order
	Reordered                // first arrival, after a higher number
	Duplicate                // seen before
)

const (
	bits  = 64
	words = 1024
	// span is how far behind the highest number the bitmap reaches.
	span = bits * words
	// maxGaps bounds the memory for gaps that have left the bitmap.
	maxGaps = 4096
)

// Window follows the numbers of one sender as one receiver sees them, from 0
// on. It distinguishes first arrivals from duplicates exactly, however late they
// are, until 4096 separate gaps are exceeded; then a late message of a dropped gap
// counts as a duplicate. The zero value is ready; one goroutine uses it.
type Window struct {
	next uint64 // one above the highest number seen
	seen *[words]uint64
	gaps []gap // unseen numbers that have left the bitmap, ascending

	Unique     uint64 // numbers seen at least once
	Duplicates uint64
	Reorders   uint64
}

// gap is the unseen numbers from..to, inclusive.
type gap struct{ from, to uint64 }

// Add records an arrival.
func (w *Window) Add(seq uint64) Verdict {
	if w.seen == nil {
		w.seen = new([words]uint64)
	}
	if seq >= w.next {
		w.advance(seq)
		w.Unique++
		return Fresh
	}
	if !w.fillGap(seq) {
		w.Duplicates++
		return Duplicate
	}
	w.Unique++
	w.Reorders++
	return Reordered
}

// advance moves the window up to seq and marks it as seen. The hot path is
// seq == w.next: one bit cleared, one set.
func (w *Window) advance(seq uint64) {
	if seq-w.next >= span { // nothing of the old window stays
		w.skip(w.next, seq)
		*w.seen = [words]uint64{}
	} else {
		for n := w.next; n <= seq; n++ {
			word, bit := &w.seen[n/bits%words], uint64(1)<<(n%bits)
			if n >= span && *word&bit == 0 {
				w.addGap(n-span, n-span)
			}
			*word &^= bit
		}
	}
	w.seen[seq/bits%words] |= 1 << (seq % bits)
	w.next = seq + 1
}

// skip records all unseen numbers of the window that a jump to seq skips.
func (w *Window) skip(next, seq uint64) {
	low := uint64(0)
	if next > span {
		low = next - span
	}
	for n := low; n < next; n++ {
		if w.seen[n/bits%words]&(1<<(n%bits)) == 0 {
			w.addGap(n, n)
		}
	}
	if seq-span >= next {
		w.addGap(next, seq-span)
	}
}

func (w *Window) addGap(from, to uint64) {
	if n := len(w.gaps); n > 0 && w.gaps[n-1].to+1 == from {
		w.gaps[n-1].to = to
		return
	}
	if len(w.gaps) < maxGaps {
		w.gaps = append(w.gaps, gap{from, to})
	}
}

// fillGap reports whether seq, below the highest, is seen for the first time, and
// marks it as seen.
func (w *Window) fillGap(seq uint64) bool {
	if w.next-seq <= span {
		word, bit := &w.seen[seq/bits%words], uint64(1)<<(seq%bits)
		first := *word&bit == 0
		*word |= bit
		return first
	}
	for i, g := range w.gaps {
		if seq < g.from || seq > g.to {
			continue
		}
		rest := append([]gap{}, w.gaps[i+1:]...)
		w.gaps = w.gaps[:i]
		if seq > g.from {
			w.gaps = append(w.gaps, gap{g.from, seq - 1})
		}
		if seq < g.to {
			w.gaps = append(w.gaps, gap{seq + 1, g.to})
		}
		w.gaps = append(w.gaps, rest...)
		return true
	}
	return false
}

// Union is a window that several receivers share: the members of a queue
// group, each of which sees a part of the numbers. Order is defined only for each
// member, so it never returns Reordered. It is safe for concurrent use; the zero
// value is ready.
type Union struct {
	mu sync.Mutex
	w  Window
}

// Add records an arrival at any member.
func (u *Union) Add(seq uint64) Verdict {
	u.mu.Lock()
	v := u.w.Add(seq)
	u.mu.Unlock()
	if v == Reordered {
		return Fresh
	}
	return v
}

// Counts returns the numbers seen at least once and the repeated arrivals.
func (u *Union) Counts() (unique, duplicates uint64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.w.Unique, u.w.Duplicates
}
