package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/pflag"
)

// configFile is the settings in a file. The zero value has none.
type configFile struct{ tomlFile }

// readConfig reads the file that was chosen, or else the default one if it exists.
func (s *settings) readConfig() (configFile, error) {
	path := s.Config
	if path == "" {
		dir, err := os.UserConfigDir()
		if home := os.Getenv("HOME"); err != nil && home != "" { // XDG_CONFIG_HOME is no absolute path, and is ignored
			dir, err = filepath.Join(home, ".config"), nil
		}
		if err != nil {
			return configFile{}, nil
		}
		path = filepath.Join(dir, "chinwag", "config.toml")
	}
	file, err := readTOML(path, "the configuration file")
	if s.Config == "" && (errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)) { // the home of a daemon may be /dev/null
		return configFile{}, nil
	}
	return configFile{file}, err
}

// explain says what is right for a setting whose value could not be read. Where only its quotes are missing, it returns
// err, which says so.
func (c configFile) explain(err error, f *pflag.FlagSet) error {
	fault, ok := errors.AsType[*tomlFault](err)
	if !ok {
		return err
	}
	name, raw := fault.said()
	v, ok := settingOf(f.Lookup(name))
	if !ok || fault.twice != "" || raw == "" || strings.ContainsAny(raw[:1], quotes) || v.Set(raw) == nil {
		return err
	}
	return refuseValue(c.at(fault.line)+name, v.expects(), raw)
}

// check rejects keys that are no settings.
func (c configFile) check(f *pflag.FlagSet) error {
	for _, key := range slices.Sorted(maps.Keys(c.values)) {
		if _, ok := settingOf(f.Lookup(key)); ok && key != "config" {
			continue
		}
		var known []string
		f.VisitAll(func(flag *pflag.Flag) { known = append(known, flag.Name) })
		words := ""
		if guess := suggestion(key, known); guess != "" && guess != key {
			words = "do you mean " + guess + "? "
		}
		return fmt.Errorf("%s%q is no setting of the file: %schinwag serve --help lists them all", c.where(key), shorten(key), words)
	}
	return nil
}

// set sets a flag that was not set before.
func (c configFile) set(flag *pflag.Flag) error {
	v, ok := settingOf(flag)
	said, there := c.values[flag.Name]
	if !ok || !there || flag.Changed {
		return nil
	}
	flag.Changed = true
	refuse := func(value string) error { return refuseValue(c.where(flag.Name)+flag.Name, v.expects(), value) }
	if list, ok := said.([]any); ok {
		many, ok := v.(*addressList)
		if !ok {
			return fmt.Errorf("%s%s is %s, not a list", c.where(flag.Name), flag.Name, v.expects())
		}
		var texts []string
		for _, one := range list {
			text, _ := formatTOML(one)
			texts = append(texts, text)
			if many.replace([]string{text}) != nil {
				return refuse(text)
			}
		}
		return many.replace(texts)
	}
	text, isText := formatTOML(said)
	if _, table := said.(map[string]any); table {
		return fmt.Errorf("%s%s is %s, not a table", c.where(flag.Name), flag.Name, v.expects())
	}
	switch v.Type() {
	case kindText, kindFile, kindFolder:
		if !isText {
			return fmt.Errorf("%s%s is text, which stands in quotes: %s = \"%s\"", c.where(flag.Name), flag.Name, flag.Name, shorten(text))
		}
	}
	value := text
	if kind := v.Type(); (kind == kindFile || kind == kindFolder) && text != "" && !filepath.IsAbs(text) && !isAtHome(text) {
		value = filepath.Join(filepath.Dir(c.path), text)
	}
	if v.Set(value) != nil {
		return refuse(text)
	}
	return nil
}

// formatTOML is a value of the file as a flag takes it.
func formatTOML(v any) (text string, isText bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case float64:
		return formatNumber(v), false
	case []any:
		return "[…]", false
	case map[string]any:
		return "{…}", false
	default:
		return fmt.Sprint(v), false
	}
}
