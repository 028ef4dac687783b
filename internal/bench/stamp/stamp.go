// Package stamp writes and reads what a benchmark message carries at the front
// of its payload: who sent it, its sequence number, when it should have been
// sent and how late it was. It owns the two layouts and the payload bodies; it
// must not know connections or histograms.
//
// Both layouts are little endian. Full, 32 bytes:
//
//	0 magic u16 | 2 version u8 | 3 flags u8 | 4 run u32 | 8 worker u16 | 10 spare u16 |
//	12 check u32 | 16 seq u48 | 22 lag low u16 | 24 intended u48 (ns) | 30 lag high u16 (16 ns units)
//
// Compact, 16 bytes, for payloads of 16 to 31 bytes:
//
//	0 seq u40 | 5 run u16 | 7 worker u8 | 8 intended u40 (us) | 13 lag u24 (us)
//
// Below 16 bytes there is no stamp: such messages are only counted.
package stamp

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// Sizes of the two layouts in bytes.
const (
	Full    = 32
	Compact = 16
)

const (
	magic   = 0x4e42
	version = 1
)

// Limits of the full and the compact layout.
const (
	maxSeq        = 1<<48 - 1
	MaxWorkers    = 1 << 16
	compactWorker = 1 << 8
)

// Flags of a message. In the compact layout they are folded into the run.
const (
	// Warm marks a message of the warm-up, which is not measured.
	Warm uint8 = 1 << iota
	// Probe marks a message that only tests whether the path works.
	Probe
)

// The reasons why a payload is not a message of this run.
var (
	// ErrForeign is returned for the message of another run.
	ErrForeign = errors.New("message of another run")
	// ErrDamaged is returned for a payload without a readable stamp.
	ErrDamaged = errors.New("no readable stamp")
)

// Stamp identifies a message. Times are nanoseconds since the epoch of the run.
type Stamp struct {
	Worker   int
	Seq      uint64
	Flags    uint8
	Intended int64 // when the message was due
	Lag      int64 // how much later it was really sent; saturates after 16 s
}

// Size is the size of the stamp that fits a payload: 32, 16, or 0 bytes.
func Size(payload int) int {
	switch {
	case payload >= Full:
		return Full
	case payload >= Compact:
		return Compact
	}
	return 0
}

// Workers is how many senders the stamp of such a payload can tell apart.
func Workers(payload int) int {
	if Size(payload) == Compact {
		return compactWorker
	}
	return MaxWorkers
}

// Coder writes and reads the stamps of one run. It holds no state but the
// run's number and may be used concurrently.
type Coder struct{ run uint32 }

// NewCoder returns the coder of a run; the number distinguishes runs that share a
// subject.
func NewCoder(run uint32) Coder { return Coder{run: run} }

// Put writes s to the front of p, in the layout that p has room for. sum is
// the checksum of the body behind the stamp, see [Sum]; the compact layout has
// no room for it.
func (c Coder) Put(p []byte, s Stamp, sum uint32) {
	switch Size(len(p)) {
	case Full:
		c.putFull(p, s, sum)
	case Compact:
		c.putCompact(p, s)
	}
}

func (c Coder) putFull(p []byte, s Stamp, sum uint32) {
	lag := uint64(min(max(s.Lag, 0)>>4, 1<<32-1))
	head := uint64(magic) | version<<16 | uint64(s.Flags)<<24 | uint64(c.run)<<32
	seq := s.Seq&maxSeq | lag<<48
	due := uint64(s.Intended)&maxSeq | (lag>>16)<<48
	_ = p[Full-1]
	binary.LittleEndian.PutUint64(p[0:], head)
	binary.LittleEndian.PutUint64(p[8:], uint64(s.Worker&0xffff)|uint64(sum^fold(head, seq, due))<<32)
	binary.LittleEndian.PutUint64(p[16:], seq)
	binary.LittleEndian.PutUint64(p[24:], due)
}

// fold makes the check depend on the stamp itself too.
func fold(head, seq, due uint64) uint32 {
	h := (head ^ bits.RotateLeft64(seq, 17) ^ bits.RotateLeft64(due, 41)) * 0x9e3779b97f4a7c15
	return uint32(h >> 32)
}

func (c Coder) putCompact(p []byte, s Stamp) {
	const us = 1000
	lag := uint64(min(max(s.Lag, 0)/us, 1<<24-1))
	_ = p[Compact-1]
	binary.LittleEndian.PutUint64(p[0:], s.Seq&(1<<40-1)|uint64(c.compactRun(s.Flags))<<40|uint64(s.Worker&0xff)<<56)
	binary.LittleEndian.PutUint64(p[8:], uint64(s.Intended/us)&(1<<40-1)|lag<<40)
}

// compactRun folds the flags into the two low bits of the 16-bit run number.
func (c Coder) compactRun(flags uint8) uint16 {
	return uint16(c.run^c.run>>16)&^3 | uint16(flags&3)
}

// Get reads the stamp of p. The error is [ErrForeign] or, too if p is too small
// for a stamp, [ErrDamaged].
func (c Coder) Get(p []byte) (Stamp, error) {
	switch Size(len(p)) {
	case Full:
		return c.getFull(p)
	case Compact:
		return c.getCompact(p)
	}
	return Stamp{}, ErrDamaged
}

func (c Coder) getFull(p []byte) (Stamp, error) {
	_ = p[Full-1]
	head := binary.LittleEndian.Uint64(p[0:])
	if uint32(head)&0xffffff != magic|version<<16 {
		return Stamp{}, ErrDamaged
	}
	if uint32(head>>32) != c.run {
		return Stamp{}, ErrForeign
	}
	seq, due := binary.LittleEndian.Uint64(p[16:]), binary.LittleEndian.Uint64(p[24:])
	return Stamp{
		Worker:   int(binary.LittleEndian.Uint16(p[8:])),
		Seq:      seq & maxSeq,
		Flags:    uint8(head >> 24),
		Intended: int64(due & maxSeq),
		Lag:      int64(seq>>48|due>>48<<16) << 4,
	}, nil
}

func (c Coder) getCompact(p []byte) (Stamp, error) {
	const us = 1000
	_ = p[Compact-1]
	seq, due := binary.LittleEndian.Uint64(p[0:]), binary.LittleEndian.Uint64(p[8:])
	run := uint16(seq >> 40)
	if run&^3 != c.compactRun(0) {
		return Stamp{}, ErrForeign
	}
	return Stamp{
		Worker:   int(seq >> 56),
		Seq:      seq & (1<<40 - 1),
		Flags:    uint8(run & 3),
		Intended: int64(due&(1<<40-1)) * us,
		Lag:      int64(due>>40) * us,
	}, nil
}

// Intact reports whether stamp and body of p are as they were sent. Only the full
// layout can tell; others are always intact.
func Intact(p []byte) bool {
	if Size(len(p)) != Full {
		return true
	}
	head, seq, due := binary.LittleEndian.Uint64(p[0:]), binary.LittleEndian.Uint64(p[16:]), binary.LittleEndian.Uint64(p[24:])
	return binary.LittleEndian.Uint32(p[12:]) == Sum(p[Full:])^fold(head, seq, due)
}
