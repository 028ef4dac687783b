package fleetcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// recordCommand writes snapshots and events into a file.
type recordCommand struct {
	cli.ScopeFlags
	file     string
	every    time.Duration
	lasting  time.Duration
	count    int
	want     string
	events   bool
	identity bool
	force    bool
}

func recordEntry() cli.Entry {
	return cli.Entry{Name: "record", Help: "Record the fleet and its events into a file, for --replay, support or a test.", Cmd: &recordCommand{}, Finishes: true, Examples: []string{
		"record fleet.rec",
		"record fleet.rec --every 10s --for 1h",
		"record fleet.rec --want varz,connz --count 10",
	}}
}

// recordable are the kinds that --want selects from; the default is all.
var recordable = []fleet.Kind{
	fleet.Varz, fleet.Connz, fleet.Routez, fleet.Gatewayz, fleet.Leafz, fleet.Subsz, fleet.Accountz,
	fleet.AccountStatz, fleet.Jsz, fleet.Healthz, fleet.Raftz, fleet.Ipqueuesz,
}

func (c *recordCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("file", "File to write, gzipped NDJSON; must not exist.").Required().StringVar(&c.file)
	c.ScopeFlags.Setup(cmd)
	cmd.Flag("every", "Time between two snapshots.").Default("2s").PlaceHolder("INTERVAL").DurationVar(&c.every)
	cmd.Flag("for", "Exit after this time.").PlaceHolder("DURATION").DurationVar(&c.lasting)
	cmd.Flag("count", "Exit after this many snapshots.").PlaceHolder("N").IntVar(&c.count)
	cmd.Flag("want", "What to request besides STATSZ, comma-separated; default all of "+wantNames(recordable)+".").PlaceHolder("KINDS").StringVar(&c.want)
	cmd.Flag("events", "Record what happens between the snapshots too; yes by default.").Default("true").BoolVar(&c.events)
	cmd.Flag("record-identity", "Keep user names, public keys and certificate subjects; JWTs and passwords are dropped in any case.").BoolVar(&c.identity)
	cmd.Flag("force", "Overwrite the file.").BoolVar(&c.force)
}

func (c *recordCommand) Run(ctx context.Context, e *cli.Env) error {
	want, err := c.wanted()
	if err != nil {
		return err
	}
	if c.every < 100*time.Millisecond {
		return cli.Usagef("--every %s is too short; use 100ms or more", c.every)
	}
	client, err := e.System(ctx, sys.WithExpect(c.Expect))
	if err != nil {
		return err
	}
	if c.lasting > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, c.lasting, errRecorded)
		defer cancel()
	}
	file, err := c.create()
	if err != nil {
		return err
	}
	run := &recordingRun{e: e, out: recording.NewRecorder(file, c.identity)}
	err = run.run(ctx, c, client, want)
	if errors.Is(context.Cause(ctx), errRecorded) || errors.Is(err, io.EOF) {
		err = nil
	}
	err = cmp.Or(err, run.out.Close(), file.Close()) // report the first error, which causes the others
	if run.snapshots == 0 {                          // nothing was recorded
		return cmp.Or(err, c.discard())
	}
	run.summary(c.file)
	return cmp.Or(err, e.Completeness(run.incomplete))
}

// errRecorded ends a recording that has reached its duration.
var errRecorded = errors.New("the recording is over")

// wanted returns what each snapshot requests.
func (c *recordCommand) wanted() (fleet.Want, error) {
	w := fleet.Want{
		Kinds: recordable, Scope: c.Scope, Conns: fleet.ConnWant{State: "all"},
		JS: fleet.JSWant{Streams: true, Consumers: true, Config: true, Raft: true, Groups: true, AllReplicas: true},
	}
	if c.want == "" {
		return w, nil
	}
	w.Kinds = nil
	for name := range strings.SplitSeq(c.want, ",") {
		kind := fleet.Kind(strings.ToUpper(strings.TrimSpace(name)))
		switch {
		case kind == fleet.Statsz:
		case !slices.Contains(recordable, kind):
			return w, cli.Usagef("--want %q is not one of %s%s", name, wantNames(recordable), view.Suggest(name, strings.Split(wantNames(recordable), ",")))
		case !slices.Contains(w.Kinds, kind):
			w.Kinds = append(w.Kinds, kind)
		}
	}
	return w, nil
}

// create creates the file, which other users cannot read: it has details of the
// fleet.
func (c *recordCommand) create() (*os.File, error) {
	flags := os.O_WRONLY | os.O_CREATE | os.O_EXCL
	if c.force {
		flags = os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	}
	file, err := os.OpenFile(c.file, flags, 0o600)
	if errors.Is(err, os.ErrExist) {
		return nil, cli.Usagef("%s exists; choose another name, or overwrite it with --force", c.file)
	}
	if err != nil || !regular(c.file) {
		return file, err
	}
	return file, file.Chmod(0o600) // a file that was there may be of another mode
}

