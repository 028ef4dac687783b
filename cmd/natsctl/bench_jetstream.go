package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench"
)

// benchStreamFlags say which stream is used.
type benchStreamFlags struct {
	stream, storage string
	replicas        int
}

func (f *benchStreamFlags) setup(cmd *kingpin.CmdClause, what string) {
	cmd.Flag(what, "Use this "+what+" instead of making one; one that is made is removed at the end.").PlaceHolder("NAME").StringVar(&f.stream)
	cmd.Flag("storage", "Storage of the "+what+" that is made.").Default("file").EnumVar(&f.storage, "file", "memory")
	cmd.Flag("replicas", "Replicas of the "+what+" that is made.").Default("1").IntVar(&f.replicas)
}

// benchJSPub publishes into a stream.
type benchJSPub struct {
	benchJSPubFlags
	benchRunFlags
}

func (c *benchJSPub) setup(cmd *kingpin.CmdClause) {
	c.declare(cmd)
	c.benchRunFlags.setup(cmd)
}

func (c *benchJSPub) run(ctx context.Context, e *env) error {
	return benchmark(ctx, e, &c.benchRunFlags, &c.benchJSPubFlags)
}

type benchJSPubFlags struct {
	load    benchLoadFlags
	payload benchPayloadFlags
	where   benchSubjectFlags
	stream  benchStreamFlags
	pubs    int
	ack     string
	benchDriverFlag
}

func (c *benchJSPubFlags) declare(cmd *kingpin.CmdClause) {
	c.where.setup(cmd)
	cmd.Flag("pubs", "Publishers, each with its own connection.").Default("1").IntVar(&c.pubs)
	cmd.Flag("ack", "sync, window:N (messages in flight), batch:N (atomic batches) or none (verified against the stream).").Default("window:500").StringVar(&c.ack)
	c.stream.setup(cmd, "stream")
	c.load.setup(cmd)
	c.payload.setup(cmd)
	c.setupDriver(cmd)
}

func (c *benchJSPubFlags) spec(e *env) (bench.Spec, error) {
	s := bench.Spec{Workload: bench.JSPub, Pubs: c.pubs, Driver: c.driver, JS: &bench.Stream{Name: c.stream.stream, Storage: c.stream.storage, Replicas: c.stream.replicas}}
	patience(e, &s)
	c.where.into(&s)
	if err := c.load.into(&s); err != nil {
		return s, err
	}
	if err := readAckMode(c.ack, &s); err != nil {
		return s, err
	}
	return s, c.payload.into(&s)
}

// readAckMode reads sync, none, window:N or batch:N.
func readAckMode(text string, s *bench.Spec) error {
	mode, number, numbered := strings.Cut(text, ":")
	s.JS.Ack = mode
	n := 500
	if numbered {
		var err error
		if n, err = strconv.Atoi(number); err != nil || n < 1 {
			return usagef("bad --ack %q: want a number after the colon, such as window:500", text)
		}
	}
	switch mode {
	case "batch":
		s.JS.Batch = n
		fallthrough
	case "window":
		if s.Load.Mode == bench.Max {
			s.Load.Window = n
		}
	case "sync", "none":
		if numbered {
			return usagef("bad --ack %q: %s takes no number", text, mode)
		}
	default:
		return usagef("bad --ack %q: want sync, window:N, batch:N or none", text)
	}
	return nil
}

// benchConsumeFlags say how a stream is consumed.
type benchConsumeFlags struct {
	mode, acks string
	batch      int
}

func (f *benchConsumeFlags) setup(cmd *kingpin.CmdClause) {
	cmd.Flag("mode", "fetch, consume, or ordered (every consumer gets everything).").Default("consume").EnumVar(&f.mode, "fetch", "consume", "ordered")
	cmd.Flag("acks", "How a consumer acknowledges: explicit, all, none or double.").Default("explicit").EnumVar(&f.acks, "explicit", "all", "none", "double")
	cmd.Flag("batch", "Messages that a consumer asks for at a time.").Default("500").IntVar(&f.batch)
}

func (f *benchConsumeFlags) into(js *bench.Stream) {
	js.Mode, js.ConsAck, js.Batch = f.mode, f.acks, f.batch
}

// benchJSConsume consumes a stream that is full.
type benchJSConsume struct {
	payload   benchPayloadFlags
	where     benchSubjectFlags
	stream    benchStreamFlags
	consume   benchConsumeFlags
	consumers int
	backlog   string
	benchRunFlags
}

