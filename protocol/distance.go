package protocol

// Distance is how many letters must be put in, left out, changed or swapped with the next to make b of a: the optimal
// string alignment distance. Its cost is the product of their lengths, so callers bound these.
func Distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	wide := len(to) + 1
	rows := make([]int, 3*wide) // the last three are looked at
	before, above, row := rows[:wide], rows[wide:2*wide], rows[2*wide:]
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(from); i++ {
		before, above, row = above, row, before
		row[0] = i
		for j := 1; j <= len(to); j++ {
			change := above[j-1]
			if from[i-1] != to[j-1] {
				change++
			}
			d := min(change, above[j]+1, row[j-1]+1)
			if i > 1 && j > 1 && from[i-1] == to[j-2] && from[i-2] == to[j-1] {
				d = min(d, before[j-2]+1)
			}
			row[j] = d
		}
	}
	return row[len(to)]
}
