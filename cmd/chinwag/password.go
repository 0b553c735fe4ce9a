package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/alexedwards/argon2id"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"chinwag/conn"
	"chinwag/conn/fault"
	"chinwag/conn/tui"
	"chinwag/protocol"
)

// hashing has the parameters that OWASP recommends for argon2id at the least: 19 MiB and two passes, about 30 ms.
//
// Rejected: RFC 9106's for little memory (64 MiB, three passes, four lanes), and the library's default (64 MiB, a lane
// a processor). Two clients may have a password checked at once (see package conn), so that strangers could take 128
// MiB of a server, and all processors from the hub. What a check costs a guesser matters less here than how often one
// may guess: five tries from an address, then one every ten seconds. Rejected, too: bcrypt and PBKDF2, which need no
// memory, and so cost a thief of the file little on many processors.
var hashing = &argon2id.Params{Memory: 19 << 10, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

const minPassword = 8

// loadPassword makes the check of a password from the hash in a file; without a file there is none.
func loadPassword(path string) (check conn.Password, hash string, err error) {
	if path == "" {
		return nil, "", nil
	}
	text, err := readText(path, "the file with the operators' password")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("the file with the operators' password %s is not there: make it with chinwag password %[1]s", path)
	}
	if err != nil {
		return nil, "", err
	}
	hash = strings.TrimSpace(text)
	params, _, _, err := argon2id.DecodeHash(hash)
	switch {
	case err != nil, params.Iterations < 1, params.Parallelism < 1, params.SaltLength < 8, params.KeyLength < 16, params.KeyLength > 1024: // the library takes some of these, and fails later
		return nil, "", fmt.Errorf("%s does not hold what chinwag password writes: make it with chinwag password %[1]s", path)
	case params.Memory > 1<<20, params.Iterations > 100:
		return nil, "", fmt.Errorf("the hash in %s asks for more than a server has for it: make it with chinwag password %[1]s", path)
	}
	return func(p protocol.Secret) bool {
		same, err := argon2id.ComparePasswordAndHash(string(p), hash)
		return err == nil && same
	}, hash, nil
}

func passwordCommand() *cobra.Command {
	var force bool
	c := &cobra.Command{
		Use:   "password FILE",
		Short: "make the file with the operators' password",
		Long: `password asks for a password, or reads it from a pipe, and writes its hash
(argon2id) to FILE, which only you can read. With

  chinwag serve --operator-password-file FILE

whoever knows it can become an operator from anywhere, with /operator.

` + passwordRule + `

Where FILE is there already it asks whether that may go; in a pipe it does so
with --force alone.`,
		Example: `  chinwag password operators.txt
  head -c 15 /dev/urandom | base64 | tee /dev/tty | chinwag password --force operators.txt`,
		Args: argCount(1, 1), ValidArgsFunction: completeFile(),
	}
	c.Flags().BoolVar(&force, "force", false, "put the new password in the place of what FILE holds, without asking")
	c.RunE = func(_ *cobra.Command, args []string) error {
		if args[0] == "" {
			return wrongUsage("the name of FILE is empty: %s", useLine(c))
		}
		return failure(makePassword(args[0], force))
	}
	return c
}

// makePassword first checks whether the file can be written, so that a password is not typed in vain.
func makePassword(path string, force bool) error {
	path, there, err := resolvePath(path)
	if err != nil {
		return err
	}
	in := int(os.Stdin.Fd())
	typing := term.IsTerminal(in)
	if there && !force {
		if !typing {
			return fmt.Errorf("%s is there already, and stays as it is: name another file, or add --force", path)
		}
		if !confirm(fmt.Sprintf("%s is there already. Put a new password in its place? [y/N] ", path)) {
			return fmt.Errorf("%s stays as it is", path)
		}
	}
	p, err := newPassword(in, typing)
	if err != nil {
		return err
	}
	if err := savePassword(path, p); err != nil {
		return err
	}
	if typing {
		fmt.Fprintf(os.Stderr, "The password is set: chinwag serve --operator-password-file %s\n", path)
	}
	return nil
}

