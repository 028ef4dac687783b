package main

import (
	"slices"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
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

// advices joins the error tables of the commands. The first row that matches
// is used, so a specific error comes before a general one.
func advices() []cli.Advice {
	return slices.Concat(act.Advices(), fleetcmd.Advices(), authcmd.Advices(), pathcmd.Advices(), servicecmd.Advices(), explaincmd.Advices(), topcmd.Advices(), clustercmd.Advices(), benchcmd.Advices(), contextcmd.Advices(), exportercmd.Advices())
}
