package topcmd

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/testcluster"
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
