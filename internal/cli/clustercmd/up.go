package clustercmd

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
)

// clusterUp starts a local cluster.
type clusterUp struct {
	name        string
	shape       spec.Shape
	topology    string
	auth        string
	tls, mtls   bool
	ca          string
	validity    string
	websocket   bool
	mqtt        bool
	accounts    string
	clusters    string
	noJetStream bool
	direct      bool
	set         switches

	file       string
	dryRun     bool
	slot       int
	program    string
	foreground bool
	keep       bool
	retain     bool
	selectIt   bool
	yes        bool
	wait       time.Duration
}

// switches records which boolean flags were given, and their values.
type switches struct{ tls, mtls, websocket, mqtt, noJetStream, direct bool }

func (c *clusterUp) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "Name of the cluster (default dev).").StringVar(&c.name)
	cmd.Flag("file", "Specification in YAML (docs/cluster.md); - is standard input.").Short('f').PlaceHolder("FILE").StringVar(&c.file)
	cmd.Flag("dry-run", "Show what would be started or changed, and exit.").BoolVar(&c.dryRun)
	cmd.Flag("yes", "Change an existing cluster without asking, even if the change is harmful.").Short('y').BoolVar(&c.yes)
	cmd.Flag("topology", "Shape: "+strings.Join(spec.Topologies(), ", ")+". Default: derived from the other flags.").PlaceHolder("SHAPE").StringVar(&c.topology)
	cmd.Flag("nodes", "Servers in each cluster (default 3).").PlaceHolder("N").IntVar(&c.shape.Nodes)
	cmd.Flag("clusters", "Names of the clusters of a super-cluster, for example east,west,eu.").PlaceHolder("NAMES").StringVar(&c.clusters)
	cmd.Flag("leaf", "Leaf nodes, for example 2@east or 2@east:APP. Repeat for more.").PlaceHolder("N@CLUSTER[:ACCOUNT]").StringsVar(&c.shape.Leafs)
	cmd.Flag("auth", "How clients authenticate: "+strings.Join(spec.AuthModes(), ", ")+" (default users).").PlaceHolder("MODE").StringVar(&c.auth)
	cmd.Flag("tls", "TLS with a certificate authority made for the cluster.").IsSetByUser(&c.set.tls).BoolVar(&c.tls)
	cmd.Flag("mtls", "TLS where clients show a certificate too; with --auth users it says who they are.").IsSetByUser(&c.set.mtls).BoolVar(&c.mtls)
	cmd.Flag("ca", "Certificate authorities: shared (default), per-cluster.").PlaceHolder("MODE").StringVar(&c.ca)
	cmd.Flag("cert-validity", "How long certificates are valid, for example 720h (default a year).").PlaceHolder("DURATION").StringVar(&c.validity)
	cmd.Flag("websocket", "Listen for websocket clients too.").IsSetByUser(&c.set.websocket).BoolVar(&c.websocket)
	cmd.Flag("mqtt", "Listen for MQTT clients too.").IsSetByUser(&c.set.mqtt).BoolVar(&c.mqtt)
	cmd.Flag("accounts", "Names of the accounts, each with one user (default APP).").PlaceHolder("NAMES").StringVar(&c.accounts)
	cmd.Flag("no-jetstream", "Servers without JetStream.").IsSetByUser(&c.set.noJetStream).BoolVar(&c.noJetStream)
	cmd.Flag("direct", "Connect the servers directly, without the proxies that faults need; for benchmarks.").IsSetByUser(&c.set.direct).BoolVar(&c.direct)
	cmd.Flag("slot", "Range of ports, 0 to 21: slot 4 is 14000 to 14999 (default: a free one).").Default("-1").PlaceHolder("N").IntVar(&c.slot)
	cmd.Flag("server-bin", "Run this nats-server instead of the embedded one.").PlaceHolder("PATH").StringVar(&c.program)
	cmd.Flag("foreground", "Stay attached; Ctrl-C stops and removes the cluster.").BoolVar(&c.foreground)
	cmd.Flag("keep", "With --foreground: keep data and contexts after Ctrl-C.").BoolVar(&c.keep)
	cmd.Flag("retain", "Keep the files of a failed start, for inspection.").BoolVar(&c.retain)
	cmd.Flag("select", "Select the context of the cluster.").BoolVar(&c.selectIt)
	cmd.Flag("wait", "Maximum time to wait until the cluster is ready.").Default("60s").PlaceHolder("DURATION").DurationVar(&c.wait)
}

// describesCluster reports whether any flag describes the cluster.
func (c *clusterUp) describesCluster() bool {
	return c.shaped() || c.auth != "" || c.accounts != "" || c.ca != "" || c.validity != "" || c.set != switches{}
}

// spec returns the specification of a new cluster.
func (c *clusterUp) spec(e *cli.Env) (spec.Spec, error) {
	if c.file != "" {
		return c.read(e)
	}
	if c.name == "" {
		c.name = spec.DefaultName
	}
	c.shape.Topology, c.shape.Clusters = spec.Topology(c.topology), split(c.clusters)
	s, err := c.shape.Spec(c.name)
	s.Faults = true
	return c.amended(s), err
}

