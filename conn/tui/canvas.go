package tui

import (
	"strings"
	"sync/atomic"

	"github.com/gdamore/tcell/v2"
	"github.com/gdamore/tcell/v2/terminfo"
	"github.com/rivo/uniseg"
)

// canvas draws on a terminal without tcell, which assumes that each terminal gives characters the widths that tcell
// does, and leaves remains on the screen if not; which cannot move rows; and which spends fifteen bytes on a wide
// letter. tcell still handles keys, modes and the suspension of the process.
type canvas struct {
	*terminal
	pen            pen
	want, shown    grid
	x, y           int                    // of the cursor
	drawnX, drawnY int                    // its last place on the terminal
	hide, show     string                 // the sequences for the cursor
	sgrs           map[tcell.Style]string // the sequences of the few styles in use
	stale          atomic.Bool            // the terminal may show anything
}

// newCanvas draws on a terminal that obeys the sequences of ECMA-48.
func newCanvas(t *terminal, info *terminfo.Terminfo) *canvas {
	c := &canvas{
		terminal: t,
		pen:      pen{info: info, noMoves: strings.HasPrefix(info.Name, "vt100")},
		hide:     withoutDelays(info.HideCursor),
		show:     withoutDelays(info.ShowCursor),
		sgrs:     map[tcell.Style]string{},
	}
	c.stale.Store(true)
	t.tty.resized = c.resized
	return c
}

// isECMA48 reports whether a terminal obeys ECMA-48. Older ones are left to tcell.
func isECMA48(info *terminfo.Terminfo) bool {
	return strings.HasPrefix(info.SetCursor, "\x1b[%i%p1%d;%p2%dH")
}

func (c *canvas) Init() error {
	if err := c.terminal.Init(); err != nil {
		return err
	}
	if set, known := tcell.GetEncoding(c.CharacterSet()).(charset); known && set.table != nil { // else UTF-8
		c.pen.encoding = set
	}
	return nil
}

// resized is called, by any goroutine, when the terminal has another size. It replaces tcell's handler, which would
// draw, too.
func (c *canvas) resized() {
	c.stale.Store(true)
	size, _ := c.tty.WindowSize()
	_ = c.PostEvent(tcell.NewEventResize(size.Width, size.Height)) // if the queue is full, the draw of its other events will do
}

func (c *canvas) Suspend() error {
	c.write(wrapOn)
	c.stale.Store(true)
	return c.terminal.Suspend()
}

func (c *canvas) Size() (width, height int) {
	if size, err := c.tty.WindowSize(); err == nil {
		return size.Width, size.Height
	}
	return c.want.width(), len(c.want)
}

func (c *canvas) Clear() {
	if w, h := c.Size(); c.want.width() != w || len(c.want) != h {
		c.want = blankGrid(w, h)
		return
	}
	c.want.clear()
}

// Put draws the first character of text, and returns the rest of it and the columns that it takes.
func (c *canvas) Put(x, y int, text string, style tcell.Style) (rest string, width int) {
	first, rest, width, _ := uniseg.FirstGraphemeClusterInString(text, -1)
	if width = max(width, 1); first != "" {
		c.want.put(x, y, glyph{text: first, sgr: c.sgr(style), width: width})
	}
	return rest, width
}

func (c *canvas) sgr(style tcell.Style) string {
	look, ok := c.sgrs[style]
	if !ok {
		look = c.pen.sgr(style, c.Colors())
		c.sgrs[style] = look
	}
	return look
}

func (c *canvas) ShowCursor(x, y int) { c.x, c.y = x, y }

// Show sends what has changed.
func (c *canvas) Show() {
	if c.stale.Load() || !c.shown.sameSize(c.want) {
		c.Sync()
		return
	}
	c.pen.start(c.want.width())
	c.draw()
}

// Sync sends everything.
func (c *canvas) Sync() {
	c.stale.Store(false)
	c.pen.start(c.want.width())
	c.pen.clearAll()
	if c.shown.sameSize(c.want) {
		c.shown.clear()
	} else {
		c.shown = blankGrid(c.want.width(), len(c.want))
	}
	c.draw()
}

func (c *canvas) draw() {
	c.pen.update(c.shown, c.want)
	c.shown.copy(c.want)

	drawn := string(c.pen.out)
	if drawn == "" && c.x == c.drawnX && c.y == c.drawnY {
		return
	}
	c.drawnX, c.drawnY = c.x, c.y
	if drawn != "" {
		drawn = c.hide + drawn
	}
	drawn += c.cursor()
	if c.pen.info.XTermLike {
		drawn = beginAll + drawn + endAll
	}
	c.write(drawn)
}

// cursor puts the cursor in its place, if that is on the screen.
func (c *canvas) cursor() string {
	if c.x < 0 || c.y < 0 || c.x >= c.want.width() || c.y >= len(c.want) {
		return c.hide
	}
	c.pen.start(c.want.width())
	c.pen.to(c.x, c.y)
	return string(c.pen.out) + c.show
}

// write sends bytes. The reader reports the error if the terminal has gone away.
func (c *canvas) write(s string) { _, _ = c.tty.Write([]byte(s)) }
