//go:build e2e && unix

package main

import (
	"encoding/json"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
)

// TestE2ETopActions acts from the screen of a real cluster: a wrong name does
// nothing, clients are kicked and counted, a server that ends under the dialog
// is named, a protected context refuses, and contexts that cannot be used say
// what to do while the present one stays.
func TestE2ETopActions(t *testing.T) {
	bin, env := e2eHome(t)
	tm := newTmux(t, env, 120, 40)
	run := func(args ...string) { t.Helper(); e2eRun(t, bin, env, args...) }
	run("cluster", "up", "act", "--clusters", "one", "--nodes", "3", "--slot", "18")
	t.Cleanup(func() {
		cmd := exec.Command(bin, "cluster", "delete", "act", "--yes")
		cmd.Env = env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Logf("delete the cluster: %v: %s", err, out)
		}
	})
	const clients = 7
	for range clients {
		actClient(t, bin, env)
	}
	tm.text("natsctl --context act-sys top --allow-actions --view 'server one-1'")
	tm.keys("Enter")
	tm.sees("LIVE", "3/3 servers", "HEALTH AND LIMITS")
	actKick(tm, clients)
	actVanish(tm, run)
	actContexts(t, tm, run)
	tm.keys("C-c")
	tm.until("the end", func(string) bool { return tm.flag("alternate_on") == "0" })
}

// actClient connects a client to the first server; it comes back elsewhere.
func actClient(t *testing.T, bin string, env []string) {
	t.Helper()
	urls, user := settingsOf(t, bin, env, "act")
	nc, err := nats.Connect(urls[0], user, nats.DontRandomize(), nats.MaxReconnects(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
}

// settingsOf is where a saved context connects to, and as whom.
func settingsOf(t *testing.T, bin string, env []string, name string) (urls []string, user nats.Option) {
	t.Helper()
	cmd := exec.Command(bin, "context", "show", name, "-o", "json", "--show-secrets")
	cmd.Env = env
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var shown struct {
		Settings struct{ URL, User, Password string }
	}
	if err := json.Unmarshal(out, &shown); err != nil {
		t.Fatal(err)
	}
	return strings.Split(shown.Settings.URL, ","), nats.UserInfo(shown.Settings.User, shown.Settings.Password)
}

// actKick moves the clients of a server: not by a wrong name, not after Esc.
func actKick(tm *tmuxTerm, clients int) {
	ask := func() {
		tm.keys("x")
		tm.sees("do to server one-1", "kick-clients")
		tm.keys("k", "Enter")
		tm.sees("natsctl server lame-duck one-1 --kick", "type one-1 to confirm")
	}
	ask()
	tm.text("one-2")
	tm.keys("Enter")
	tm.sees("name does not match")
	tm.keys("Escape")
	tm.sees("nothing was changed")
	ask()
	tm.text("one-1")
	tm.keys("Enter")
	tm.sees(fmt.Sprintf("one-1: %d kicked", clients), "on it now")
}

// actVanish ends a server while its dialog is open.
func actVanish(tm *tmuxTerm, run func(...string)) {
	tm.text(":server one-2")
	tm.keys("Enter")
	tm.sees("Servers › one-2", "HEALTH AND LIMITS")
	tm.keys("x")
	tm.sees("do to server one-2")
	tm.keys("Enter")
	tm.sees("type one-2 to confirm")
	run("cluster", "node", "kill", "one-2", "--in", "act")
	tm.sees("2/3 servers")
	tm.text("one-2")
	tm.keys("Enter")
	tm.sees("reload one-2: ", "one-2 is gone")
	run("cluster", "node", "start", "one-2", "--in", "act")
	tm.sees("3/3 servers")
	tm.keys("Escape")
}

// actContexts changes to contexts that do not work, and to a protected one.
func actContexts(t *testing.T, tm *tmuxTerm, run func(...string)) {
	hung, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer hung.Close()
	run("context", "add", "hung", "-s", "nats://"+hung.Addr().String())
	run("context", "protect", "act-sys")
	tm.text(":ctx nowhere")
	tm.keys("Enter")
	tm.sees("unknown context \"nowhere\"", "list all with: natsctl context ls")
	tm.keys("Escape")
	tm.misses("list all with")
	tm.text(":ctx hung")
	tm.keys("Enter")
	tm.sees("connecting to hung", "LIVE", "3/3 servers")
	tm.text(":ctx act-sys")
	tm.keys("Enter")
	tm.sees("PROTECTED", "LIVE", "3/3 servers")
	tm.text(":server one-3")
	tm.keys("Enter")
	tm.sees("Servers › one-3", "HEALTH AND LIMITS")
	tm.keys("x")
	tm.sees("do to server one-3")
	tm.keys("Enter")
	tm.sees("type one-3 to confirm")
	tm.text("one-3")
	tm.keys("Enter")
	tm.sees("nothing was changed", "natsctl context unprotect")
	tm.keys("Escape")
	tm.misses("context unprotect")
}
