package cli

import (
	"fmt"
	"strings"
	"testing"
	"time"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/sys"
)

// TestCompleting offers what may stand at the end of a command line.
func TestCompleting(t *testing.T) {
	c := newConsole(t)
	c.saveContext(t, "east", `{"description":"The east\u001b[2J of it","url":"nats://e:1"}`)
	c.saveContext(t, "west", `{"url":"nats://bob:PASSWORD@w:1"}`)
	c.saveContext(t, "zbad", `{`)
	for _, tt := range []struct {
		line string // its last word is the one to complete
		want string // the values offered, and how
	}{
		{"", "look open"},
		{"l", "look"},
		{"x", ""},
		{"look ", "five four ls one three two"},
		{"look l", "ls"},
		{"look ls ", "leafs routes"},
		{"look list r", "routes"},
		{"look ls -v r", "routes"},
		{"look ls --verbose r", "routes"},
		{"look ls --sort name r", "routes"},
		{"look ls -s nats://x r", "routes"},
		{"look ls --sort=name r", "routes"},
		{"look ls -- r", "routes"},
		{"look ls -- --", ""},
		{"look ls - ", ""},
		{"look ls --nope r", "routes"},
		{"look ls --level ", "crit info warn"},
		{"look ls --level=w", "--level=warn"},
		{"look ls --level=", "--level=crit --level=info --level=warn"},
		{"look ls --label ", "green red"},
		{"look ls --label red --label g", "green"},
		{"look ls --verbose=", ""},
		{"look ls --nope=", ""},
		{"look ls --every ", ""},
		{"look ls --save ", "files"},
		{"look ls --save=", "files"},
		{"look ls --creds ", "files"},
		{"look ls --re", "--retries --reverse"},
		{"look ls --internal", ""},
		{"look ls --v", "--verbose"},
		{"look ls --cont", "--context"},
		{"--output ", "csv json ndjson table wide yaml"},
		{"-o w", "wide"},
		{"look ls -o y", "yaml"},
		{"look ls routes -s", ""},
		{"open ", "files"},
		{"open f ", "n"},
		{"open f n ", ""},
		{"open --from ", ""},
		{"--context ", "east west zbad"},
		{"--context e", "east"},
		{"look one ", ""},
	} {
		words := strings.Split(tt.line, " ")
		code, out, errs := c.run(append([]string{"__complete", "fish"}, words...)...)
		lines := strings.Split(strings.TrimSuffix(out, "\n"), "\n")
		var got []string
		for _, line := range lines[1:] {
			value, _, _ := strings.Cut(line, "\t")
			got = append(got, value)
		}
		if lines[0] == "files" {
			got = append(got, "files")
		}
		if code != 0 || errs != "" || strings.Join(got, " ") != tt.want {
			t.Errorf("%q offers %q, want %q (exit code %d, %q)", tt.line, got, tt.want, code, errs)
		}
	}
}

// TestCompletionsAreDescribed shows the help of commands and flags, and of
// contexts their description or servers: never a password, and no control.
func TestCompletionsAreDescribed(t *testing.T) {
	c := newConsole(t)
	c.saveContext(t, "east", `{"description":"The east\u001b[2J of it","url":"nats://e:1"}`)
	c.saveContext(t, "long", `{"description":"`+strings.Repeat("ä", 100)+`"}`)
	c.saveContext(t, "west", `{"url":"nats://bob:PASSWORD@w:1"}`)
	c.saveContext(t, "zbad", `{`)
	for line, want := range map[string]string{
		"l":            "words\nlook\tLook at things.\n",
		"look ls --ve": "words\n--verbose\tSay more.\n",
		"--context ":   "words\neast\tThe east\\x1b[2J of it\nlong\t" + strings.Repeat("ä", 80) + "\nwest\tnats://bob:" + natsctx.Mask + "@w:1\nzbad\tcannot be read\n",
	} {
		if _, out, _ := c.run(append([]string{"__complete", "fish"}, strings.Split(line, " ")...)...); out != want {
			t.Errorf("%q: %q, want %q", line, out, want)
		}
	}
	many := newConsole(t)
	for i := range described + 1 {
		many.saveContext(t, fmt.Sprintf("c%02d", i), `{"description":"x"}`)
	}
	if _, out, _ := many.run("__complete", "fish", "--context", "c0"); !strings.HasPrefix(out, "words\nc00\t\nc01\t\n") {
		t.Errorf("more than %d contexts are described: %q", described, out)
	}
}

// TestKnownNamesAreOffered offers the servers, clusters and accounts that were
// seen in the fleet of the command line within a day.
func TestKnownNamesAreOffered(t *testing.T) {
	c := newConsole(t)
	e := c.Env(nil, nil)
	seen := c.now.Add(-offered)
	save := func(target *natsctx.Target, known ...sys.Known) {
		openRoster(e, target).save(c.now, known)
	}
	save(&natsctx.Target{Context: natsctx.Context{Settings: natsctx.Settings{URL: "nats://x:1"}}},
		sys.Known{ID: "1", Name: "n1", Cluster: "A", Seen: seen.Add(time.Second)}, sys.Known{ID: "2", Name: "n2", Cluster: "B", Seen: seen}, sys.Known{ID: "3", Name: "n3", Seen: c.now})
	for line, want := range map[string]string{
		"-s nats://x:1 look ls routes ":                "words\nn1\tA\nn3\t\n",
		"-s nats://x:1 look ls routes n3 n":            "words\nn1\tA\nn3\t\n",
		"-s nats://other:1 look ls routes ":            "words\n",
		"-s nats://x:1 --no-context look ls routes ":   "words\nn1\tA\nn3\t\n",
		"-s nats://x:1 --context none look ls routes ": "words\n",
		"-s nats://x:1 look ls routes --name=n":        "words\n",
	} {
		if _, out, _ := c.run(append([]string{"__complete", "fish"}, strings.Split(line, " ")...)...); out != want {
			t.Errorf("%q: %q, want %q", line, out, want)
		}
	}
	w := newLine(Model(sampleApp(&sample{})))
	w.Flags["server"] = "nats://x:1"
	if got := fmt.Sprint(knownClusters(e, w)); got != "{[{A }] false}" {
		t.Errorf("clusters: %s", got)
	}
	accounts := fmt.Sprintf(`{"OLD":%q,"APP":%q}`, seen.Format(time.RFC3339), seen.Add(time.Second).Format(time.RFC3339))
	if err := writeCache(w.roster(e).accountsPath(), []byte(accounts)); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(knownAccounts(e, w)); got != "{[{APP }] false}" {
		t.Errorf("accounts: %s", got)
	}
}
