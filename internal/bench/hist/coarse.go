package hist

import "math/bits"

// The coarse geometry: 64 steps per doubling, an error below 1.6 %, which is
// enough for the one-second windows, and takes an eighth of the memory.
const (
	subBits = 6
	subs    = 1 << subBits
	buckets = (41 - subBits + 1) * subs // up to 2^41 ns, more than half an hour
)

// coarse is a log-linear histogram of nanoseconds.
type coarse struct {
	counts [buckets]uint32
	n      int64
	max    int64
}

func (c *coarse) record(ns int64) {
	ns = max(ns, 0)
	c.counts[index(ns)]++
	c.n++
	c.max = max(c.max, ns)
}

// index is the bucket of a value: itself below 64, then 64 per power of two.
func index(ns int64) int {
	if ns < subs {
		return int(ns)
	}
	shift := bits.Len64(uint64(ns)) - 1 - subBits
	return min((shift+1)<<subBits+int(ns>>shift)-subs, buckets-1)
}

// upper is the largest value of a bucket.
func upper(i int) int64 {
	if i < subs {
		return int64(i)
	}
	shift := i>>subBits - 1
	return (int64(i&(subs-1)|subs)+1)<<shift - 1
}

func (c *coarse) merge(o *coarse) {
	for i, n := range o.counts {
		if n != 0 {
			c.counts[i] += n
		}
	}
	c.n += o.n
	c.max = max(c.max, o.max)
}

func (c *coarse) quantile(q float64) int64 {
	want, seen := int64(q*float64(c.n)+0.5), int64(0)
	for i, n := range c.counts {
		if seen += int64(n); n != 0 && seen >= want {
			return min(upper(i), c.max)
		}
	}
	return 0
}
