package benchcmd

import (
	"context"
	"io"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench"
	benchreport "github.com/natsctl/natsctl/internal/bench/report"
	"github.com/natsctl/natsctl/internal/cli"
)

// benchCalibrate measures this machine.
type benchCalibrate struct{ offline bool }

func (c *benchCalibrate) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("offline", "Leave out the round trip to the server.").BoolVar(&c.offline)
}

func (c *benchCalibrate) Run(ctx context.Context, e *cli.Env) error {
	var connect bench.Connect
	if !c.offline {
		var err error
		if connect, err = benchConnect(ctx, e, true); err != nil { // a few PINGs are negligible
			return err
		}
	}
	defer bench.Tune()()
	cal, err := bench.Calibrate(ctx, connect)
	if err := newBenchLive(e, true).ended(ctx, err, "the calibration was interrupted"); err != nil {
		return err
	}
	return e.PrintValue(cal, func(w io.Writer) error {
		return benchreport.Calibration(w, cal, benchreport.Options{Width: e.Width(), ASCII: e.Flags.ASCII})
	})
}
