// Command natsctl is for people who run NATS: saved contexts, the system
// account, a live dashboard, benchmarks, local clusters and an exporter.
//
// This package lists the commands, joins their tables, and is the only place
// that ends the process. It must not know what a command does.
package main

import (
	"os"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/tui/noquery"
)

func main() {
	noquery.Restore()
	os.Exit(run(os.Args[1:], cli.ProcessEnv()))
}
