//go:build unix

package main

import (
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/natsctl/natsctl/internal/cli"
)

// audited is how a command is run on a fleet of which one server, east-3, hangs in
// the end, and how it must end then.
type audited struct {
	args    string   // what follows its name; DIR is an empty directory
	formats []string // nil: those of a table
	healthy int      // exit code while all servers answer
	partial int      // and when one hangs; 0: 3
	whole   string   // why its answer is whole then too, and its exit code that of a healthy fleet
}

// sheets are the formats of commands that show a document instead of a table.
var sheets = []string{"table", "wide", "json", "ndjson", "yaml"}

// words are the formats of commands that act, and of those that follow.
var words = []string{"table", "json"}

// auditedCommands are all commands that read a fleet.
func auditedCommands() map[string]audited {
	rows := map[string]audited{
		"server ls":        {},
		"server ping":      {},
		"server info":      {args: "east-3", formats: sheets},
		"server graph":     {formats: formatsOf([]string{"graph"})},
		"server reload":    {args: "--cluster east --dry-run", formats: words},
		"server kick":      {args: "east-3 --all --dry-run", formats: words, healthy: cli.ExitFailed}, // nobody is connected
		"server lame-duck": {args: "east-3 --via true --dry-run", formats: words},
		"server profile":   {args: "goroutine east-3 --file DIR/profile", formats: words},
		"conn kick":        {args: "--client nobody --dry-run", formats: words, healthy: cli.ExitFailed},
		"account info":     {args: "APP", formats: sheets},
		"account ls":       {},
		"account conns":    {args: "APP"},
		"check":            {args: "servers", formats: append(slices.Clone(cli.Formats), "junit"), partial: cli.ExitCheck},
		"events":           {args: "--for 200ms", formats: words, whole: "it follows what is reported from now on"},
		"record":           {args: "DIR/recording --count 1 --no-events", formats: words},
	}
	for _, name := range reportNames() {
		rows["server report "+name] = audited{}
	}
	rows["server report sharing"] = audited{args: "APP"}
	for _, l := range leaves(nil, cli.Model(program()).Commands) {
		name := l.model.FullCommand
		if !strings.HasPrefix(name, "server request ") {
			continue
		}
		row := audited{formats: sheets}
		switch {
		case strings.Contains(name, "claims"):
			row.healthy, row.whole = cli.ExitFailed, "no server of this fleet has a resolver of claims"
		case strings.HasSuffix(name, "user-info"):
			row.whole = "only the connected server answers"
		case strings.HasSuffix(name, "account-nsubs"):
			row.args = `--body {"acc":"APP","subject":"x"}`
		}
		if len(l.model.Args) > 0 {
			row.args = "APP"
		}
		rows[name] = row
	}
	return rows
}

// readNoFleet are the other commands, by the beginning of their names, each with the
// reason why a server that hangs does not make their answer incomplete.
func readNoFleet() map[string]string {
	return map[string]string{
		"top":                 "the dashboard shows who is missing: TestE2ETop and the tests of internal/tui",
		"demo":                "starts its own fleet and shows it in the dashboard",
		"bench ":              "measures what a client gets",
		"cluster ":            "looks at the processes of its own clusters",
		"cluster-supervisor":  "runs the processes of a cluster",
		"cluster-node":        "runs a server",
		"context ":            "about files",
		"exporter serve":      "each page says which servers answered",
		"exporter check":      "about what a scrape costs",
		"exporter rules":      "prints a file",
		"exporter forget":     "about an exporter that runs",
		"exporter dashboards": "prints files",
		"completion":          "prints a script",
		"auth ":               "judges credentials; what no server told is called not provable: tests of authcmd",
		"service ":            "about clients; instances that are silent are named: TestFaultyServices",
		"explain":             "about errors, not servers",
		"subject ":            "tries a rule",
		"version":             "about this binary",
	}
}

