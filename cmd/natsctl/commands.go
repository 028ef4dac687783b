package main

import (
	"slices"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/authcmd"
	"github.com/natsctl/natsctl/internal/cli/benchcmd"
	"github.com/natsctl/natsctl/internal/cli/clustercmd"
	"github.com/natsctl/natsctl/internal/cli/contextcmd"
	"github.com/natsctl/natsctl/internal/cli/explaincmd"
	"github.com/natsctl/natsctl/internal/cli/exportercmd"
	"github.com/natsctl/natsctl/internal/cli/fleetcmd"
	"github.com/natsctl/natsctl/internal/cli/pathcmd"
	"github.com/natsctl/natsctl/internal/cli/servicecmd"
	"github.com/natsctl/natsctl/internal/cli/topcmd"
)

// tagline says in one sentence what the program is.
const tagline = "See, prove, operate and rehearse a whole NATS super-cluster."

// commands is the explicit list of all commands; the entries of each noun are
// in its own package.
func commands() []cli.Entry {
	return slices.Concat(fleetcmd.Entries(), authcmd.Entries(), pathcmd.Entries(), servicecmd.Entries(), explaincmd.Entries(), topcmd.Entries(), benchcmd.Entries(), clustercmd.Entries(), contextcmd.Entries(), exportercmd.Entries(), cli.Entries())
}

// program returns the application: the commands and their tables.
func program() cli.App {
	return cli.App{
		Help: tagline, Examples: []string{"demo", "context add prod -s tls://nats.example.net --creds sys.creds --select", "server ls", "top"},
		Entries: commands(), Advices: advices(), Rewrite: clustercmd.Rewrite, NatsCommands: fromNats, NatsFlags: flagsFromNats,
		Values: slices.Concat(contextcmd.Values(), clustercmd.Values(), fleetcmd.Values(), authcmd.Values(), explaincmd.Values(), topcmd.Values()),
	}
}

// run executes one command line and returns the exit code.
func run(args []string, e *cli.Env) int { return cli.Run(program(), args, e) }
