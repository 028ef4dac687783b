package main

import (
	"slices"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
	"github.com/natsctl/natsctl/internal/cli/benchcmd"
	"github.com/natsctl/natsctl/internal/cli/clustercmd"
	"github.com/natsctl/natsctl/internal/cli/contextcmd"
	"github.com/natsctl/natsctl/internal/cli/exportercmd"
	"github.com/natsctl/natsctl/internal/cli/fleetcmd"
	"github.com/natsctl/natsctl/internal/cli/topcmd"
)

// advices joins what the commands know to do about their errors. The first row
// that matches is used, so a more particular error stands before a more general
// one.
func advices() []cli.Advice {
	return slices.Concat(act.Advices(), fleetcmd.Advices(), topcmd.Advices(), clustercmd.Advices(), benchcmd.Advices(), contextcmd.Advices(), exportercmd.Advices())
}