// regular reports whether there is a regular file, and not a device or a link.
func regular(path string) bool {
	info, err := os.Lstat(path)
	return err == nil && info.Mode().IsRegular()
}

// discard removes the file, unless it is a device.
func (c *recordCommand) discard() error {
	if !regular(c.file) {
		return nil
	}
	return os.Remove(c.file)
}

// recordingRun is a recording in progress.
type recordingRun struct {
	e                 *cli.Env
	out               *recording.Recorder
	snapshots, events int
	partial           int             // snapshots that miss a server or an answer
	incomplete        *fleet.Snapshot // the last of these
	last              *fleet.Snapshot
}

// run records until the context is done or enough snapshots are taken.
func (t *recordingRun) run(ctx context.Context, c *recordCommand, client *sys.Client, want fleet.Want) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var events <-chan fleet.Event
	if c.events {
		events = t.listen(ctx, client)
	}
	source := fleet.Stagger(client)
	ticker := time.NewTicker(c.every)
	defer ticker.Stop()
	for {
		snap, err := source.Snapshot(ctx, want)
		if err != nil {
			return t.stopped(ctx, err)
		}
		if err := t.snapshot(snap, c.events); err != nil {
			return err
		}
		if c.count > 0 && t.snapshots >= c.count {
			return t.drain(events)
		}
		if err := t.wait(ctx, ticker.C, events); err != nil {
			return err
		}
	}
}

// stopped distinguishes an interrupt, which ends a recording normally, from a failure.
func (t *recordingRun) stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return io.EOF
	}
	return err
}

// snapshot records a snapshot, after the events derived from it.
func (t *recordingRun) snapshot(s *fleet.Snapshot, events bool) error {
	if events {
		for _, ev := range fleet.DeriveEvents(t.last, s) {
			if err := t.event(ev); err != nil {
				return err
			}
		}
	}
	if err := t.out.Snapshot(s); err != nil {
		return err
	}
	t.last = s
	t.snapshots++
	if told := s.WithoutUnsupported(); !told.Complete() {
		t.partial, t.incomplete = t.partial+1, told
	}
	if t.e.ErrTTY {
		_, _ = fmt.Fprintf(t.e.Err, "\r%s, %s, %d/%d servers", cli.Plural(t.snapshots, "snapshot"), cli.Plural(t.events, "event"), len(s.Servers), s.Expected)
	}
	return nil
}

func (t *recordingRun) event(ev fleet.Event) error {
	t.events++
	return t.out.Event(ev)
}

// wait records events until the next snapshot is due.
func (t *recordingRun) wait(ctx context.Context, due <-chan time.Time, events <-chan fleet.Event) error {
	for {
		select {
		case <-ctx.Done():
			return io.EOF
		case <-due:
			return nil
		case ev, open := <-events:
			if !open {
				events = nil
				continue
			}
			if err := t.event(ev); err != nil {
				return err
			}
		}
	}
}

// drain records the events that have already arrived.
func (t *recordingRun) drain(events <-chan fleet.Event) error {
	for {
		select {
		case ev, open := <-events:
			if !open {
				return nil
			}
			if err := t.event(ev); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

// listen receives events until ctx is done. A failed subscription is reported once.
func (t *recordingRun) listen(ctx context.Context, client *sys.Client) <-chan fleet.Event {
	out := make(chan fleet.Event, 1024)
	go func() {
		defer close(out)
		for ev, err := range client.Events(ctx) {
			if err != nil {
				if ctx.Err() == nil {
					t.e.Note("warning", err.Error()+"; some events are missing in the recording")
				}
				continue
			}
			select {
			case out <- ev:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// counts says what was recorded.
func (t *recordingRun) counts() string {
	text := cli.Plural(t.snapshots, "snapshot") + ", " + cli.Plural(t.events, "event")
	switch {
	case t.partial == 1:
		text += "; 1 snapshot misses a server or an answer"
	case t.partial > 1:
		text += fmt.Sprintf("; %d snapshots miss a server or an answer", t.partial)
	}
	return text
}

// summary describes the content of the file.
func (t *recordingRun) summary(file string) {
	if t.e.ErrTTY {
		_, _ = fmt.Fprintln(t.e.Err)
	}
	t.e.Note("", fmt.Sprintf("%s: %s", file, t.counts()))
	if t.e.ErrTTY {
		t.e.Note("hint", "look at it with natsctl server report connections --replay "+file+", or natsctl check --replay "+file)
	}
}
