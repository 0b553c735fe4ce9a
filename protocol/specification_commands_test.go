package protocol

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// The table of commands has those there are, in the order of /help, and says of each what /help says.
func TestTheTableOfCommandsIsWhatHelpSays(t *testing.T) {
	var want, got []string
	for _, v := range Verbs() {
		if v.Usage() == "" {
			continue
		}
		does := v.Help
		if v.Operator {
			does = "operators: " + does
		}
		want = append(want, v.Usage()+" "+does)
	}
	for i, row := range specified(t, "| command | does |") {
		said := strings.ReplaceAll(row[0]+" "+row[1], "`", "")
		if i < len(want) && strings.HasPrefix(said, want[i]+"; ") || i < len(want) && strings.HasPrefix(said, want[i]+", ") {
			said = want[i] // it says more
		}
		got = append(got, said)
	}
	assert.Equal(t, want, got)
}
