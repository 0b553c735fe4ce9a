package main

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
)

// signalContext is ctx until the first signal to end.
func signalContext(ctx context.Context) (context.Context, context.CancelFunc) {
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}

// joinContext is the signalContext of a client. After the first signal the client leaves in good order, and the second
// one ends the process at once. The client leaves in good order, too, when the reader of its output has gone.
func joinContext(ctx context.Context) (context.Context, context.CancelFunc) {
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signalContext(ctx)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// shutdownActor is an actor of a run.Group. It catches signals from now on, and ends at the first one, at an operator's
// /shutdown, or with the group. A second signal ends the process at once, as is the system's default.
//
// run.SignalHandler does not do here. It catches signals only when the group runs, which is after "listening" is
// logged, and a signal that answers that line must not be lost. It also knows nothing of /shutdown.
func shutdownActor(ctx context.Context, requested <-chan struct{}, log *slog.Logger) (execute func() error, interrupt func(error)) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup ignores it
		signal.Notify(signals, syscall.SIGHUP) // the terminal has gone
	}
	execute = func() error {
		defer signal.Stop(signals)
		select {
		case s := <-signals:
			signal.Stop(signals) // before the log line: a second signal may answer it
			log.Info("shutting down", "by", "the signal "+s.String())
		case <-requested:
			log.Info("shutting down", "by", "an operator")
		case <-ctx.Done():
		}
		return nil
	}
	return execute, func(error) { cancel() }
}
