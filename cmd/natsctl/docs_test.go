package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/clitest"
)

// TestDocsCommands keeps the README's table of commands equal to the command
// list. UPDATE_DOCS=1 (make docs) rewrites it.
func TestDocsCommands(t *testing.T) {
	var table strings.Builder
	table.WriteString("| Command | What it does |\n|---|---|\n")
	for _, c := range commands() {
		if c.Hidden {
			continue
		}
		fmt.Fprintf(&table, "| `natsctl %s` | %s |\n", synopsis(c), c.Help)
	}
	clitest.KeepFresh(t, "../../README.md", "commands", table.String())
}

// synopsis names a command with its subcommands.
func synopsis(c cli.Entry) string {
	if len(c.Sub) == 0 {
		return c.Name
	}
	names := make([]string, len(c.Sub))
	for i, sub := range c.Sub {
		names[i] = sub.Name
	}
	return c.Name + " " + strings.Join(names, "\\|")
}

// TestHelp asks every command for its help, which must name the command and
// be free of what a template leaves when it fails.
func TestHelp(t *testing.T) {
	var walk func(path []string, list []cli.Entry)
	walk = func(path []string, list []cli.Entry) {
		for _, c := range list {
			args := append(slices.Clone(path), c.Name)
			help := transcript(t, append(slices.Clone(args), "--help"))
			if !strings.HasPrefix(help, "usage: natsctl "+strings.Join(args, " ")) || strings.Contains(help, "%!") {
				t.Errorf("help of %v:\n%s", args, help)
			}
			if c.Help == "" || !strings.HasSuffix(c.Help, ".") {
				t.Errorf("%v: help %q is no sentence", args, c.Help)
			}
			walk(args, c.Sub)
		}
	}
	walk(nil, commands())
}

// TestReadme runs every transcript of the README: a console block whose
// commands start with "$ natsctl" must print exactly what stands below them.
// UPDATE_DOCS=1 (make docs) rewrites them.
func TestDocsReadme(t *testing.T) {
	body, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir("../..")
	var ran int
	for _, block := range strings.Split(string(body), "```console\n")[1:] {
		block, _, _ = strings.Cut(block, "```")
		for _, step := range strings.Split("\n"+block, "\n$ natsctl ")[1:] {
			line, want, _ := strings.Cut(step, "\n")
			if strings.Contains(line, "cluster up") || strings.HasPrefix(line, "demo") {
				continue // starts servers; the scripts and the end-to-end tests run these
			}
			ran++
			got := transcript(t, strings.Fields(line))
			if diff := cmp.Diff(want, got); diff != "" && os.Getenv("UPDATE_DOCS") == "" {
				t.Errorf("$ natsctl %s (make docs rewrites it):\n%s", line, diff)
			}
			body = bytes.Replace(body, []byte(step), []byte(line+"\n"+got), 1)
		}
	}
	if ran == 0 {
		t.Error("the README has no transcript")
	}
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile("README.md", body, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// transcript runs natsctl as on a terminal without colors and returns what
// the terminal shows.
func transcript(t *testing.T, args []string) string {
	t.Helper()
	var screen bytes.Buffer
	home := t.TempDir()
	run(args, &cli.Env{
		In: strings.NewReader(""), Out: &screen, Err: &screen, OutTTY: true, ErrTTY: true,
		Width: func() int { return 120 }, Now: time.Now,
		Getenv: func(name string) string {
			if strings.HasPrefix(name, "XDG_") {
				return home
			}
			return ""
		},
	})
	return screen.String()
}
