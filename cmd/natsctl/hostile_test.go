package main

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/broker"
)

const hostileRecording = "../../internal/fleet/testdata/hostile.ndjson.gz"

// hostileLive are the command lines that a real fleet with hostile clients is
// asked with, by command; each also runs in every format.
var hostileLive = map[string][]string{
	"server ping":         nil,
	"server info":         {"dev"},
	"server request":      {"--timeout", "1s"},
	"server kick":         {"dev", "--account", "APP", "--yes"},
	"conn kick":           {"--account", "APP", "--yes"},
	"events":              {"--for", "300ms"},
	"exporter check":      nil,
	"account ls":          nil,
	"account info":        {"APP"},
	"account conns":       {"APP"},
	"account claims ls":   nil,
	"account claims show": {"APP"},
}

// hostileExempt are the commands that show nothing of what a fleet says, with
// the reason. Every other command is run.
var hostileExempt = map[string]string{
	"cluster":             "shows what its own specification names",
	"context":             "has a hostile test of its own, over hostile context files",
	"bench":               "shows its own figures; the server's words reach it through errors only",
	"completion":          "has a hostile test of its own, over hostile caches",
	"demo":                "shows what server ls and top show, of its own cluster",
	"record":              "writes a file",
	"version":             "shows what the binary says of itself",
	"exporter serve":      "serves HTTP; its label values are quoted and tested in exporter",
	"exporter rules":      "prints text of its own",
	"exporter dashboards": "prints text of its own",
	"server reload":       "shows what server ls shows, and the answer of a reload",
	"server profile":      "writes a file",
	"server lame-duck":    "shows what server ls and events show",
}

// hostileFormats are the formats to try; one that a command does not have is a
// usage error without effect.
var hostileFormats = []string{"", "table", "wide", "json", "ndjson", "yaml", "csv", "tree", "dot", "mermaid", "svg", "txt", "nagios", "junit", "prometheus"}

// TestHostileFleet runs every command that shows something of a fleet, in every
// format, on a recording or a live server full of hostile names, and looks for
// what a terminal would obey. A new command is either run or exempted here.
func TestHostileFleet(t *testing.T) {
	live := startHostile(t)
	for _, path := range leaves(nil, commands()) {
		if exempt(path) {
			continue
		}
		base := hostileArgs(t, path, live)
		if base == nil {
			t.Errorf("%v is neither run on hostile text nor exempt from it", path)
			continue
		}
		for _, format := range hostileFormats {
			args := slices.Clone(base)
			if format != "" {
				args = append(args, "-o", format)
			}
			checkHostile(t, args)
		}
	}
}

// TestHostileViews draws every page of the dashboard over the hostile recording.
func TestHostileViews(t *testing.T) {
	for _, page := range []string{
		"topology", "tree", "matrix", "links", "servers", "conns", "slow", "closed", "accounts", "streams", "consumers",
		"peers", "raft", "events", "alerts", "server",
	} {
		checkHostile(t, []string{"top", "--once", "--view", page, "-o", "txt", "--replay", hostileRecording})
	}
}

func checkHostile(t *testing.T, args []string) {
	t.Helper()
	code, out, errs := runHere(t.TempDir(), true, args...)
	if strings.Contains(errs, "panic") {
		t.Errorf("%v: %s", args, errs)
	}
	errs = strings.NewReplacer("\r\x1b[K", "", "\x1b[K", "", "\rnatsctl: ", "natsctl: ").Replace(errs) // our own progress line
	if bad := rawControls(out + errs); len(bad) > 0 {
		t.Errorf("%v (exit %d) lets %q through", args, code, bad[0])
	}
}

// leaves lists the paths of all commands that run something.
func leaves(path []string, list []entry) (out [][]string) {
	for _, c := range list {
		here := append(slices.Clone(path), c.name)
		if c.cmd != nil {
			out = append(out, here)
		}
		out = append(out, leaves(here, c.sub)...)
	}
	return out
}

// exempt tells whether a command or one of its groups is exempted.
func exempt(path []string) bool {
	for n := range path {
		if hostileExempt[strings.Join(path[:n+1], " ")] != "" {
			return true
		}
	}
	return false
}

// hostileArgs is the command line that shows hostile text, or nil.
func hostileArgs(t *testing.T, path []string, live string) []string {
	help := transcript(t, append(slices.Clone(path), "--help"))
	if args, ok := liveArgs(path); ok {
		line := append(append(slices.Clone(path), "-s", live), args...)
		if strings.Contains(help, "<account>") && path[1] == "request" {
			line = append(line, "APP")
		}
		return line
	}
	switch {
	case path[0] == "top":
		return []string{"top", "--once", "--replay", hostileRecording}
	case strings.Contains(help, "--replay"):
		return append(slices.Clone(path), "--replay", hostileRecording)
	}
	return nil
}

// liveArgs finds what a command, or its group, is called with.
func liveArgs(path []string) ([]string, bool) {
	for n := len(path); n > 0; n-- {
		if args, ok := hostileLive[strings.Join(path[:n], " ")]; ok {
			return args, true
		}
	}
	return nil, false
}

// startHostile starts a server with clients, a stream and a consumer whose
// texts are as hostile as the server lets them be, and returns its URL.
func startHostile(t *testing.T) string {
	t.Helper()
	cluster, err := broker.Start(t.Context(), broker.Single())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cluster.Close() })
	nc, err := cluster.Connect("app", nats.Name(hostileText))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	if _, err := nc.SubscribeSync("evil.\x1b[31m\u202e\u009b.>"); err != nil {
		t.Fatal(err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.CreateStream(t.Context(), jetstream.StreamConfig{
		Name: "EVIL", Subjects: []string{"s.\u202e\x1b[2J.*"}, Description: hostileText, Metadata: map[string]string{hostileText: hostileText},
	}); err != nil {
		t.Fatal(err)
	}
	failLogin(t, cluster.Nodes()[0].ClientURL())
	id, _ := cluster.Identity("sys")
	return withUser(cluster.URLs()[0], id)
}

// failLogin is refused by the server under a hostile user name.
func failLogin(t *testing.T, url string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "nats://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "CONNECT {\"user\":%q,\"pass\":\"x\",\"name\":%q}\r\n", "\u202eroot", "\u009bname"); err != nil {
		t.Fatal(err)
	}
}
