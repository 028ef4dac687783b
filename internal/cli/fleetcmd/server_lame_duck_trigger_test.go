package fleetcmd

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/sys/drain"
)

// TestFill puts what a server reports about itself into a command, unless it could
// be more than a name there.
func TestFill(t *testing.T) {
	plain := func() *drain.Plan {
		return &drain.Plan{
			Target: server.ServerInfo{Name: "n1", ID: "NAAA", Host: "host.example", Cluster: "east"},
			Varz:   &server.Varz{IP: "192.0.2.7", Port: 4333},
		}
	}
	words, err := fill(`ssh -p 22 {host} 'signal ldm={name}' "{id}" {ip}:{port} {cluster}`, plain())
	want := []string{"ssh", "-p", "22", "host.example", "signal ldm=n1", "NAAA", "192.0.2.7:4333", "east"}
	if err != nil || !slices.Equal(words, want) {
		t.Errorf("%q, %v, want %q", words, err, want)
	}
	hostile := []string{
		"-oProxyCommand=touch /tmp/x", "-l", "--", "-", "", " ", "a b", "a;b", "a|b", "a&b", "$(id)", "`id`", "a>b", "a'b", `a"b`, `a\b`,
		"a\nb", "a\x00b", "a\x1b[m", "{id}", "~root", "*", "a?b", "#a", "!a", "a=b", "@a", "ä", "%h", "a,b", "(a)", "../a", "/etc/passwd", ".a",
	}
	for field, set := range map[string]func(*drain.Plan, string){
		"{name}":    func(p *drain.Plan, v string) { p.Target.Name = v },
		"{id}":      func(p *drain.Plan, v string) { p.Target.ID = v },
		"{host}":    func(p *drain.Plan, v string) { p.Target.Host = v },
		"{cluster}": func(p *drain.Plan, v string) { p.Target.Cluster = v },
		"{ip}":      func(p *drain.Plan, v string) { p.Varz.IP = v },
	} {
		for _, value := range hostile {
			plan := plain()
			set(plan, value)
			if words, err := fill("ssh "+field, plan); exitCode(err) != cli.ExitUsage {
				t.Errorf("%s %q becomes %q: %v", field, value, words, err)
			}
			if words, err := fill("ssh fixed", plan); err != nil || len(words) != 2 {
				t.Errorf("%s %q, which the command does not use: %q, %v", field, value, words, err)
			}
		}
		for _, value := range []string{"a", "9", "_a", "A-b_c.d:9", "n1.example.net", "::1"[2:], "2001:db8::1"} {
			plan := plain()
			set(plan, value)
			if words, err := fill("ssh "+field, plan); err != nil || words[1] != value {
				t.Errorf("%s %q: %q, %v", field, value, words, err)
			}
		}
	}
	for _, host := range []string{"0.0.0.0", "::"} {
		plan := plain()
		if plan.Target.Host = host; exitCode(errOf(fill("ssh {host}", plan))) != cli.ExitUsage {
			t.Errorf("the host %s, which names no host, is used", host)
		}
	}
	for _, bad := range []string{"", "  ", "ssh {hots}", "ssh 'open", `ssh "open`} {
		if exitCode(errOf(fill(bad, plain()))) != cli.ExitUsage {
			t.Errorf("%q is taken", bad)
		}
	}
}

func errOf(_ []string, err error) error { return err }

// exitCode is the exit code of an error; 0 without one.
func exitCode(err error) int {
	if err == nil {
		return cli.ExitOK
	}
	code, _ := cli.Explain(Advices(), err)
	return code
}

// TestSplitWords splits a command as it is written.
func TestSplitWords(t *testing.T) {
	for text, want := range map[string][]string{
		"a b":              {"a", "b"},
		" a \t b ":         {"a", "b"},
		"a 'b c' d":        {"a", "b c", "d"},
		`a "b 'c' d"`:      {"a", "b 'c' d"},
		`a '"' b`:          {"a", `"`, "b"},
		"a '' b":           {"a", "", "b"},
		"a ''":             {"a", ""},
		"a'b c'd":          {"ab cd"},
		`x \$HOME $(id)`:   {"x", `\$HOME`, "$(id)"},
		"a;b | c && d > e": {"a;b", "|", "c", "&&", "d", ">", "e"},
	} {
		if got, err := splitWords(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	}
}

// TestRunCommandUsesNoShell gives a command words that a shell would obey.
func TestRunCommandUsesNoShell(t *testing.T) {
	var told strings.Builder
	e := &cli.Env{Err: &told}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	err = runCommand(t.Context(), e, []string{self, "-test.run=^$", "-no-such-flag=$(echo ran)"})
	if !errors.Is(err, errDrain) || exitCode(err) != cli.ExitFailed {
		t.Errorf("a command that fails: %v", err)
	}
	if strings.Contains(told.String(), "=ran") {
		t.Errorf("a shell ran the command: %s", told.String())
	}
}
