package benchcmd

import (
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
)

// benchLoadFlags set the offered load and its duration.
type benchLoadFlags struct {
	rate, arrival, shape, msgs string
	max                        bool
	window                     int
	warmup, duration           time.Duration
}

func (f *benchLoadFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("rate", "Open loop: messages a second over all publishers, such as 500 or 20k.").PlaceHolder("RATE").StringVar(&f.rate)
	cmd.Flag("arrival", "With --rate: constant, or poisson for random intervals.").Default("constant").EnumVar(&f.arrival, "constant", "poisson")
	cmd.Flag("shape", "Open loop with a changing rate: ramp:1k:100k or steps:1k,5k,20k.").PlaceHolder("SHAPE").StringVar(&f.shape)
	cmd.Flag("max", "Closed loop: as fast as possible. The default without a rate.").BoolVar(&f.max)
	f.setupTimes(cmd)
}

func (f *benchLoadFlags) setupTimes(cmd *kingpin.CmdClause) {
	cmd.Flag("duration", "Length of the measurement.").Default("10s").DurationVar(&f.duration)
	cmd.Flag("msgs", "Measure this many messages instead, such as 100k.").PlaceHolder("N").StringVar(&f.msgs)
	cmd.Flag("warmup", "Length of the warm-up, which is not measured.").Default("2s").DurationVar(&f.warmup)
}

// setupWindow adds the flag for workloads whose messages are answered.
func (f *benchLoadFlags) setupWindow(cmd *kingpin.CmdClause, def string) {
	cmd.Flag("window", "Closed loop: messages in flight for each client.").Default(def).IntVar(&f.window)
}

// into sets the load of a scenario.
func (f *benchLoadFlags) into(s *scenario.Spec) (err error) {
	if f.max && (f.rate != "" || f.shape != "") {
		return cli.Usagef("--max cannot be used with --rate or --shape")
	}
	l := &s.Load
	if f.rate != "" {
		if l.Rate, err = scenario.ParseRate(f.rate); err != nil {
			return cli.Misuse(err)
		}
	}
	if f.shape != "" {
		if err := l.ParseShape(f.shape); err != nil {
			return cli.Misuse(err)
		}
	}
	if f.rate != "" || f.shape != "" {
		l.Mode, l.Arrival = scenario.Open, f.arrival
	} else {
		l.Mode, l.Window = scenario.Max, f.window
	}
	if f.msgs != "" {
		if s.Msgs, err = scenario.ParseCount(f.msgs); err != nil {
			return cli.Misuse(err)
		}
	} else {
		s.Duration = scenario.Duration(f.duration)
	}
	if s.Warmup = scenario.Duration(f.warmup); f.warmup == 0 {
		s.Warmup = -1
	}
	return nil
}

// benchPayloadFlags set the content of the messages.
type benchPayloadFlags struct {
	size, payload string
	seed          uint64
	verify        int
}

func (f *benchPayloadFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("size", "Payload size, or several used in turn: 128, 8k, or 64,1k,8k.").Default("128").PlaceHolder("BYTES").StringVar(&f.size)
	cmd.Flag("payload", "What the payload is filled with: random, zeros or text.").Default("random").EnumVar(&f.payload, "random", "zeros", "text")
	cmd.Flag("seed", "Seed of random choices.").PlaceHolder("N").Uint64Var(&f.seed)
	cmd.Flag("verify", "Check the checksum of every n-th message.").Default("1024").PlaceHolder("N").IntVar(&f.verify)
}

func (f *benchPayloadFlags) into(s *scenario.Spec) (err error) {
	if s.Sizes, err = scenario.ParseSizes(f.size); err != nil {
		return cli.Misuse(err)
	}
	s.Payload, s.Seed, s.Verify = f.payload, f.seed, f.verify
	return nil
}

// benchDriverFlag selects how messages are written to the sockets.
type benchDriverFlag struct{ driver string }

func (f *benchDriverFlag) setupDriver(cmd *kingpin.CmdClause) {
	cmd.Flag("driver", "Driver: natsgo is what an application uses; raw takes less client CPU, for closed loops over plain TCP; auto uses raw where it can and more than one message is in flight.").
		Default("auto").EnumVar(&f.driver, "natsgo", "raw", "auto")
}

// benchSubjectFlags set the subjects of the messages.
type benchSubjectFlags struct {
	subject, dist string
	subjects      int
}

func (f *benchSubjectFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("subject", "Subject to use (default: a generated one).").StringVar(&f.subject)
	cmd.Flag("subjects", "Spread the messages over this many subjects: SUBJECT.0, SUBJECT.1 and so on.").Default("1").IntVar(&f.subjects)
	cmd.Flag("dist", "Order in which subjects are used: sequential, uniform or zipf.").Default("sequential").EnumVar(&f.dist, "sequential", "uniform", "zipf")
}

func (f *benchSubjectFlags) into(s *scenario.Spec) {
	s.Subject, s.Subjects, s.Dist = f.subject, f.subjects, f.dist
}

// ceilingTime is how long the generator is measured by itself.
const ceilingTime = 300 * time.Millisecond
