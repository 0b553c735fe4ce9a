package protocol

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// No list is null, neither of events as they are made nor of those that were read.
func TestListsAreNeverNull(t *testing.T) {
	for name, row := range events {
		for _, in := range []string{`{}`, `{"names":null,"rooms":null,"operators":null,"tickets":null}`, `{"operators":[{"nick":"ann","duty":true}]}`} {
			e, err := row([]byte(in))
			require.NoError(t, err)
			line := AppendEventJSON(nil, e)
			assert.NotContains(t, string(line), "null", name)
			var members map[string]any
			require.NoError(t, json.Unmarshal(line, &members))
			for f := range fieldsOf(reflect.TypeOf(e)) {
				if f.Type.Kind() == reflect.Slice {
					key, options, _ := strings.Cut(f.Tag.Get("json"), ",")
					if _, there := members[key]; !there && options != "" {
						continue
					}
					assert.IsType(t, []any{}, members[key], "%s: %s", name, key)
				}
			}
			again, err := DecodeEvent(line)
			require.NoError(t, err)
			assert.Equal(t, string(line), string(AppendEventJSON(nil, again)))
		}
	}
	line := string(AppendEventJSON(nil, QueueInfo{Operators: []OperatorInfo{{Nick: Nick{"ann"}}}}))
	assert.Contains(t, line, `"tickets":[]`)
}

func fieldsOf(t reflect.Type) func(yield func(reflect.StructField) bool) {
	return slices.Values(reflect.VisibleFields(t))
}
