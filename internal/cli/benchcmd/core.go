package benchcmd

import (
	"context"
	"fmt"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/bench"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/cli"
)

// workloadFlags are the flags of a workload, which make a spec.
type workloadFlags interface {
	declare(cmd *kingpin.CmdClause)
	spec(e *cli.Env) (scenario.Spec, error)
}

// benchWorkload runs a workload.
type benchWorkload struct {
	workloadFlags
	benchRunFlags
}

func (c *benchWorkload) Setup(cmd *kingpin.CmdClause) {
	c.declare(cmd)
	c.benchRunFlags.Setup(cmd)
}

func (c *benchWorkload) Run(ctx context.Context, e *cli.Env) error {
	spec, err := c.spec(e)
	if err != nil {
		return err
	}
	return c.perform(ctx, e, spec)
}

// allowedTime sets the timeout of a spec from --timeout, if given.
func allowedTime(e *cli.Env, s *scenario.Spec) { s.Timeout = scenario.Duration(e.Flags.Timeout) }

type benchPubFlags struct {
	load    benchLoadFlags
	payload benchPayloadFlags
	where   benchSubjectFlags
	pubs    int
	benchDriverFlag
}

func (c *benchPubFlags) declare(cmd *kingpin.CmdClause) {
	c.where.Setup(cmd)
	cmd.Flag("pubs", "Publishers, each with its own connection.").Default("1").IntVar(&c.pubs)
	c.load.Setup(cmd)
	c.payload.Setup(cmd)
	c.setupDriver(cmd)
}

func (c *benchPubFlags) spec(e *cli.Env) (scenario.Spec, error) {
	s := scenario.Spec{Workload: scenario.Pub, Pubs: c.pubs, Driver: c.driver}
	allowedTime(e, &s)
	c.where.into(&s)
	if err := c.load.into(&s); err != nil {
		return s, err
	}
	return s, c.payload.into(&s)
}

type benchPubSubFlags struct {
	benchPubFlags
	subs  int
	queue string
}

func (c *benchPubSubFlags) declare(cmd *kingpin.CmdClause) {
	c.benchPubFlags.declare(cmd)
	cmd.Flag("subs", "Subscribers, each with its own connection.").Default("1").IntVar(&c.subs)
	cmd.Flag("queue", "Put the subscribers into this queue group.").PlaceHolder("NAME").StringVar(&c.queue)
}

func (c *benchPubSubFlags) spec(e *cli.Env) (scenario.Spec, error) {
	s, err := c.benchPubFlags.spec(e)
	s.Workload, s.Subs, s.Queue = scenario.PubSub, c.subs, c.queue
	return s, err
}

type benchRequestFlags struct {
	load      benchLoadFlags
	payload   benchPayloadFlags
	where     benchSubjectFlags
	clients   int
	serve     int
	think     time.Duration
	replySize string
	benchDriverFlag
}

func (c *benchRequestFlags) declare(cmd *kingpin.CmdClause) {
	c.where.Setup(cmd)
	cmd.Flag("clients", "Clients, each with its own connection.").Default("1").IntVar(&c.clients)
	cmd.Flag("serve", "Built-in responders (default: one, or none when a subject is given).").Default("-1").IntVar(&c.serve)
	cmd.Flag("think", "How long a built-in responder waits before it replies.").DurationVar(&c.think)
	cmd.Flag("reply-size", "Payload size of its reply (default: the request is returned).").PlaceHolder("BYTES").StringVar(&c.replySize)
	c.load.Setup(cmd)
	c.load.setupWindow(cmd, "1")
	c.payload.Setup(cmd)
	c.setupDriver(cmd)
}

func (c *benchRequestFlags) spec(e *cli.Env) (scenario.Spec, error) {
	s := scenario.Spec{Workload: scenario.Request, Pubs: c.clients, Driver: c.driver, Request: &scenario.Service{Serve: c.serve, Think: scenario.Duration(c.think)}}
	allowedTime(e, &s)
	c.where.into(&s)
	if c.serve < 0 {
		s.Request.Serve = 0
		if s.Subject == "" { // no other program would know a generated subject
			s.Request.Serve = 1
		}
	}
	var err error
	if s.Request.ReplySize, err = optionalSize(c.replySize); err != nil {
		return s, err
	}
	if err := c.load.into(&s); err != nil {
		return s, err
	}
	return s, c.payload.into(&s)
}

func optionalSize(text string) (int, error) {
	if text == "" {
		return 0, nil
	}
	n, err := scenario.ParseSize(text)
	if err != nil {
		return 0, cli.Misuse(err)
	}
	return n, nil
}

// benchServe answers requests until it is interrupted.
type benchServe struct {
	subject, queue, replySize string
	responders                int
	think                     time.Duration
	force                     bool
}

func (c *benchServe) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("subject", "Subject to answer.").Required().StringVar(&c.subject)
	cmd.Flag("queue", "Queue group of the responders.").Default("natsctl-bench").StringVar(&c.queue)
	cmd.Flag("responders", "Responders, each with its own connection.").Default("1").IntVar(&c.responders)
	cmd.Flag("think", "How long a responder waits before it replies.").DurationVar(&c.think)
	cmd.Flag("reply-size", "Payload size of the reply (default: the request is returned).").PlaceHolder("BYTES").StringVar(&c.replySize)
	cmd.Flag("force", "Serve even if the context is protected.").BoolVar(&c.force)
}

func (c *benchServe) Run(ctx context.Context, e *cli.Env) error {
	size, err := optionalSize(c.replySize)
	if err != nil {
		return err
	}
	connect, err := benchConnect(ctx, e, c.force)
	if err != nil {
		return err
	}
	defer bench.Tune()()
	e.Note("", fmt.Sprintf("answering %s until interrupted", c.subject))
	said := serveReport{env: e}
	err = bench.Serve(ctx, bench.ServeSpec{
		Subject: c.subject, Queue: c.queue, Responders: c.responders, Think: c.think, ReplySize: size,
	}, connect, said.update)
	said.end()
	return err
}
