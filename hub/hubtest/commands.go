package hubtest

import (
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"chinwag/protocol"
)

// hangUp is a command of Send that ends the connection.
type hangUp struct {
	protocol.Command
	reason protocol.Reason
}

// HangUp ends the connection after the commands of Send: in good order with Departed, and with Lost as one that broke.
func (c *Client) HangUp(reason protocol.Reason) { c.Send(hangUp{reason: reason}) }

// Call sends commands to the hub on the last connection, from the goroutine of the test.
func (c *Client) Call(cmds ...protocol.Command) error {
	n := c.last()
	for _, cmd := range cmds {
		if err := n.Do(n.ctx, cmd); err != nil {
			return err
		}
	}
	return nil
}

// Send enqueues commands, which the client sends one after the other.
func (c *Client) Send(cmds ...protocol.Command) {
	for _, cmd := range cmds {
		c.wants <- cmd
	}
}

// Unsent is how many commands are in the client's queue.
func (c *Client) Unsent() int { return len(c.wants) }

// Unsend drops the commands in the client's queue.
func (c *Client) Unsend() {
	for len(c.wants) > 0 {
		<-c.wants
	}
}

// Ask is Send, and lets a second pass.
func (c *Client) Ask(cmds ...protocol.Command) {
	c.Send(cmds...)
	time.Sleep(time.Second)
	synctest.Wait()
}

// Do is Send, and waits for all that follows from it at once.
func (c *Client) Do(cmds ...protocol.Command) {
	c.Send(cmds...)
	synctest.Wait()
}

// Say sends a line. A program gives it an id, and sends it again after a break unless it was acknowledged.
func (c *Client) Say(text string, ref protocol.Ref) {
	s := protocol.Say{Text: protocol.MustText(text)}
	if c.Program {
		s.Ref = ref
		c.mu.Lock()
		c.unacked = append(c.unacked, s)
		c.mu.Unlock()
	}
	c.Send(s)
}

// Type is Do with commands as they are typed or, where a line begins with {, as JSON.
func (c *Client) Type(lines ...string) {
	for _, l := range lines {
		c.Send(parse(c.w.t, l))
	}
	synctest.Wait()
}

// Await waits for all that follows at once from what was done. The test fails unless one of the lines that the client
// was told holds words. Await returns these lines, as Told does.
func (c *Client) Await(words string) []string {
	synctest.Wait()
	lines := c.Told()
	assert.Contains(c.w.t, join(lines), words)
	return lines
}
