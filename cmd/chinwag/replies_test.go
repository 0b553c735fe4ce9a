package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"chinwag/protocol"
)

func TestLoadReplies(t *testing.T) {
	none, err := loadReplies("")
	require.NoError(t, err)
	assert.Empty(t, none)
	got, err := loadReplies(written(t, "\ufeffhours = \"from 9 to 5, 九点到五点\"\r\n\"你好\" = '/who is not a command here'\nlate = \"\"\"\nso late\n\"\"\"\n"))
	require.NoError(t, err)
	assert.Equal(t, map[string]protocol.Text{
		"hours": protocol.MustText("from 9 to 5, 九点到五点"),
		"你好":    protocol.MustText("/who is not a command here"),
		"late":  protocol.MustText("so late"),
	}, got)
}

func TestRepliesThatNobodyCouldSay(t *testing.T) {
	for words, want := range map[string]string{
		"hours = from 9":                                `FILE, line 1: the value of hours is text, and wants quotes: hours = "from 9"`,
		"hours = \"from 9":                              "FILE, line 1: the value of hours does not end as it begins: text stands within quotes, and a list within [ and ]",
		"a = '1'\n你好 = \"hello\"":                       `FILE, line 2: the name 你好 wants quotes: "你好" = "hello"`,
		"a = '1'\nhours":                                `FILE, line 2: "hours" is not NAME = VALUE: text stands in quotes, and a number does not`,
		"a = '1'\n\na = '2'":                            "FILE, line 3: a stands there already: leave one of them",
		"a = '1'\nhours = 9":                            `FILE, line 2: the ready reply "hours" is text, which stands in quotes: hours = "9"`,
		"hours = \"\"\"from 9\nto 5\"\"\"":              `FILE, line 1: the ready reply "hours" has several lines, and what is said is one: join them, or make a reply of each`,
		"[hours]\nmonday = \"9\"":                       `FILE, line 1: the ready reply "hours" is a heading: write each reply as one line, NAME = "TEXT"`,
		"hours = ['9', '5']":                            `FILE, line 1: the ready reply "hours" is a list: make a reply of each, NAME = "TEXT"`,
		"hours = \"" + strings.Repeat("x", 5000) + "\"": `FILE, line 1: the ready reply "hours" is longer than 4096 bytes: make two of it`,
		"hours = \"\"":                                  `FILE, line 1: the ready reply "hours" is empty: give it a text, or leave it out`,
		"\"opening hours\" = \"9\"":                     `FILE, line 1: the ready reply "opening hours" needs a name of one word, which /canned can take: join its words with -`,
		"\"\" = \"9\"":                                  `FILE, line 1: the ready reply "" needs a name of one word, which /canned can take: join its words with -`,
		"x = '1'\n" + manyKeys():                        "there are 1001 ready replies in FILE, and 1000 is the most: leave some out",
		"hours = \"\xc4\xe3\"":                          "FILE, line 1: there are letters that are not written in UTF-8: save the file as UTF-8",
		"$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$a2V5\n":  "FILE, line 1: this is a hash that chinwag password has written: name another file",
		"\xff\xfeh\x00":                                 "the file of ready replies FILE is written in UTF-16: save it as UTF-8 (in Notepad: Save as, Encoding: UTF-8)",
		strings.Repeat("#", maxTOML+1):                  "the file of ready replies FILE is larger than 1M: is it another file?",
	} {
		path := written(t, words)
		_, err := loadReplies(path)
		require.EqualError(t, err, strings.ReplaceAll(want, "FILE", path), "%.40q", words)
		forbiddenInSettings(t, err.Error())
	}
	_, err := loadReplies("/nowhere/at.all")
	assert.EqualError(t, err, "the file of ready replies /nowhere/at.all is not there: name another, or make it")
	dir := t.TempDir()
	_, err = loadReplies(dir)
	assert.EqualError(t, err, "the file of ready replies "+dir+" is a folder: name a file in it")
	if os.Getuid() != 0 {
		path := filepath.Join(dir, "secret")
		require.NoError(t, os.WriteFile(path, nil, 0))
		_, err = loadReplies(path)
		assert.EqualError(t, err, "the file of ready replies "+path+" may not be read by you: change its permissions, or name another")
	}
}

func manyKeys() string {
	var b strings.Builder
	for i := range maxReplies {
		b.WriteString("k" + strings.Repeat("y", i%50) + string(rune('a'+i/50)) + " = '1'\n")
	}
	return b.String()
}
