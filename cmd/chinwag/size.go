package main

import (
	"math"
	"strconv"
	"strings"
)

// size is a number of bytes, which may be written with a unit: 256M, 10G. A unit is 1,024 of the one before.
type size int64

const sizeUnits = "KMGT"

// String is s in the largest unit of which it is a whole number.
func (s size) String() string {
	unit := ""
	for i := 0; i < len(sizeUnits) && s != 0 && s%1024 == 0; i++ {
		s, unit = s/1024, sizeUnits[i:i+1]
	}
	return strconv.FormatInt(int64(s), 10) + unit
}

func parseSize(text string) (s size, ok bool) {
	number, unit := strings.TrimSuffix(strings.ToUpper(text), "B"), uint64(1)
	if n := len(number); n > 0 {
		if i := strings.IndexByte(sizeUnits, number[n-1]); i >= 0 {
			number, unit = number[:n-1], 1<<(10*(i+1))
		}
	}
	n, err := strconv.ParseUint(number, 10, 63)
	if err != nil || n > math.MaxInt64/unit {
		return 0, false
	}
	return size(n * unit), true
}