// TestEveryCommandIsAudited fails for a command that is neither audited nor known to
// read no fleet.
func TestEveryCommandIsAudited(t *testing.T) {
	rows, others := auditedCommands(), readNoFleet()
	used := map[string]bool{}
	for _, l := range leaves(nil, cli.Model(program()).Commands) {
		name := l.model.FullCommand
		_, isAudited := rows[name]
		delete(rows, name)
		for prefix := range others {
			if name == prefix || strings.HasSuffix(prefix, " ") && strings.HasPrefix(name, prefix) {
				used[prefix] = true
				isAudited = !isAudited
			}
		}
		if !isAudited {
			t.Errorf("natsctl %s has no row in auditedCommands or readNoFleet, or several", name)
		}
	}
	for name := range rows {
		t.Errorf("there is no command natsctl %s", name)
	}
	if len(used) != len(others) {
		t.Errorf("readNoFleet has %d rows, of which %d are used", len(others), len(used))
	}
}

// TestAudit runs every command that reads a fleet, in every format, on servers that
// all answer, and again while one hangs: all formats end with the same exit code,
// and none lacks a server without naming it.
func TestAudit(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	nodes := readyFleet(t, "")
	url := nodes[0].url("sys")
	audit(t, url, func(a audited) int { return a.healthy }, nil)
	auditUnknown(t, url, cli.ExitFailed)
	if err := nodes[2].cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	audit(t, url, func(a audited) int {
		switch {
		case a.whole != "":
			return a.healthy
		case a.partial != 0:
			return a.partial
		}
		return cli.ExitPartial
	}, namesTheMissing)
	auditUnknown(t, url, cli.ExitPartial)
}

// auditUnknown asks about an account that no server knows: that is an error, and not
// an empty table; where a server hangs, that one may know it.
func auditUnknown(t *testing.T, url string, code int) {
	t.Helper()
	for _, call := range []string{
		"account info NONE", "account conns NONE", "server report sharing NONE", "server report connections --account NONE",
		"server report streams --account NONE", "server report consumers --account NONE", "server report origins --account NONE",
		"server request account-info NONE", "server request accountz --account NONE",
		"server request account-conns NONE", "server request account-connz NONE", `server request account-nsubs --body {"acc":"NONE","subject":"x"}`,
	} {
		for _, format := range words {
			out, said, got := ask(t, url, append(strings.Fields(call), "-o", format)...)
			if got != code || !strings.Contains(said, "NONE") && code == cli.ExitFailed {
				t.Errorf("%s -o %s: exit code %d, want %d: %s%.300s", call, format, got, code, said, out)
			}
		}
	}
}

// audit runs all commands in all formats, eight at a time.
func audit(t *testing.T, url string, code func(audited) int, look func(t *testing.T, call []string, a audited, format, out, words string)) {
	t.Helper()
	slots := make(chan struct{}, 8)
	var wg sync.WaitGroup
	for name, a := range auditedCommands() {
		formats := a.formats
		if formats == nil {
			formats = cli.Formats
		}
		for _, format := range formats {
			slots <- struct{}{}
			wg.Go(func() {
				defer func() { <-slots }()
				call := append(strings.Fields(name), strings.Fields(strings.ReplaceAll(a.args, "DIR", t.TempDir()))...)
				out, words, got := ask(t, url, append(call, "-o", format)...)
				if want := code(a); got != want {
					t.Errorf("%v -o %s: exit code %d, want %d: %s%.300s", call, format, got, want, words, out)
				}
				if look != nil {
					look(t, call, a, format, out, words)
				}
			})
		}
	}
	wg.Wait()
}

// namesTheMissing holds that an answer names the server that hangs, and that a
// document does not call itself complete.
func namesTheMissing(t *testing.T, call []string, a audited, format, out, words string) {
	t.Helper()
	if a.whole != "" {
		return
	}
	if !strings.Contains(words+out, "east-3") {
		t.Errorf("%v -o %s does not name the server that hangs: %s%.300s", call, format, words, out)
	}
	var doc struct {
		Complete           *bool
		Expected, Answered int
		Missing            []any
	}
	if format != "json" || json.Unmarshal([]byte(out), &doc) != nil || doc.Complete == nil {
		return
	}
	if *doc.Complete || len(doc.Missing) == 0 || doc.Expected-doc.Answered < len(doc.Missing) {
		t.Errorf("%v: complete %v, expected %d, answered %d, missing %v", call, *doc.Complete, doc.Expected, doc.Answered, doc.Missing)
	}
}
