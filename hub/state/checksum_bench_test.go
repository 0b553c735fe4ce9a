package state

import (
	"fmt"
	"testing"
)

// A node stops deciding while it makes a checksum.
func BenchmarkChecksum(b *testing.B) {
	for _, n := range []int{1000, 20000} {
		v := newSeveral(b)
		v.large = true
		set := defaults()
		v.begins(1, set)
		for i := range n {
			v.opensAt(1, fmt.Sprint("p", i), nil)
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				v.m.Checksum()
			}
		})
	}
}
