package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/alexedwards/argon2id"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"chinwag/conn"
	tui "chinwag/conn/screen"
	"chinwag/protocol"
)

// hashing is what RFC 9106 and OWASP recommend where memory is shared with
// others: 19 MiB and two passes, about 30 ms.
var hashing = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

const minPassword = 8

// loadPassword makes the check of the hash in a file; without a file there is none.
func loadPassword(path string) (conn.Password, error) {
	if path == "" {
		return nil, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("the operators' password cannot be read: %w", err)
	}
	hash := strings.TrimSpace(string(b))
	params, _, _, err := argon2id.DecodeHash(hash)
	if err != nil {
		return nil, fmt.Errorf("%s does not hold a hash of argon2id: make one with chinwag password %s", path, path)
	}
	if params.Memory > 1<<20 || params.Iterations > 100 {
		return nil, fmt.Errorf("the hash in %s asks for more than a server has for it: make one with chinwag password %s", path, path)
	}
	return func(p protocol.Secret) bool {
		same, err := argon2id.ComparePasswordAndHash(string(p), hash)
		return err == nil && same
	}, nil
}

func passwordCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "password FILE",
		Short: "make the file with the operators' password",
		Long: `password asks for a password, or reads it from a pipe, and writes its hash
(argon2id) to FILE, which only you can read. With

  chinwag serve --operator-password-file FILE

whoever knows it can become an operator from anywhere, with /operator.`,
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			p, err := newPassword()
			if err == nil {
				err = savePassword(args[0], p)
			}
			if err != nil {
				return &exitError{1, err}
			}
			return nil
		},
	}
}

func savePassword(path, password string) error {
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		return err
	}
	if err := os.WriteFile(path, []byte(hash+"\n"), 0o600); err != nil {
		return err
	}
	return os.Chmod(path, 0o600) // it may have been there
}

// newPassword asks for a password twice, or reads a line.
func newPassword() (string, error) {
	in := int(os.Stdin.Fd())
	if !term.IsTerminal(in) {
		line, err := bufio.NewReader(io.LimitReader(os.Stdin, protocol.MaxSecret+2)).ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", err
		}
		return checkPassword(bytes.TrimRight(line, "\r\n"))
	}
	first, err := askTwice(in)
	if err != nil {
		return "", err
	}
	return checkPassword(first)
}

func askTwice(in int) ([]byte, error) {
	state, err := term.MakeRaw(in) // once for both: nothing is echoed that is typed between them
	if err != nil {
		return nil, err
	}
	defer func() { _ = term.Restore(in, state) }()
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{tui.Keys(os.Stdin), os.Stderr}, "")
	first, err := t.ReadPassword("password: ")
	if err != nil {
		return nil, errors.New("no password, then")
	}
	second, err := t.ReadPassword("once more: ")
	switch {
	case err != nil:
		return nil, errors.New("no password, then")
	case strings.Contains(first, tui.Unreadable): // which any other such letter would match
		return nil, errors.New("your terminal has sent what is no letter in the character set of your locale: set both to UTF-8")
	case first != second:
		return nil, errors.New("these were not the same")
	}
	return []byte(first), nil
}

// isOfPassword reports whether a refusal says that somebody is no operator for what they
// typed: they may type it once more where it would be said.
func isOfPassword(code string) bool {
	switch code {
	case "no-password", "wrong-password", "too-many-tries", "too-many-trying":
		return true
	}
	return false
}

const passwordPrompt = "password of the operators: "

// password is how somebody who has typed it becomes an operator.
func password(typed []byte) (protocol.Command, error) {
	var s protocol.Secret
	if err := s.UnmarshalText(typed); err != nil {
		return nil, err
	}
	if s == "" {
		return nil, protocol.Refuse("no-password", "no password, then")
	}
	return protocol.Operator{Password: s}, nil
}

func checkPassword(p []byte) (string, error) {
	switch {
	case len(p) < minPassword:
		return "", fmt.Errorf("a password has at least %d bytes: a few words do well", minPassword)
	case len(p) > protocol.MaxSecret:
		return "", fmt.Errorf("a password has at most %d bytes", protocol.MaxSecret)
	}
	return string(p), nil
}
