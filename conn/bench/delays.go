package bench

import (
	"math/bits"
	"time"
)

// delays is a histogram of delays, in buckets that are an eighth of a power of two wide: a line costs no memory, and a
// value is right to a tenth.
type delays struct {
	count [30 * 8]int
	total int
}

func (d *delays) add(us uint32) {
	d.count[bucket(us)]++
	d.total++
}

func bucket(us uint32) int {
	n := bits.Len32(us)
	if n < 4 {
		return int(us)
	}
	return (n-3)*8 + int(us>>(n-4)&7)
}

// least is the smallest value of a bucket.
func least(b int) uint32 {
	if b < 8 {
		return uint32(b)
	}
	return uint32(8+b%8) << (b/8 - 1)
}

// quantile is the q-quantile of the delays, q from 0 to 1.
func (d *delays) quantile(q float64) time.Duration {
	left := int(q * float64(d.total))
	for b, n := range d.count {
		if left -= n; left < 0 {
			return time.Duration(least(b)) * time.Microsecond
		}
	}
	return 0
}
