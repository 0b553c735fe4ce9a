package screen

import (
	"testing"

	"github.com/gdamore/tcell/v2"
)

// A remark is listed, and is not put in.
func TestARemarkIsOnlyListed(t *testing.T) {
	_, f := shown(t, 60, 6, Options{Complete: func(before string) []string {
		if before == "/take 8" {
			return []string{"8 \t小红"}
		}
		return []string{"7 \tzoe", "8 \t小红"}
	}})
	f.typed("/take ")
	f.press(tcell.KeyTab)
	f.sees(t, "7 zoe  8 小红")
	f.press(tcell.KeyTab)
	f.line(t, "> /take 7", 10)
	f.press(tcell.KeyTab)
	f.line(t, "> /take 8", 10)
	f.press(tcell.KeyBackspace2)
	f.press(tcell.KeyTab)
	f.line(t, "> /take 8", 10)
}
