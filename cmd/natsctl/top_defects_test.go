package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker"
)

// TestLostConnectionPrintsNothing loses the connection of a dashboard and gets
// it back: not a byte is printed, which would stay in the middle of the screen;
// the feed tells of it instead.
func TestLostConnectionPrintsNothing(t *testing.T) {
	c, err := broker.Start(t.Context(), broker.Spec{NoJetStream: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	node := c.Nodes()[0]
	id, _ := c.Identity("sys")
	var printed bytes.Buffer
	home := t.TempDir()
	e := &env{in: strings.NewReader(""), out: &printed, err: &printed, now: time.Now, width: func() int { return 0 }, getenv: func(name string) string {
		switch name {
		case "NATS_URL":
			return withUser(node.ClientURL(), id)
		case "HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME":
			return home
		}
		return ""
	}}
	t.Cleanup(e.close)
	said := stderrOf(t, func() {
		feed, err := e.liveFeed(t.Context())
		if err != nil {
			t.Error(err)
			return
		}
		node.Stop()
		insist(t, func() error { return when(!feed.Link().Up, "the link is up") })
		if err := node.Restart(t.Context()); err != nil {
			t.Error(err)
		}
		insist(t, func() error { return when(feed.Link().Up, "the link is down") })
	})
	if said != "" || printed.Len() > 0 {
		t.Errorf("printed %q and %q", said, printed.String())
	}
}

type notYet string

func (n notYet) Error() string { return string(n) }

func when(ok bool, not string) error {
	if ok {
		return nil
	}
	return notYet(not)
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

// TestDocsDefects checks that each defect that docs/top-defects.md lists is
// kept away by tests that exist.
func TestDocsDefects(t *testing.T) {
	page, err := os.ReadFile("../../docs/top-defects.md")
	if err != nil {
		t.Fatal(err)
	}
	have, named := testNames(t), regexp.MustCompile("`(Test[A-Za-z0-9]+)`")
	var rows []string
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(line, "|")
		if len(cells) < 5 || strings.HasPrefix(cells[1], "--") || strings.TrimSpace(cells[1]) == "#" {
			continue
		}
		rows = append(rows, strings.TrimSpace(cells[1]))
		tests := named.FindAllStringSubmatch(cells[4], -1)
		if len(tests) == 0 {
			t.Errorf("no test is named in: %s", line)
		}
		for _, m := range tests {
			if !slices.Contains(have, m[1]) {
				t.Errorf("%s: there is no %s", rows[len(rows)-1], m[1])
			}
		}
	}
	for letter := 'a'; letter <= 't'; letter++ {
		if !slices.Contains(rows, string(letter)) {
			t.Errorf("defect %c is not listed", letter)
		}
	}
}

// testNames are the tests of the whole module.
func testNames(t *testing.T) (names []string) {
	t.Helper()
	declared := regexp.MustCompile(`(?m)^func ((?:Test|Fuzz)[A-Za-z0-9]+)\(`)
	err := filepath.WalkDir("../..", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		data, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(data), -1) {
			names = append(names, m[1])
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
