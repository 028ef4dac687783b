package clustercmd

import (
	"context"
	"fmt"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"github.com/dustin/go-humanize"

	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// clusterFault injects faults into links.
type clusterFault struct {
	kind  link.FaultKind
	in    inFlag
	fault link.Fault
	rate  string
}

func (c *clusterFault) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("a", "A node, a cluster or a leaf group.").Required().StringVar(&c.fault.A)
	b := func(help string) *kingpin.ArgClause { return cmd.Arg("b", help) }
	const other, every = "A node, a cluster or a leaf group; \"*\" or none: every other server.", "A node, a cluster or a leaf group; \"*\" is every other server."
	switch c.kind {
	case link.Latency:
		b(every).Required().StringVar(&c.fault.B)
		cmd.Arg("delay", "One-way delay, for example 35ms.").Required().DurationVar(&c.fault.Delay)
		cmd.Flag("jitter", "Maximum random delay to add.").PlaceHolder("DURATION").DurationVar(&c.fault.Jitter)
	case link.Bandwidth:
		b(every).Required().StringVar(&c.fault.B)
		cmd.Arg("rate", "Bytes per second in each direction, for example 1MB.").Required().StringVar(&c.rate)
	default:
		b(other).StringVar(&c.fault.B)
	}
	if c.kind != link.Drop {
		cmd.Flag("oneway", "Only from A to B.").BoolVar(&c.fault.OneWay)
		cmd.Flag("for", "Heal automatically after this time.").PlaceHolder("DURATION").DurationVar(&c.fault.For)
	}
	c.in.Setup(cmd)
}

func (c *clusterFault) Run(ctx context.Context, e *cli.Env) error {
	f := c.fault
	f.Kind = c.kind
	if f.B == "*" {
		f.B = ""
	}
	if c.rate != "" {
		n, err := humanize.ParseBytes(c.rate)
		if err != nil || n > 1<<40 {
			return cli.Usagef("rate %q: use a size such as 64KB, 1MB or 10MiB", c.rate)
		}
		f.Rate = int64(n)
	}
	l, err := c.in.find(e)
	if err != nil {
		return err
	}
	if f, err = l.home.Inject(ctx, l.Name, f); err != nil {
		return err
	}
	switch {
	case f.Kind == link.Drop:
		e.Note("", fmt.Sprintf("%s: done", f))
	case f.For > 0:
		e.Note("", fmt.Sprintf("fault %d: %s, heals automatically in %s", f.ID, f, f.For))
	default:
		e.Note("", fmt.Sprintf("fault %d: %s; end it with: %s", f.ID, f, healCommand(l.Name, f)))
	}
	return nil
}

// faultColumns is the table of faults.
var faultColumns = []view.Column[link.Fault]{
	{Name: "id", Title: "ID", Help: "Its number, for heal.", Value: func(f link.Fault) any { return f.ID }},
	{Name: "kind", Title: "KIND", Help: "What is wrong.", Value: func(f link.Fault) any { return string(f.Kind) }},
	{Name: "a", Title: "A", Help: "One side.", Value: func(f link.Fault) any { return f.A }},
	{Name: "b", Title: "B", Help: "The other side; * is every other server.", Value: func(f link.Fault) any {
		if f.B == "" {
			return "*"
		}
		return f.B
	}},
	{Name: "oneway", Title: "ONEWAY", Help: "Only from A to B.", Value: func(f link.Fault) any { return f.OneWay }},
	{Name: "delay_seconds", Title: "DELAY", Help: "One way.", Unit: view.Seconds, Value: func(f link.Fault) any { return seconds(f.Delay) }},
	{Name: "jitter_seconds", Title: "JITTER", Help: "Maximum random delay added.", Unit: view.Seconds, Value: func(f link.Fault) any { return seconds(f.Jitter) }},
	{Name: "rate_bytes_per_second", Title: "RATE", Help: "What gets through.", Unit: view.BytesSec, Value: func(f link.Fault) any {
		if f.Rate == 0 {
			return nil
		}
		return f.Rate
	}},
	{Name: "since", Title: "SINCE", Help: "When it began.", Unit: view.Instant, Value: func(f link.Fault) any { return f.Since.Truncate(time.Second) }},
	{Name: "heals_seconds", Title: "FOR", Help: "Time after which it heals automatically.", Unit: view.Seconds, Value: func(f link.Fault) any { return seconds(f.For) }},
}

// healCommand is the command that ends a fault of a cluster.
func healCommand(cluster string, f link.Fault) string {
	return fmt.Sprintf("natsctl cluster fault heal --in %s %d", cli.ShellQuote(cluster), f.ID)
}

// heals returns when a fault ends by itself.
func heals(f link.Fault) string {
	if f.For == 0 {
		return ""
	}
	return ", until " + f.Since.Add(f.For).UTC().Format("15:04:05")
}

func seconds(d time.Duration) any {
	if d == 0 {
		return nil
	}
	return d.Seconds()
}

// clusterFaultLs lists the faults.
type clusterFaultLs struct {
	which clusterArg
	shape cli.ShapeFlags
}

func (c *clusterFaultLs) Setup(cmd *kingpin.CmdClause) {
	c.which.setupIn(cmd)
	c.shape.Setup(cmd, "")
}

func (c *clusterFaultLs) Run(ctx context.Context, e *cli.Env) error {
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	all, err := l.home.Faults(ctx, l.Name)
	if err != nil {
		return err
	}
	return printRows(e, "natsctl.cluster.faults/v1", faultColumns, all, c.shape)
}

// clusterHeal ends faults.
type clusterHeal struct {
	in  inFlag
	ids []int
}

func (c *clusterHeal) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("id", "Numbers of faults, as cluster fault ls shows them.").IntsVar(&c.ids)
	c.in.Setup(cmd)
}

func (c *clusterHeal) Run(ctx context.Context, e *cli.Env) error {
	l, err := c.in.find(e)
	if err != nil {
		return err
	}
	begun := e.Now()
	n, err := l.home.Heal(ctx, l.Name, c.ids...)
	if err != nil {
		return err
	}
	if len(c.ids) == 0 {
		if err := healLeftovers(ctx, e, l); err != nil {
			return err
		}
	}
	if err := l.home.Ready(ctx, l.Name); err != nil {
		return err
	}
	if n == 0 {
		e.Note("", "no faults to heal; the servers that run see each other")
		return nil
	}
	e.Note("", fmt.Sprintf("%d healed; the servers that run see each other again after %s", n, e.Now().Sub(begun).Round(time.Millisecond)))
	return nil
}
