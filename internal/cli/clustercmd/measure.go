package clustercmd

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// publishFlag runs a publishing client during a change to a cluster, to measure the effect.
type publishFlag struct{ subject string }

func (f *publishFlag) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("publish", "Publish to this subject of a stream meanwhile, 50 times a second, and report what was acknowledged.").PlaceHolder("SUBJECT").StringVar(&f.subject)
}

// start returns the client, or nil without the flag. It publishes as the cluster's first user, or as --user.
func (f *publishFlag) start(ctx context.Context, e *cli.Env, l local, but ...string) (*client.Publisher, error) {
	if f.subject == "" {
		return nil, nil //nolint:nilnil // no client was requested
	}
	fleet, err := l.home.Fleet(l.Name)
	if err != nil {
		return nil, err
	}
	return fleet.StartPublisher(ctx, e.Flags.User, f.subject, but...)
}

// during runs a change after which the cluster is healthy again, and reports its effect on the publishing client.
func (f *publishFlag) during(ctx context.Context, e *cli.Env, l local, act func() error) error {
	w, err := f.start(ctx, e, l)
	if err != nil {
		return err
	}
	if w == nil {
		return act()
	}
	defer w.Close()
	if err := act(); err != nil {
		return err
	}
	if err := awaitAck(ctx, w); err != nil {
		return err
	}
	return f.report(ctx, e, w)
}

// awaitAck waits until a message published from now on is acknowledged.
func awaitAck(ctx context.Context, w *client.Publisher) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	_, err := w.After(ctx, time.Now())
	return err
}

// errLost reports messages that were acknowledged but are missing.
type errLost struct{ client.PublishResult }

// Error returns the number lost and the total.
func (l errLost) Error() string {
	return fmt.Sprintf("%d of %d acknowledged messages are not in stream %s", l.Lost, l.Acked, l.Stream)
}

// report stops publishing and reports the result; lost messages are an error.
func (f *publishFlag) report(ctx context.Context, e *cli.Env, w *client.Publisher) error {
	if w == nil {
		return nil
	}
	t, err := w.Finish(ctx)
	if err != nil {
		return err
	}
	text := fmt.Sprintf("published %d messages to %s, %d acknowledged by stream %s; longest time without an acknowledgement %s, from %s",
		t.Published, t.Subject, t.Acked, t.Stream, t.Gap.Took.Round(time.Millisecond), t.Gap.Since.UTC().Format("15:04:05"))
	if t.Unchecked > 0 {
		text += fmt.Sprintf("; %d are past the limits of the stream and cannot be checked", t.Unchecked)
	}
	e.Note("", text)
	if t.Lost > 0 {
		return errLost{t}
	}
	e.Note("", "no acknowledged message is lost")
	return nil
}

// measureFlags select what to measure when nodes stop.
type measureFlags struct {
	measure bool
	publish publishFlag
}

func (f *measureFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("measure", "Wait until everything that the nodes led in JetStream has a new leader, and report how long that took.").BoolVar(&f.measure)
	f.publish.Setup(cmd)
}

// around runs a change that stops nodes, reports what they led, and measures what was requested.
func (f *measureFlags) around(ctx context.Context, e *cli.Env, l local, nodes []string, act func() error) error {
	lost, err := f.led(ctx, l, nodes)
	if err != nil {
		return err
	}
	w, err := f.publish.start(ctx, e, l, nodes...)
	if err != nil {
		return err
	}
	if w != nil {
		defer w.Close()
	}
	begun := e.Now()
	if err := act(); err != nil {
		return err
	}
	if len(lost) > 0 {
		e.Note("", "led "+ledWords(lost))
	} else if f.measure {
		e.Note("", "led nothing in JetStream")
	}
	if !f.measure && w == nil {
		return nil
	}
	found, err := f.recover(ctx, l, lost, begun, w)
	if len(found) > 0 || err == nil {
		if err := printRows(e, "natsctl.cluster.recovery/v1", recoveryColumns, found, cli.ShapeFlags{}); err != nil {
			return err
		}
	}
	if err != nil {
		return err
	}
	return f.publish.report(ctx, e, w)
}

// led returns what the nodes lead now. If no server can be asked, that is an error only when measuring.
func (f *measureFlags) led(ctx context.Context, l local, nodes []string) ([]client.Lead, error) {
	if l.Spec.NoJetStream {
		return nil, nil
	}
	fleet, err := l.home.Fleet(l.Name)
	if err != nil {
		return nil, err
	}
	all, err := fleet.Leads(ctx)
	if err != nil && !f.measure {
		return nil, nil
	}
	return slices.DeleteFunc(all, func(x client.Lead) bool { return !slices.Contains(nodes, x.Leader) }), err
}

// maxNamed is the maximum number of names in one line.
const maxNamed = 8

// ledWords describes what nodes led.
func ledWords(lost []client.Lead) string {
	var out []string
	for i, l := range lost {
		if i == maxNamed {
			out = append(out, fmt.Sprintf("%d more", len(lost)-i))
			break
		}
		text := view.Text(l.String())
		if !l.Elected() {
			text += " (one replica: away until the node is back)"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// recovery is one item that works again.
type recovery struct {
	what, node string
	took       time.Duration
}

// recoveryColumns is the table of recoveries.
var recoveryColumns = []view.Column[recovery]{
	{Name: "what", Title: "WHAT", Help: "What works again.", Value: func(r recovery) any { return r.what }},
	{Name: "leader", Title: "LEADER", Help: "The node that leads it now.", Value: func(r recovery) any { return r.node }},
	{Name: "after_seconds", Title: "AFTER", Help: "Time since the nodes went away.", Unit: view.Seconds, Value: func(r recovery) any { return r.took.Seconds() }},
}

// recover waits until everything that lost its leader has one again, and until the publisher gets acknowledgments again.
func (f *measureFlags) recover(ctx context.Context, l local, lost []client.Lead, begun time.Time, w *client.Publisher) ([]recovery, error) {
	var out []recovery
	fleet, err := l.home.Fleet(l.Name)
	if err != nil {
		return nil, err
	}
	err = fleet.Elections(ctx, lost, begun, func(x client.Election) {
		out = append(out, recovery{x.String(), x.Leader, x.Took})
	})
	if err != nil || w == nil {
		return out, err
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	took, err := w.After(ctx, begun)
	if err == nil {
		out = append(out, recovery{"first acknowledged publish", "", took})
	}
	return out, err
}