func (c *benchJSConsume) setup(cmd *kingpin.CmdClause) {
	c.where.setup(cmd)
	cmd.Flag("consumers", "Consumers, each with its own connection.").Default("1").IntVar(&c.consumers)
	cmd.Flag("backlog", "Messages to fill a stream of our own with, such as 1m.").Default("100k").StringVar(&c.backlog)
	c.stream.setup(cmd, "stream")
	c.consume.setup(cmd)
	c.payload.setup(cmd)
	c.benchRunFlags.setup(cmd)
}

func (c *benchJSConsume) run(ctx context.Context, e *env) error {
	s := bench.Spec{Workload: bench.JSConsume, Subs: c.consumers, JS: &bench.Stream{Name: c.stream.stream, Storage: c.stream.storage, Replicas: c.stream.replicas}}
	patience(e, &s)
	c.where.into(&s)
	c.consume.into(s.JS)
	n, err := bench.ParseCount(c.backlog)
	if err != nil {
		return usageError{err}
	}
	s.JS.Backlog = n
	if err := c.payload.into(&s); err != nil {
		return err
	}
	return c.perform(ctx, e, s)
}

// benchJSE2E publishes and consumes at the same time.
type benchJSE2E struct {
	benchJSE2EFlags
	benchRunFlags
}

func (c *benchJSE2E) setup(cmd *kingpin.CmdClause) {
	c.declare(cmd)
	c.benchRunFlags.setup(cmd)
}

func (c *benchJSE2E) run(ctx context.Context, e *env) error {
	return benchmark(ctx, e, &c.benchRunFlags, &c.benchJSE2EFlags)
}

type benchJSE2EFlags struct {
	benchJSPubFlags
	consume   benchConsumeFlags
	consumers int
}

func (c *benchJSE2EFlags) declare(cmd *kingpin.CmdClause) {
	c.benchJSPubFlags.declare(cmd)
	cmd.Flag("consumers", "Consumers, each with its own connection.").Default("1").IntVar(&c.consumers)
	c.consume.setup(cmd)
}

func (c *benchJSE2EFlags) spec(e *env) (bench.Spec, error) {
	s, err := c.benchJSPubFlags.spec(e)
	if err != nil {
		return s, err
	}
	s.Workload, s.Subs = bench.JSE2E, c.consumers
	c.consume.into(s.JS)
	return s, nil
}

// benchKV works on a bucket.
type benchKV struct {
	benchKVFlags
	benchRunFlags
}

func (c *benchKV) setup(cmd *kingpin.CmdClause) {
	c.declare(cmd)
	c.benchRunFlags.setup(cmd)
}

func (c *benchKV) run(ctx context.Context, e *env) error {
	return benchmark(ctx, e, &c.benchRunFlags, &c.benchKVFlags)
}

type benchKVFlags struct {
	load      benchLoadFlags
	payload   benchPayloadFlags
	bucket    benchStreamFlags
	clients   int
	keys, mix string
	dist      string
}

func (c *benchKVFlags) declare(cmd *kingpin.CmdClause) {
	cmd.Flag("clients", "Clients, each with its own connection and keys.").Default("1").IntVar(&c.clients)
	cmd.Flag("mix", "Shares of the operations.").Default("get=80,put=18,cas=2").StringVar(&c.mix)
	cmd.Flag("keys", "Number of keys, such as 1000 or 1m.").Default("1000").StringVar(&c.keys)
	cmd.Flag("dist", "Which key comes next: sequential, uniform or zipf.").Default("uniform").EnumVar(&c.dist, "sequential", "uniform", "zipf")
	c.bucket.setup(cmd, "bucket")
	c.load.setup(cmd)
	c.load.setupWindow(cmd, "1")
	c.payload.setup(cmd)
}

func (c *benchKVFlags) spec(e *env) (bench.Spec, error) {
	kv := &bench.Bucket{Name: c.bucket.stream, Storage: c.bucket.storage, Replicas: c.bucket.replicas}
	s := bench.Spec{Workload: bench.KV, Pubs: c.clients, Dist: c.dist, KV: kv}
	patience(e, &s)
	n, err := bench.ParseCount(c.keys)
	if err != nil {
		return s, usageError{err}
	}
	kv.Keys = int(n)
	if err := kv.ParseMix(c.mix); err != nil {
		return s, usageError{err}
	}
	if err := c.load.into(&s); err != nil {
		return s, err
	}
	return s, c.payload.into(&s)
}
