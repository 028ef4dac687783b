//go:build unix

package cli_test

import (
	"context"
	"io"
	"os"
	"syscall"
	"testing"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
)

// untilSignal is a command that is ended by a signal.
type untilSignal struct{ signal syscall.Signal }

func (untilSignal) Setup(*kingpin.CmdClause) {}

func (c untilSignal) Run(ctx context.Context, _ *cli.Env) error {
	if err := syscall.Kill(os.Getpid(), c.signal); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// A signal is how a service ends, and no failure; any other command is then
// interrupted.
func TestSignalEndsAService(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		for endless, want := range map[bool]int{true: cli.ExitOK, false: cli.ExitInterrupted} {
			app := cli.App{Entries: []cli.Entry{{Name: "serve", Help: "Serve.", Cmd: untilSignal{sig}, Endless: endless}}}
			e := &cli.Env{In: nil, Out: io.Discard, Err: io.Discard, Getenv: func(string) string { return "" }}
			if got := cli.Run(app, []string{"serve"}, e); got != want {
				t.Errorf("%v, endless %v: exit code %d, want %d", sig, endless, got, want)
			}
		}
	}
}