// read reads the specification file; a name on the command line overrides the one in it.
func (c *clusterUp) read(e *cli.Env) (spec.Spec, error) {
	if c.describesCluster() {
		return spec.Spec{}, cli.Usagef("--file specifies the cluster; remove the other flags that specify it")
	}
	in := e.In
	if c.file != "-" {
		f, err := os.Open(c.file)
		if err != nil {
			return spec.Spec{}, cli.Misuse(err)
		}
		defer f.Close() //nolint:errcheck // only read
		in = f
	}
	spec, err := spec.Read(in)
	if err != nil {
		return spec, fmt.Errorf("%s: %w", c.file, err)
	}
	if c.name != "" {
		spec.Name = c.name
	}
	c.name = spec.Name
	return spec, nil
}

// split splits a list at its commas.
func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

func (c *clusterUp) Run(ctx context.Context, e *cli.Env) error {
	home, err := clusters(e)
	if err != nil {
		return err
	}
	l, err := launcher()
	if err != nil {
		return err
	}
	spec, err := c.spec(e)
	if err != nil {
		return err
	}
	if c.program != "" {
		if c.program, err = serverBin(c.program); err != nil {
			return err
		}
	}
	o := broker.Order{
		Spec: spec, Given: c.file != "", Slot: c.slot, Program: c.program, Retain: c.retain,
		Contexts: func(r broker.Record) ([]string, error) { return planContexts(e, r) },
		Ready:    func(r broker.Record) error { return makeContexts(e, r) },
		Report:   func(s broker.Step) { printStep(e, s) },
	}
	if c.file == "" && c.describesCluster() {
		o.Amend = c.amend
	}
	limited, patience, cancel := readyDeadline(ctx, c.wait)
	defer cancel()
	o.Changes = func(ch broker.Change) error {
		patience.Stop() // the time of the prompt does not count
		defer patience.Reset(c.wait)
		return c.confirm(e, ch)
	}
	if c.dryRun {
		return c.plan(ctx, e, home, o)
	}
	if c.foreground {
		return c.runForeground(ctx, e, home, o, l)
	}
	r, changed, err := home.Up(limited, o, l)
	if err != nil {
		return err
	}
	if !changed {
		e.Note("", fmt.Sprintf("cluster %s is already up and matches the request: nothing was changed", r.Name))
	}
	return c.printNextSteps(e, r)
}

// plan shows what would be created.
func (c *clusterUp) plan(ctx context.Context, e *cli.Env, home *broker.Home, o broker.Order) error {
	r, err := home.Plan(ctx, o)
	if err != nil {
		return err
	}
	return e.Print(cli.Table{Schema: "natsctl.cluster.nodes/v1", Grid: placeGrid(r)})
}

// readyDeadline returns a context that ends when a cluster is not ready in time, and its timer.
func readyDeadline(ctx context.Context, wait time.Duration) (context.Context, *time.Timer, context.CancelFunc) {
	limited, cancel := context.WithCancelCause(ctx)
	timer := time.AfterFunc(wait, func() { cancel(errWait{wait}) })
	return limited, timer, func() { timer.Stop(); cancel(nil) }
}

// errWait reports that a cluster did not become ready in time.
type errWait struct{ limit time.Duration }

// Error returns the time waited.
func (w errWait) Error() string { return fmt.Sprintf("not ready within %s", w.limit) }

// Unwrap makes it an ErrNotReady.
func (w errWait) Unwrap() error { return client.ErrNotReady }

// runForeground runs the cluster until it is interrupted, which is its normal end.
func (c *clusterUp) runForeground(ctx context.Context, e *cli.Env, home *broker.Home, o broker.Order, l broker.Launcher) error {
	o.Ready = func(r broker.Record) error {
		r.Life = broker.Up
		if err := makeContexts(e, r); err != nil {
			return err
		}
		return c.printNextSteps(e, r)
	}
	err := home.Run(ctx, o, l, c.keep)
	if err == nil && ctx.Err() != nil {
		text := fmt.Sprintf("cluster %s is stopped and removed, its contexts too", c.name)
		if c.keep {
			text = fmt.Sprintf("cluster %s is stopped; start it again with: natsctl cluster up %s", c.name, c.name)
		}
		e.Note("", text)
	}
	return err
}

// printStep prints a step and its duration on a terminal.
func printStep(e *cli.Env, s broker.Step) {
	if e.ErrTTY {
		e.Note("", fmt.Sprintf("%6.2fs  %s", s.Took.Seconds(), s.Text))
	}
}

// printNextSteps prints the servers and the next steps.
func (c *clusterUp) printNextSteps(e *cli.Env, r broker.Record) error {
	if c.selectIt {
		store, err := e.Store()
		if err != nil {
			return err
		}
		if err := store.Select(r.Name); err != nil {
			return err
		}
	}
	if err := e.Print(cli.Table{Schema: "natsctl.cluster.nodes/v1", Grid: placeGrid(r)}); err != nil {
		return err
	}
	e.Note("", "contexts: "+strings.Join(r.Contexts, ", "))
	if len(r.Contexts) > 1 {
		e.Note("", "look at it with: natsctl --context "+r.Name+"-"+spec.SystemUser+" server ls")
	}
	return nil
}
