package verify

import (
	"math/rand/v2"
	"sync"
	"testing"
)

// model is the obvious bookkeeping, in memory without bound.
type model struct {
	seen               map[uint64]bool
	high               uint64
	unique, dup, reord uint64
}

func (m *model) see(seq uint64) Verdict {
	switch {
	case m.seen[seq]:
		m.dup++
		return Duplicate
	case len(m.seen) > 0 && seq < m.high:
		m.seen[seq] = true
		m.unique++
		m.reord++
		return Reordered
	}
	m.seen[seq], m.high = true, seq
	m.unique++
	return Fresh
}

// stream makes n numbers of which some are lost, repeated, delayed by up to
// far places, or skipped in long stretches.
func stream(rnd *rand.Rand, n uint64, far int) []uint64 {
	var out []uint64
	for seq := uint64(0); seq < n; seq++ {
		switch rnd.IntN(2000) {
		case 0:
			continue
		case 1:
			out = append(out, seq, seq)
			continue
		case 2:
			if rnd.IntN(20) == 0 {
				seq += uint64(rnd.IntN(3 * span))
			}
		}
		out = append(out, seq)
	}
	for range len(out) / 500 {
		i := rnd.IntN(len(out))
		j := min(i+1+rnd.IntN(far), len(out)-1)
		out[i], out[j] = out[j], out[i]
	}
	return out
}

func TestAgainstModel(t *testing.T) {
	for seed := range uint64(6) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		var w Window
		m := model{seen: map[uint64]bool{}}
		far := 10
		if seed%2 == 1 {
			far = 2 * span
		}
		for i, seq := range stream(rnd, 400_000, far) {
			if got, want := w.Add(seq), m.see(seq); got != want {
				t.Fatalf("seed %d: arrival %d, number %d: verdict %d, want %d (gaps %d)", seed, i, seq, got, want, len(w.gaps))
			}
		}
		if w.Unique != m.unique || w.Duplicates != m.dup || w.Reorders != m.reord {
			t.Errorf("seed %d: %d/%d/%d, want %d/%d/%d", seed, w.Unique, w.Duplicates, w.Reorders, m.unique, m.dup, m.reord)
		}
	}
}

func TestSmall(t *testing.T) {
	for _, c := range []struct {
		in   []uint64
		want []Verdict
	}{
		{[]uint64{0, 1, 2}, []Verdict{Fresh, Fresh, Fresh}},
		{[]uint64{0, 2, 1}, []Verdict{Fresh, Fresh, Reordered}},
		{[]uint64{0, 0}, []Verdict{Fresh, Duplicate}},
		{[]uint64{5, 0, 5}, []Verdict{Fresh, Reordered, Duplicate}},
		{[]uint64{10 * span, 3, 3}, []Verdict{Fresh, Reordered, Duplicate}},
		{[]uint64{0, span, 0, 1}, []Verdict{Fresh, Fresh, Duplicate, Reordered}},
		{[]uint64{0, 1, 4 * span, 1, 0, 2 * span, 2 * span}, []Verdict{Fresh, Fresh, Fresh, Duplicate, Duplicate, Reordered, Duplicate}},
	} {
		var w Window
		for i, seq := range c.in {
			if got := w.Add(seq); got != c.want[i] {
				t.Errorf("%v: arrival %d: %d, want %d", c.in, i, got, c.want[i])
			}
		}
	}
}

func TestUnion(t *testing.T) {
	var u Union
	var wg sync.WaitGroup
	for m := range 4 {
		wg.Go(func() {
			for seq := uint64(m); seq < 40_000; seq += 4 {
				if v := u.Add(seq); v != Fresh {
					t.Errorf("member %d, number %d: %d", m, seq, v)
				}
			}
		})
	}
	wg.Wait()
	if v := u.Add(7); v != Duplicate {
		t.Errorf("repeated at another member: %d", v)
	}
	if unique, dup := u.Counts(); unique != 40_000 || dup != 1 {
		t.Errorf("%d unique, %d duplicates", unique, dup)
	}
}

func TestNoAllocations(t *testing.T) {
	var w Window
	w.Add(0)
	seq := uint64(0)
	if n := testing.AllocsPerRun(1000, func() { seq++; w.Add(seq) }); n != 0 {
		t.Errorf("%v allocations per message", n)
	}
}

func BenchmarkInOrder(b *testing.B) {
	var w Window
	var seq uint64
	for b.Loop() {
		w.Add(seq)
		seq++
	}
}
