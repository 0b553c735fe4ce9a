package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
)

// screenWidth is how wide --help is at the most.
const screenWidth = 79

// help is the table of settings for a screen.
func (s *settings) help() string {
	var b strings.Builder
	for _, g := range s.table() {
		fmt.Fprintf(&b, "%s:\n", g.title)
		for _, row := range g.settings {
			head := "      --" + row.name
			if row.short != "" {
				head = "  -" + row.short + ", --" + row.name
			}
			if row.takes != "" {
				head += " " + row.takes
			}
			if standard := row.standard(); standard != "" {
				head += " (" + standard + ")"
			}
			fmt.Fprintf(&b, "%s\n%s", head, wrap(row.usage(), screenWidth, "          "))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// standard is the default of a setting, in words.
func (row setting) standard() string { return cmp.Or(row.value.String(), row.unset) }

// wrap breaks words into lines of no more than width letters, each after indent.
func wrap(words string, width int, indent string) string {
	var b strings.Builder
	line := indent
	for i, w := range strings.Fields(words) {
		if i > 0 && len(line)+1+len(w) > width {
			b.WriteString(line + "\n")
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += w
	}
	return b.String() + line + "\n"
}

// showSettings makes c show its flags in the order of the table, with its headings.
func showSettings(c *cobra.Command) {
	c.SetUsageFunc(func(c *cobra.Command) error {
		standards := defaultSettings()
		_, err := fmt.Fprintf(c.OutOrStderr(), "Usage:\n  %s\n\nExamples:\n%s\n\n%s  -h, --help\n          this page\n", c.UseLine(), c.Example, standards.help())
		return err
	})
}
