//go:build unix

package e2e

import (
	"os/exec"
	"testing"
)

// Tab at a terminal of 80 by 24: what is listed names the visitors, and what is put in is the number; names, rooms and
// commands in Chinese and in either width.
func TestTabAtTheDesk(t *testing.T) {
	t.Parallel()
	h := open(t, "--rate", "0", "--operator-password-file", passwordFile(t))
	op := atTerminal(t, h.ctx, exec.Command(program(t), "join", h.addr, "--nick", "carol"))
	op.inputIs("#lobby>")
	op.presses("/operator")
	op.presses(sesame)
	op.sees("-- you are an operator now")
	ming := h.enter("小明")
	ming.types("/desk 我的屏幕是黑的")
	op.sees("[@1 小明] 我的屏幕是黑的")
	zoe := h.enter("zoe")
	zoe.types("/desk mine is blue")
	op.sees("[@2 zoe] mine is blue")
	wang := h.enter("小王")
	wang.types("/join 茶室", "/ping")
	wang.expect("-- pong")
	op.sees("-- 小王 went to #茶室")

	op.sends("/take \t")
	op.sees("1 小明  2 zoe")
	op.inputIs("#lobby> /take")
	op.sends("小\t")
	op.inputIs("#lobby> /take 1")
	op.presses("")
	op.inputIs("@1 小明>")
	op.sends("@z\t好\r")
	op.inputIs("@1 小明>")
	zoe.expect("<carol> 好")
	op.presses("/to")
	op.inputIs("#lobby>")
	op.sends("／join 茶\t")
	op.inputIs("#lobby> ／join #茶室")
	op.presses("")
	wang.expect("-- carol joined")
	op.inputIs("#茶室>")
	op.sends("你好@小\t")
	op.inputIs("#茶室> 你好@小王")
	op.presses("")
	wang.expect("<carol> 你好@小王...")
	op.sends("/help tra\t")
	op.inputIs("#茶室> /help transcript")
	op.presses("")
	op.sees("-- /transcript [N]       shows all that was said with a visitor")
	op.presses("／ｔｒａｎｓｃｉｒｐｔ 1")
	op.sees("-- there is no /ｔｒａｎｓｃｉｒｐｔ: did you mean /transcript? /help lists")
}
