package bench

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"time"

	"chinwag/conn/fault"
)

// Server is a process started for a measurement.
type Server struct {
	Addr netip.AddrPort
	PID  int
	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
	dir  string        // its own folder, removed by Stop
}

// startServer runs a command, in whose words {port} and {dir} stand for a free port of 127.0.0.1 and for a folder of
// its own, and waits until the server listens. files are written to that folder first, by their names. If addr is not
// zero, the command is known to listen there.
func startServer(ctx context.Context, command []string, files map[string]string, addr netip.AddrPort) (*Server, error) {
	descriptors() // the process inherits the limit
	dir, err := os.MkdirTemp("", "chinwag-bench-")
	if err != nil {
		return nil, err
	}
	s := &Server{Addr: addr, dir: dir, done: make(chan struct{})}
	if !addr.IsValid() {
		s.Addr, err = freePort()
	}
	if err == nil {
		err = s.start(command, files)
	}
	if err == nil {
		err = s.await(ctx)
	}
	if err != nil {
		s.Stop()
		if errors.Is(err, exec.ErrNotFound) {
			err = errors.New("there is no such program here")
		}
		return nil, fmt.Errorf("%s does not run: %w", command[0], fault.In(err))
	}
	return s, nil
}

func (s *Server) start(command []string, files map[string]string) error {
	fill := strings.NewReplacer("{port}", fmt.Sprint(s.Addr.Port()), "{dir}", s.dir)
	for name, words := range files {
		if err := os.WriteFile(s.dir+"/"+name, []byte(fill.Replace(words)), 0o644); err != nil {
			return err
		}
	}
	var args []string
	for _, word := range command[1:] {
		args = append(args, fill.Replace(word))
	}
	s.cmd = exec.Command(command[0], args...)
	if err := s.cmd.Start(); err != nil {
		s.cmd = nil
		return err
	}
	s.PID = s.cmd.Process.Pid
	go func() { // Stop waits for it
		defer close(s.done)
		_ = s.cmd.Wait()
	}()
	return nil
}

// freePort is a port that was free a moment ago.
func freePort() (netip.AddrPort, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return netip.AddrPort{}, err
	}
	defer l.Close()
	return netip.ParseAddrPort(l.Addr().String())
}

// await returns when the server takes a connection.
func (s *Server) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		var d net.Dialer
		c, err := d.DialContext(ctx, "tcp", s.Addr.String())
		if err == nil {
			return c.Close()
		}
		select {
		case <-again.C:
		case <-s.done:
			return fmt.Errorf("it has ended (%v)", s.cmd.ProcessState)
		case <-ctx.Done():
			return fmt.Errorf("nobody listens at %s", s.Addr)
		}
	}
}

// Stop kills the process: no client is left that needs a goodbye.
func (s *Server) Stop() {
	if s.cmd != nil {
		_ = s.cmd.Process.Kill()
		<-s.done
	}
	_ = os.RemoveAll(s.dir)
}
