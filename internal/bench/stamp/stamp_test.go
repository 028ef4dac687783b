package stamp

import (
	"bytes"
	"errors"
	"testing"
)

func TestRoundTrip(t *testing.T) {
	c := NewCoder(0xdeadbeef)
	full := Stamp{Worker: 65535, Seq: 1<<48 - 1, Flags: Warm, Intended: 1<<47 + 12345, Lag: 1234560}
	compact := Stamp{Worker: 200, Seq: 1<<40 - 1, Flags: Probe, Intended: 77_000_000, Lag: 5_000}
	for size, want := range map[int]Stamp{32: full, 33: full, 8192: full, 16: compact, 31: compact} {
		p := make([]byte, size)
		c.Put(p, want, Sum(p[Size(size):]))
		got, err := c.Get(p)
		if err != nil || got != want {
			t.Errorf("%d bytes: %+v, %v, want %+v", size, got, err, want)
		}
		if !Intact(p) {
			t.Errorf("%d bytes: not intact", size)
		}
		if _, err := NewCoder(0xdead00ef).Get(p); !errors.Is(err, ErrForeign) {
			t.Errorf("%d bytes: another run's message taken: %v", size, err)
		}
	}
	if _, err := c.Get(make([]byte, 15)); !errors.Is(err, ErrDamaged) {
		t.Errorf("no room for a stamp: %v", err)
	}
}

func TestLagSaturates(t *testing.T) {
	c := NewCoder(1)
	for size, most := range map[int]int64{Full: (1<<32 - 1) << 4, Compact: (1<<24 - 1) * 1000} {
		p := make([]byte, size)
		c.Put(p, Stamp{Lag: 1 << 60, Seq: 7, Intended: 9000}, 0)
		s, err := c.Get(p)
		if err != nil || s.Lag != most || s.Seq != 7 || s.Intended != 9000 {
			t.Errorf("%d bytes: %+v, %v", size, s, err)
		}
	}
}

func TestEveryDamagedByteIsSeen(t *testing.T) {
	c := NewCoder(7)
	pool, err := NewPool(c, []int{64}, Random, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	p := pool.Next(Stamp{Worker: 3, Seq: 99, Intended: 1e9})
	for i := range p {
		if i == 10 || i == 11 || i == 8 || i == 9 { // spare, and the worker (checked by its range)
			continue
		}
		p[i] ^= 0x40
		if _, err := c.Get(p); err == nil && Intact(p) {
			t.Errorf("damage at byte %d goes unseen", i)
		}
		p[i] ^= 0x40
	}
	if !Intact(p) {
		t.Error("the repaired message is not intact")
	}
}

func TestPool(t *testing.T) {
	for _, pattern := range []string{Random, Zeros, Text} {
		pool, err := NewPool(NewCoder(1), []int{16, 100, 3}, pattern, nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		sizes := map[int]int{}
		for i := range 66 {
			sizes[len(pool.Next(Stamp{Seq: uint64(i)}))]++
		}
		if sizes[16] != 22 || sizes[100] != 22 || sizes[3] != 22 {
			t.Errorf("%s: sizes %v", pattern, sizes)
		}
	}
	if _, err := NewPool(NewCoder(1), []int{64}, "marble", nil, 1); !errors.Is(err, ErrPattern) {
		t.Errorf("unknown pattern: %v", err)
	}
	pool, err := NewPool(NewCoder(1), []int{40}, "", []byte("abc"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if p := pool.Next(Stamp{}); !bytes.Equal(p[33:36], []byte("abc")) {
		t.Errorf("file is not repeated: %q", p[32:])
	}
}

func TestNoAllocations(t *testing.T) {
	c := NewCoder(1)
	pool, _ := NewPool(c, []int{128}, Random, nil, 1)
	if n := testing.AllocsPerRun(1000, func() {
		s, _ := c.Get(pool.Next(Stamp{Seq: 5}))
		_ = s.Seq
	}); n != 0 {
		t.Errorf("%v allocations per message", n)
	}
}

func FuzzGet(f *testing.F) {
	f.Add(make([]byte, 40))
	f.Fuzz(func(_ *testing.T, p []byte) {
		_, _ = NewCoder(1).Get(p)
		_ = Intact(p)
	})
}

func BenchmarkPutGet(b *testing.B) {
	c := NewCoder(1)
	pool, _ := NewPool(c, []int{128}, Random, nil, 1)
	var seq uint64
	for b.Loop() {
		seq++
		s, err := c.Get(pool.Next(Stamp{Seq: seq, Intended: 1}))
		if err != nil || s.Seq != seq {
			b.Fatal(s, err)
		}
	}
}
