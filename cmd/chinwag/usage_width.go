package main

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// fitScreen makes root and all commands below it write their flags and commands in lines of at most 80 columns.
// Examples stay as they are, so that they can be copied.
func fitScreen(root *cobra.Command) {
	usual := new(cobra.Command).UsageFunc()
	root.SetUsageFunc(func(c *cobra.Command) error {
		to := c.OutOrStderr()
		defer c.SetOut(to)
		var b bytes.Buffer
		c.SetOut(&b)
		if err := usual(c); err != nil {
			return err
		}
		examples := false
		for line := range strings.Lines(b.String()) {
			switch {
			case strings.HasPrefix(line, "Examples:"):
				examples = true
			case strings.TrimSpace(line) == "":
				examples = false
			}
			if !examples {
				line = narrow(line)
			}
			if _, err := io.WriteString(to, line); err != nil {
				return err
			}
		}
		return nil
	})
}

// narrow wraps a line of a table: what is too long goes on below, where the last column begins.
func narrow(line string) string {
	if utf8.RuneCountInString(strings.TrimSuffix(line, "\n")) <= screenWidth {
		return line
	}
	column := strings.LastIndex(line, "   ") + 3
	if column < 3 || column > screenWidth/2 {
		return line
	}
	wrapped := wrap(line[column:], screenWidth, strings.Repeat(" ", column))
	return line[:column] + wrapped[column:]
}