// resolvePath is the file that path means, behind symbolic links, and whether it exists.
func resolvePath(path string) (at string, there bool, err error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return "", false, fmt.Errorf("%s is a folder: please name a file in it", path)
	case err == nil && !info.Mode().IsRegular():
		return "", false, fmt.Errorf("%s is no file that could be kept: please name another", path)
	case err != nil && fault.KindOf(err) != fault.Missing:
		return "", false, errors.New(fileError(path, err))
	}
	try, e := os.CreateTemp(filepath.Dir(path), ".chinwag-password-")
	if e != nil {
		return "", false, errors.New(fileError(path, e))
	}
	_ = try.Close()
	_ = os.Remove(try.Name())
	return path, err == nil, nil
}

// confirm asks a question on the terminal.
func confirm(question string) bool {
	fmt.Fprint(os.Stderr, question)
	var b [1]byte // reads no further than the line: the password follows
	answer := ""
	for len(answer) < 100 {
		if n, err := os.Stdin.Read(b[:]); n == 0 || err != nil || b[0] == '\n' {
			break
		}
		answer += string(b[:])
	}
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// savePassword writes the whole file or nothing.
func savePassword(path, password string) error {
	hash, err := argon2id.CreateHash(password, hashing)
	if err != nil {
		return fmt.Errorf("the password cannot be hashed: %s", fault.Words(err))
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".chinwag-password-") // readable only by its owner
	if err == nil {
		_, err = f.WriteString(hash + "\n")
		err = cmp.Or(err, f.Sync(), f.Close())
		if err == nil {
			err = os.Rename(f.Name(), path)
		}
		if err != nil {
			_ = f.Close()
			_ = os.Remove(f.Name())
		}
	}
	if err != nil {
		return errors.New(fileError(path, err))
	}
	return nil
}

const passwordRule = "A password has at least 8 bytes: 8 letters, or 3 Chinese ones.\nA few words do well."

// newPassword asks for a password twice on a terminal, or reads a line.
func newPassword(in int, typing bool) (string, error) {
	if !typing {
		line, err := bufio.NewReader(io.LimitReader(os.Stdin, protocol.MaxSecret+2)).ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return "", fmt.Errorf("the password cannot be read: %s", fault.Words(err))
		}
		p := bytes.TrimRight(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")), "\r\n")
		return string(p), checkPassword(p)
	}
	fmt.Fprintln(os.Stderr, passwordRule+"\nWhat you type is not shown.")
	return askTwice(in)
}

// askTwice restores the terminal, also when a signal ends it.
func askTwice(in int) (string, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	state, err := term.MakeRaw(in) // once for both, so that keys between them are not echoed
	if err != nil {
		return "", fmt.Errorf("this terminal cannot hide what you type: %w: a password can come from a pipe", fault.OfTerminal(err))
	}
	defer func() { _ = term.Restore(in, state) }()
	t := term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{interruptible(ctx, tui.Keys(os.Stdin)), os.Stderr}, "")
	ask := func(prompt string) (string, error) {
		typed, err := t.ReadPassword(prompt)
		if err != nil {
			fmt.Fprint(os.Stderr, "\r\n")
			return "", errors.New("no password, then")
		}
		return typed, nil
	}
	first, err := ask("password: ")
	if err != nil {
		return "", err
	}
	if strings.Contains(first, tui.Unreadable) { // any other unreadable letter would match it
		return "", errors.New("your terminal has sent what is no letter in the character set of your locale: set both to UTF-8")
	}
	if err := checkPassword([]byte(first)); err != nil {
		return "", err
	}
	second, err := ask("once more: ")
	if err == nil && first != second {
		err = errors.New("these were not the same: nothing is changed")
	}
	return first, err
}

func checkPassword(p []byte) error {
	switch {
	case len(p) < minPassword:
		return fmt.Errorf("this is too short, and nothing is changed: a password has at least %d bytes, and a few words do well", minPassword)
	case len(p) > protocol.MaxSecret:
		return fmt.Errorf("this is too long, and nothing is changed: a password has at most %d bytes", protocol.MaxSecret)
	}
	return nil
}
