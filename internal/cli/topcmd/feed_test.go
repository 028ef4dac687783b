package topcmd

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/testcluster"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestLostConnectionPrintsNothing loses the connection of a dashboard and gets
// it back: not a byte is printed, which would stay in the middle of the screen;
// the feed reports it instead.
func TestLostConnectionPrintsNothing(t *testing.T) {
	c, err := broker.Start(t.Context(), spec.Spec{NoJetStream: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	node := c.Nodes()[0]
	id, _ := c.Identity("sys")
	var printed bytes.Buffer
	home := t.TempDir()
	e := &cli.Env{In: strings.NewReader(""), Out: &printed, Err: &printed, Now: time.Now, Width: func() int { return 0 }, Getenv: func(name string) string {
		switch name {
		case "NATS_URL":
			return strings.Replace(node.ClientURL(), "://", "://"+id.User+":"+id.Password+"@", 1)
		case "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME":
			return home
		}
		return ""
	}}
	t.Cleanup(e.Close)
	said := stderrOf(t, func() {
		feed, err := liveFeed(t.Context(), e, false)
		if err != nil {
			t.Error(err)
			return
		}
		node.Stop()
		testcluster.Await(t, "the link is down", func() bool { return !feed.Link().Up })
		if err := node.Restart(t.Context()); err != nil {
			t.Error(err)
		}
		testcluster.Await(t, "the link is up again", func() bool { return feed.Link().Up })
	})
	if said != "" || printed.Len() > 0 {
		t.Errorf("printed %q and %q", said, printed.String())
	}
}

// TestLinkShowsNoPassword names the servers that are tried without what is in their
// addresses, and so the fleet that has no context.
func TestLinkShowsNoPassword(t *testing.T) {
	c, err := broker.Start(t.Context(), spec.Spec{NoJetStream: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	node := c.Nodes()[0]
	id, _ := c.Identity("sys")
	url := strings.Replace(node.ClientURL(), "://", "://"+id.User+":"+id.Password+"@", 1)
	w := newLinkWatch()
	if w.nc, err = nats.Connect(url, w.option(), nats.MaxReconnects(-1), nats.ReconnectWait(10*time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.nc.Close)
	if l := w.link(); !l.Up || l.Server != node.Name() || len(l.Tried) > 0 || l.Attempt != 0 {
		t.Errorf("up: %+v", l)
	}
	node.Stop()
	testcluster.Await(t, "the link is down and tried again", func() bool { l := w.link(); return !l.Up && l.Attempt > 0 })
	l := w.link()
	if text := fmt.Sprintf("%+v", l); strings.Contains(text, id.Password) || len(l.Tried) != 1 || !strings.HasSuffix(l.Tried[0], strings.TrimPrefix(node.ClientURL(), "nats://")) || l.Server != node.Name() {
		t.Errorf("down: %s", text)
	}
	target := &natsctx.Target{Context: natsctx.Context{Settings: natsctx.Settings{URL: url}}}
	if name := feedName(target); strings.Contains(name, id.Password) || !strings.Contains(name, strings.TrimPrefix(node.ClientURL(), "nats://")) {
		t.Errorf("without a context: %q", name)
	}
	if target.Name = "prod"; feedName(target) != "prod" {
		t.Errorf("with one: %q", feedName(target))
	}
}

// TestFeedOfAProtectedContext takes the protection from the saved context, for the
// one at the start and for one that is chosen later, and gives actions only where
// they are allowed.
func TestFeedOfAProtectedContext(t *testing.T) {
	c, err := broker.Start(t.Context(), spec.Spec{NoJetStream: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	id, _ := c.Identity("sys")
	home := t.TempDir()
	e := &cli.Env{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, Now: time.Now, Width: func() int { return 0 }, Getenv: func(name string) string {
		return map[string]string{"HOME": home, "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "XDG_CACHE_HOME": home}[name]
	}}
	store, err := e.Store()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"open", "closed"} {
		if err := store.Create(&natsctx.Context{Name: name, Settings: natsctx.Settings{URL: c.Nodes()[0].ClientURL(), User: id.User, Password: id.Password}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.SetMark("closed", func(m *natsctx.Mark) { m.Protected = true }); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"open", "closed"} {
		for _, actions := range []bool{false, true} {
			first := e.WithFlags(cli.Globals{Context: name})
			for i, open := range []func() (*live.Feed, error){
				func() (*live.Feed, error) { return liveFeed(t.Context(), first, actions) },
				func() (*live.Feed, error) { return otherFeed(t.Context(), e, name, actions) },
			} {
				feed, err := open()
				if err != nil {
					t.Fatal(err)
				}
				given, ok := feed.Actions.(fleetActions)
				if feed.Protected != (name == "closed") || feed.Context != name || ok != actions || ok && given.protected != feed.Protected {
					t.Errorf("%s, %d, actions %v: protected %v, context %q, %+v", name, i, actions, feed.Protected, feed.Context, given)
				}
				feed.Release()
			}
			first.Close()
		}
	}
}

// stderrOf is what is written to standard error while do runs.
func stderrOf(t *testing.T, do func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	all := make(chan string)
	go func() {
		data, _ := io.ReadAll(r)
		all <- string(data)
	}()
	before := os.Stderr
	os.Stderr = w
	do()
	os.Stderr = before
	w.Close() //nolint:errcheck // nothing is lost: it is a pipe
	return <-all
}
