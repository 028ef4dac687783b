package stamp

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"pgregory.net/rapid"
)

// TestLayout is the documented layout byte for byte: other programs read it.
func TestLayout(t *testing.T) {
	s := Stamp{Worker: 0x0201, Seq: 0x060504030201, Flags: Probe, Intended: 0x0c0b0a090807, Lag: 0x44332211 << 4}
	p := make([]byte, 34)
	NewCoder(0x04030201).Put(p, s, Sum(p[Full:]))
	want := "424e01020102030401020000________0102030405061122" + "0708090a0b0c3344" + "0000"
	got := hex.EncodeToString(p)
	for i, c := range want {
		if c != '_' && got[i] != byte(c) {
			t.Fatalf("full    %s\nwant    %s", got, want)
		}
	}
	q := make([]byte, 17)
	NewCoder(0x00005a70).Put(q, Stamp{Worker: 0x99, Seq: 0x0504030201, Flags: Warm, Intended: 0x0504030201 * 1000, Lag: 0x332211 * 1000}, 0)
	if got, want := hex.EncodeToString(q), "0102030405715a99"+"0102030405112233"+"00"; got != want {
		t.Errorf("compact %s\nwant    %s", got, want)
	}
}

func TestEveryStampSurvives(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		c := NewCoder(rapid.Uint32().Draw(t, "run"))
		size := rapid.SampledFrom([]int{16, 31, 32, 100}).Draw(t, "size")
		s := Stamp{
			Worker: rapid.IntRange(0, Workers(size)-1).Draw(t, "worker"), Seq: rapid.Uint64Range(0, 1<<40-1).Draw(t, "seq"),
			Flags: rapid.SampledFrom([]uint8{0, Warm, Probe}).Draw(t, "flags"), Intended: 1000 * rapid.Int64Range(0, 1<<37).Draw(t, "due"),
			Lag: 2000 * rapid.Int64Range(0, 8_000_000).Draw(t, "lag"), // a multiple of 16 ns and of 1 us
		}
		p := make([]byte, size)
		c.Put(p, s, Sum(p[Size(size):]))
		if got, err := c.Get(p); err != nil || got != s || !Intact(p) {
			t.Fatalf("%+v, %v, want %+v", got, err, s)
		}
	})
}

// TestSizes says which layout a payload has room for.
func TestSizes(t *testing.T) {
	for payload, want := range map[int][2]int{0: {0, 1 << 16}, 15: {0, 1 << 16}, 16: {16, 256}, 31: {16, 256}, 32: {32, 1 << 16}, 1 << 20: {32, 1 << 16}} {
		if Size(payload) != want[0] || Workers(payload) != want[1] {
			t.Errorf("%d bytes: stamp %d, %d workers", payload, Size(payload), Workers(payload))
		}
	}
}

// TestNotOurs tells another program's messages from another run's.
func TestNotOurs(t *testing.T) {
	c := NewCoder(1)
	p := make([]byte, 32)
	c.Put(p, Stamp{}, Sum(nil))
	for i := range 3 { // magic and version
		q := bytes.Clone(p)
		q[i]++
		if _, err := c.Get(q); !errors.Is(err, ErrDamaged) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	if _, err := NewCoder(2).Get(p); !errors.Is(err, ErrForeign) {
		t.Errorf("another run: %v", err)
	}
	if _, err := NewCoder(4).Get(make([]byte, 16)); !errors.Is(err, ErrForeign) {
		t.Errorf("zeros: %v", err)
	}
	if !Intact(make([]byte, 31)) || Intact(bytes.Repeat([]byte{1}, 32)) {
		t.Error("only the full layout can tell")
	}
	neg := make([]byte, 32)
	c.Put(neg, Stamp{Lag: -5}, 0)
	if s, err := c.Get(neg); err != nil || s.Lag != 0 {
		t.Errorf("sent before it was due: %+v, %v", s, err)
	}
}

// TestPatterns are what their names say, and the seed decides.
func TestPatterns(t *testing.T) {
	body := func(pattern string, seed uint64) []byte {
		pool, err := NewPool(NewCoder(1), []int{1000}, pattern, nil, seed)
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Clone(pool.Next(Stamp{})[Full:])
	}
	if !bytes.Equal(body(Zeros, 1), make([]byte, 1000-Full)) {
		t.Error("zeros are not")
	}
	if !bytes.Equal(body("", 1), body(Random, 1)) || bytes.Equal(body(Random, 1), body(Random, 2)) || bytes.Equal(body(Text, 1), body(Text, 2)) {
		t.Error("the seed does not decide")
	}
	for _, c := range body(Text, 1) {
		if c < ' ' || c > '~' {
			t.Fatalf("text has %q", c)
		}
	}
	pool, err := NewPool(NewCoder(1), []int{64}, Random, nil, 1)
	if err != nil {
		t.Fatal(err)
	}
	first := bytes.Clone(pool.Next(Stamp{})[Full:])
	for n := range bodies - 1 {
		if bytes.Equal(first, pool.Next(Stamp{})[Full:]) {
			t.Fatalf("body %d is the first again", n+1)
		}
	}
	if !bytes.Equal(first, pool.Next(Stamp{})[Full:]) {
		t.Error("the pool does not come round")
	}
}
