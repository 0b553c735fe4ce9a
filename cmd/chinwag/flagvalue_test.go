package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/spf13/pflag"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A wrong value is told in our words, also where a library reads it.
func TestWrongValuesOfFlags(t *testing.T) {
	for _, c := range []struct{ arg, want string }{
		{"--count=many", `--count is a whole number, not "many"`},
		{"--count=99999999999999999999", `--count is a smaller whole number, not "99999999999999999999"`},
		{"-c2.5", `--count is a whole number, not "2.5"`},
		{"--often=soon", `--often is a number, not "soon"`},
		{"--long=30", `--long is a time with its unit, like 500ms, 30s or 10m, not "30"`},
		{"--quiet=perhaps", `--quiet is true or false, not "perhaps"`},
		{"--count=" + strings.Repeat("字", 100), `--count is a whole number, not "` + strings.Repeat("字", maxShown) + `…"`},
	} {
		f := pflag.NewFlagSet("", pflag.ContinueOnError)
		f.IntP("count", "c", 0, "")
		f.Float64("often", 0, "")
		f.Duration("long", 0, "")
		f.Bool("quiet", false, "")
		err := f.Parse([]string{c.arg})
		require.Error(t, err, c.arg)
		assert.EqualError(t, wrongFlag(err), c.want)
		forbiddenInSettings(t, wrongFlag(err).Error())
	}
	other := errors.New("something else")
	assert.Equal(t, other, wrongFlag(other))
}
