package stamp

import (
	"errors"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
)

// Patterns of payload bodies.
const (
	Random = "random" // incompressible
	Zeros  = "zeros"  // compresses to nothing
	Text   = "text"   // JSON-like words, compresses about four times
)

// ErrPattern is returned for an unknown pattern of payloads.
var ErrPattern = errors.New("unknown payload pattern")

// bodies is how many different bodies a pool holds, so that neither caches nor
// compression see the same message over and over.
const bodies = 64

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Sum is the checksum of a body: CRC-32C.
func Sum(body []byte) uint32 { return crc32.Checksum(body, castagnoli) }

// Pool hands out payloads of given sizes, made before the run, so that the hot
// loop only writes the stamp. It is used by one goroutine; what [Pool.Next]
// returned is valid until the pool reuses it.
type Pool struct {
	coder Coder
	bufs  [][]byte
	sums  []uint32
	next  int
}

// NewPool makes the payloads. sizes are cycled through and hold at least one;
// pattern is one of Random, Zeros, Text; file, if not nil, is repeated instead.
func NewPool(c Coder, sizes []int, pattern string, file []byte, seed uint64) (*Pool, error) {
	p := &Pool{coder: c}
	n := bodies
	for n%len(sizes) != 0 { // every size equally often
		n++
	}
	rnd := rand.New(rand.NewPCG(seed, 0x706f6f6c))
	for i := range n {
		buf := make([]byte, sizes[i%len(sizes)])
		if err := fill(buf, pattern, file, rnd); err != nil {
			return nil, err
		}
		p.bufs = append(p.bufs, buf)
		p.sums = append(p.sums, Sum(buf[Size(len(buf)):]))
	}
	return p, nil
}

// Next stamps a payload with s and returns it.
func (p *Pool) Next(s Stamp) []byte {
	i := p.next
	if p.next++; p.next == len(p.bufs) {
		p.next = 0
	}
	p.coder.Put(p.bufs[i], s, p.sums[i])
	return p.bufs[i]
}

func fill(buf []byte, pattern string, file []byte, rnd *rand.Rand) error {
	switch {
	case len(file) > 0:
		for i := 0; i < len(buf); i += copy(buf[i:], file) {
		}
	case pattern == Random || pattern == "":
		for i := range buf {
			buf[i] = byte(rnd.Uint32())
		}
	case pattern == Text:
		for i := 0; i < len(buf); i += copy(buf[i:], words[rnd.IntN(len(words))]) {
		}
	case pattern != Zeros:
		return fmt.Errorf("%w %q: want %s, %s or %s", ErrPattern, pattern, Random, Zeros, Text)
	}
	return nil
}

// words are the tokens of the Text pattern.
var words = []string{
	`{"id":`, `"order":`, `"device":"sensor-`, `"temperature":`, `"status":"ok",`, `"time":"2026-01-`, `17`, `4711`, `0.25`,
	`"region":"eu-west",`, `"items":[`, `],`, `"price":`, `"currency":"EUR",`, `"customer":`, `},`, `"quantity":3,`, `true,`, `null,`,
}
