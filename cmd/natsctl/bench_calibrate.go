package main

import (
	"context"
	"io"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench"
	benchreport "github.com/natsctl/natsctl/internal/bench/report"
)

// benchCalibrate measures this machine.
type benchCalibrate struct{ offline bool }

func (c *benchCalibrate) setup(cmd *kingpin.CmdClause) {
	cmd.Flag("offline", "Leave out the round trip to the server.").BoolVar(&c.offline)
}

func (c *benchCalibrate) run(ctx context.Context, e *env) error {
	var connect bench.Connect
	if !c.offline {
		var err error
		if connect, err = e.benchConnect(ctx, true); err != nil { // a few PINGs are no load
			return err
		}
	}
	defer bench.Tune()()
	cal, err := bench.Calibrate(ctx, connect)
	if err := newBenchLive(e, true).ended(ctx, err, "the machine was not measured to the end"); err != nil {
		return err
	}
	return e.printValue(cal, func(w io.Writer) error {
		return benchreport.Calibration(w, cal, benchreport.Options{Width: e.width(), ASCII: e.flags.ascii})
	})
}
