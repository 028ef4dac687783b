package benchcmd

import (
	"strconv"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
)

// benchStreamFlags select the stream.
type benchStreamFlags struct {
	name, storage string
	replicas      int
}

func (f *benchStreamFlags) stream() *scenario.Stream {
	return &scenario.Stream{Name: f.name, Storage: f.storage, Replicas: f.replicas}
}

func (f *benchStreamFlags) Setup(cmd *kingpin.CmdClause, what string) {
	cmd.Flag(what, "Use this "+what+" (default: a temporary one, removed at the end).").PlaceHolder("NAME").StringVar(&f.name)
	cmd.Flag("storage", "Storage of a new "+what+": file or memory.").Default("file").EnumVar(&f.storage, "file", "memory")
	cmd.Flag("replicas", "Replicas of a new "+what+".").Default("1").IntVar(&f.replicas)
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
	c.where.Setup(cmd)
	cmd.Flag("pubs", "Publishers, each with its own connection.").Default("1").IntVar(&c.pubs)
	cmd.Flag("ack", "sync, window:N (messages in flight), batch:N (atomic batches) or none (verified against the stream).").Default("window:500").StringVar(&c.ack)
	c.stream.Setup(cmd, "stream")
	c.load.Setup(cmd)
	c.payload.Setup(cmd)
	c.setupDriver(cmd)
}

func (c *benchJSPubFlags) spec(e *cli.Env) (scenario.Spec, error) {
	s := scenario.Spec{Workload: scenario.JSPub, Pubs: c.pubs, Driver: c.driver, JS: c.stream.stream()}
	allowedTime(e, &s)
	c.where.into(&s)
	if err := c.load.into(&s); err != nil {
		return s, err
	}
	if err := readAckMode(c.ack, &s); err != nil {
		return s, err
	}
	return s, c.payload.into(&s)
}

// readAckMode parses sync, none, window:N or batch:N.
func readAckMode(text string, s *scenario.Spec) error {
	mode, number, numbered := strings.Cut(text, ":")
	s.JS.Ack = mode
	n := 500
	if numbered {
		var err error
		if n, err = strconv.Atoi(number); err != nil || n < 1 {
			return cli.Usagef("invalid --ack %q (example: window:500)", text)
		}
	}
	switch mode {
	case "batch":
		s.JS.Batch = n
		fallthrough
	case "window":
		if s.Load.Mode == scenario.Max {
			s.Load.Window = n
		}
	case "sync", "none":
		if numbered {
			return cli.Usagef("invalid --ack %q: %s takes no number", text, mode)
		}
	default:
		return cli.Usagef("invalid --ack %q (one of: sync, window:N, batch:N, none)", text)
	}
	return nil
}

// benchConsumeFlags set how a stream is consumed.
type benchConsumeFlags struct {
	mode, acks string
	batch      int
}

func (f *benchConsumeFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("mode", "fetch, consume, or ordered (every consumer gets everything).").Default("consume").EnumVar(&f.mode, "fetch", "consume", "ordered")
	cmd.Flag("acks", "Acknowledgements of the consumer: explicit, all, none or double.").Default("explicit").EnumVar(&f.acks, "explicit", "all", "none", "double")
	cmd.Flag("batch", "Messages per pull request.").Default("500").IntVar(&f.batch)
}

func (f *benchConsumeFlags) into(js *scenario.Stream) {
	js.Mode, js.ConsAck, js.Batch = f.mode, f.acks, f.batch
}

// benchJSConsumeFlags are the flags to consume a prefilled stream.
type benchJSConsumeFlags struct {
	payload   benchPayloadFlags
	where     benchSubjectFlags
	stream    benchStreamFlags
	consume   benchConsumeFlags
	consumers int
	backlog   string
}

func (c *benchJSConsumeFlags) declare(cmd *kingpin.CmdClause) {
	c.where.Setup(cmd)
	cmd.Flag("consumers", "Consumers, each with its own connection.").Default("1").IntVar(&c.consumers)
	cmd.Flag("backlog", "Messages to preload into a temporary stream, such as 1m.").Default("100k").StringVar(&c.backlog)
	c.stream.Setup(cmd, "stream")
	c.consume.Setup(cmd)
	c.payload.Setup(cmd)
}

func (c *benchJSConsumeFlags) spec(e *cli.Env) (scenario.Spec, error) {
	s := scenario.Spec{Workload: scenario.JSConsume, Subs: c.consumers, JS: c.stream.stream()}
	allowedTime(e, &s)
	c.where.into(&s)
	c.consume.into(s.JS)
	var err error
	if s.JS.Backlog, err = scenario.ParseCount(c.backlog); err != nil {
		return s, cli.Misuse(err)
	}
	return s, c.payload.into(&s)
}

type benchJSE2EFlags struct {
	benchJSPubFlags
	consume   benchConsumeFlags
	consumers int
}

func (c *benchJSE2EFlags) declare(cmd *kingpin.CmdClause) {
	c.benchJSPubFlags.declare(cmd)
	cmd.Flag("consumers", "Consumers, each with its own connection.").Default("1").IntVar(&c.consumers)
	c.consume.Setup(cmd)
}

func (c *benchJSE2EFlags) spec(e *cli.Env) (scenario.Spec, error) {
	s, err := c.benchJSPubFlags.spec(e)
	if err != nil {
		return s, err
	}
	s.Workload, s.Subs = scenario.JSE2E, c.consumers
	c.consume.into(s.JS)
	return s, nil
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
	cmd.Flag("dist", "Order in which keys are used: sequential, uniform or zipf.").Default("uniform").EnumVar(&c.dist, "sequential", "uniform", "zipf")
	c.bucket.Setup(cmd, "bucket")
	c.load.Setup(cmd)
	c.load.setupWindow(cmd, "1")
	c.payload.Setup(cmd)
}

func (c *benchKVFlags) spec(e *cli.Env) (scenario.Spec, error) {
	kv := &scenario.Bucket{Name: c.bucket.name, Storage: c.bucket.storage, Replicas: c.bucket.replicas}
	s := scenario.Spec{Workload: scenario.KV, Pubs: c.clients, Dist: c.dist, KV: kv}
	allowedTime(e, &s)
	n, err := scenario.ParseCount(c.keys)
	if err != nil {
		return s, cli.Misuse(err)
	}
	kv.Keys = int(n)
	if err := kv.ParseMix(c.mix); err != nil {
		return s, cli.Misuse(err)
	}
	if err := c.load.into(&s); err != nil {
		return s, err
	}
	return s, c.payload.into(&s)
}
