package tui

import (
	"strings"
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

// What is certain is put in where it goes on with what was typed, and only listed where something else stands for that:
// a visitor that was typed by the name is not narrowed down by the number.
func TestWhatWasTypedIsNotReplacedByAPartOfSomethingElse(t *testing.T) {
	_, f := shown(t, 60, 6, Options{Complete: func(before string) []string {
		if strings.HasPrefix(before, "/join ") {
			return []string{"#teapot", "#team"}
		}
		return []string{"171 \tzoe", "172 \tzora"}
	}})
	f.typed("/take z")
	f.press(tcell.KeyTab)
	f.sees(t, "171 zoe  172 zora")
	f.line(t, "> /take z", 9)
	f.press(tcell.KeyTab)
	f.line(t, "> /take 171", 12)
	f.press(tcell.KeyCtrlU)
	f.typed("/join t")
	f.press(tcell.KeyTab)
	f.line(t, "> /join #tea", 12)
}
