package topcmd

import (
	"context"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/recording"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/drain"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// feed is the source of the dashboard's data: a recording or the fleet of the
// context.
func (c *topCommand) feed(ctx context.Context, e *cli.Env) (*live.Feed, error) {
	if c.replay != "" {
		feed, err := openRecording(c.replay)
		if err == nil && c.once && feed.Note != "" {
			e.Note("warning", feed.Note)
		}
		return feed, err
	}
	feed, err := liveFeed(ctx, e, c.actions)
	if err == nil {
		feed.Close = e.Close // when :ctx changes to another
	}
	return feed, err
}

// openRecording opens a recording for playback.
func openRecording(path string) (*live.Feed, error) {
	file, rec, err := cli.OpenRecording(path)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	feed := live.NewReplay(name, rec)
	feed.Note = strings.Join(cli.Flaws(name, rec), "; ")
	feed.Close = func() { _ = file.Close() }
	return feed, nil
}

// liveFeed connects and returns the feed of a fleet.
func liveFeed(ctx context.Context, e *cli.Env, actions bool) (*live.Feed, error) {
	w := newLinkWatch()
	if _, err := e.Connect(ctx, w.option(), nats.IgnoreAuthErrorAbort()); err != nil {
		return nil, err
	}
	client, err := e.System(ctx)
	if err != nil {
		return nil, err
	}
	t := e.Session.Target
	feed := newFeed(e, feedName(t), client, w)
	feed.User, feed.Context, feed.Protected = t.User, t.Saved(), t.Protected
	if actions {
		feed.Actions = fleetActions{client, feed.Protected, func(plan *drain.Plan) (func(context.Context) error, error) { return localDrain(e, plan) }}
	}
	return feed, nil
}

// feedName returns the fleet's name in the dashboard.
func feedName(t *natsctx.Target) string {
	if t.Name != "" {
		return t.Name
	}
	return natsctx.RedactURL(t.URL)
}

// newFeed joins a client of the system account and its connection.
func newFeed(e *cli.Env, name string, client *sys.Client, w *linkWatch) *live.Feed {
	w.nc = client.Conn()
	return &live.Feed{
		Name: name, Source: &systemOrOwn{system: fleet.Stagger(client), own: client.Own()}, Link: w.link,
		Explain:   func(err error) live.Trouble { return explainTrouble(e, err) },
		Elsewhere: func() error { return client.Conn().ForceReconnect() },
		Events:    func(ctx context.Context) iter.Seq2[fleet.Event, error] { return systemOrOwnEvents(ctx, client) },
	}
}

// explainTrouble returns for the screen what the error table gives on the command
// line.
func explainTrouble(e *cli.Env, err error) live.Trouble {
	t := live.Trouble{Title: err.Error()}
	var notSystem *sys.NotSystemError
	var denied *sys.PermissionError
	t.Limited = errors.As(err, &notSystem) || errors.As(err, &denied)
	if _, hint := e.Explain(err); hint != "" {
		t.Lines = append(t.Lines, hint)
	}
	return t
}

// topHint returns the hint for an error in the dashboard, which has no
// flags.
func topHint(e *cli.Env, err error) string {
	switch {
	case errors.Is(err, cli.ErrProtected):
		return "nothing was changed; natsctl context unprotect NAME removes the protection; the shell command takes --force"
	case errors.Is(err, act.ErrBlocked):
		return "nothing was changed; fix the problems first, or run the command in a shell with --anyway"
	case errors.Is(err, act.ErrNoTrigger):
		return "nothing was done"
	}
	_, hint := e.Explain(err)
	return hint
}

// linkWatch records when the state of a connection last changed.
type linkWatch struct {
	nc    *nats.Conn
	last  string
	up    bool
	since time.Time
	tries atomic.Int64
}

func newLinkWatch() *linkWatch { return &linkWatch{up: true, since: time.Now()} }

// option counts the reconnect attempts.
func (w *linkWatch) option() nats.Option {
	return nats.ReconnectErrHandler(func(*nats.Conn, error) { w.tries.Add(1) })
}

// link returns the state of the connection. It is called from one goroutine.
func (w *linkWatch) link() live.Link {
	up := w.nc.IsConnected()
	if up != w.up {
		w.up, w.since = up, time.Now()
	}
	if up {
		w.last = w.nc.ConnectedServerName()
		if w.last == "" {
			w.last = w.nc.ConnectedUrlRedacted()
		}
		w.tries.Store(0)
	}
	l := live.Link{Up: up, Server: w.last, Since: w.since}
	if !up {
		l.Attempt = int(w.tries.Load())
		for _, url := range w.nc.Servers() {
			l.Tried = append(l.Tried, strings.TrimPrefix(natsctx.RedactURL(url), "nats://"))
		}
		if err := w.nc.LastError(); err != nil {
			l.Err = err.Error()
		}
	}
	return l
}

// contextNames lists the saved contexts.
func contextNames(e *cli.Env) []string {
	store, err := e.Store()
	if err != nil {
		return nil
	}
	names, _ := store.Names() // an unreadable store offers no names
	return names
}

// otherFeed connects with another saved context, in addition to the one in use.
func otherFeed(ctx context.Context, e *cli.Env, name string, actions bool) (*live.Feed, error) {
	store, err := e.Store()
	if err != nil {
		return nil, err
	}
	if err := store.Known(name); err != nil {
		return nil, err
	}
	other := e.WithFlags(cli.Globals{Context: name, Timeout: e.Flags.Timeout, Output: e.Flags.Output, ASCII: e.Flags.ASCII})
	other.Err = io.Discard
	feed, err := liveFeed(ctx, other, actions)
	if err != nil {
		other.Close()
		return nil, err
	}
	feed.Close = other.Close
	return feed, nil
}

// fileRecorder writes a recording.
type fileRecorder struct{ *recording.Recorder }

func newFileRecorder(w io.Writer) live.Recorder { return fileRecorder{recording.NewRecorder(w, false)} }
