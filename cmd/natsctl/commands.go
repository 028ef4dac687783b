package main

import "slices"

// tagline says in one sentence what the program is.
const tagline = "See, prove, operate and rehearse a whole NATS super-cluster."

// commands is the explicit list of everything that natsctl can do; each noun's
// entries stand in its own package.
func commands() []entry {
	return slices.Concat(fleetEntries(), topEntries(), benchEntries(), clusterEntries(), contextEntries(), exporterEntries(), ownEntries())
}

// program joins the commands and their tables.
func program() app {
	return app{
		help: tagline, entries: commands(), advices: advices(), rewrite: slipped, natsCommands: fromNats, natsFlags: flagsFromNats,
		values: slices.Concat(contextValues(), clusterValues(), fleetValues(), topValues()),
	}
}

// run runs one command line and returns the exit code.
func run(args []string, e *env) int { return runApp(program(), args, e) }
