package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/alecthomas/kingpin/v2"
)

// Entries are the commands about natsctl itself.
func Entries() []Entry {
	return []Entry{
		{Name: "completion", Help: "Print the script that completes command lines in a shell.", Cmd: &completionCommand{}, Examples: []string{
			"completion bash",
			"completion zsh",
			"completion fish",
		}},
		{Name: "version", Help: "Show the version and what this binary was built from.", Cmd: &versionCommand{}, Examples: []string{
			"version",
			"version -o json",
		}},
	}
}

// versionCommand shows the version and build of this binary.
type versionCommand struct{}

func (c *versionCommand) Setup(*kingpin.CmdClause) {}

func (c *versionCommand) Run(_ context.Context, e *Env) error {
	info := readBuildInfo()
	return e.PrintValue(info, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "natsctl %s (%s, %s/%s, nats.go %s, nats-server %s)\n",
			info.describe(), info.Go, info.OS, info.Arch, info.NATSGo, info.NATSServer)
		return err
	})
}
