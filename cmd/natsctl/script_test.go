package main

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/tui/noquery"
)

// TestMain makes the test binary also the natsctl that the scripts run.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "8"); err != nil { // clusters wait more than they work
		panic(err)
	}
	testscript.Main(m, map[string]func(){
		"natsctl": func() { noquery.Restore(); os.Exit(run(os.Args[1:], cli.ProcessEnv())) },
	})
}

// TestScripts runs the transcripts under testdata/script. Each has a home of
// its own, so nothing of the user's is read or written.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Setup:               sandbox,
		Cmds:                scriptCommands,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
	})
}

// sandbox gives a script its own home and cleans its environment.
func sandbox(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, "home")
	for name, dir := range map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": filepath.Join(home, "config"),
		"XDG_STATE_HOME": filepath.Join(home, "state"), "XDG_CACHE_HOME": filepath.Join(home, "cache"),
	} {
		env.Setenv(name, dir)
	}
	fixtures, err := filepath.Abs("../../internal/fleet/testdata")
	if err != nil {
		return err
	}
	env.Setenv("FIXTURES", fixtures) // recordings of real fleets: super, degraded, hostile, old
	env.Values[clusterKey{}] = &scriptCluster{}
	env.Defer(func() { deleteClusters(env.T(), broker.OpenHome(filepath.Join(home, "state", "natsctl", "clusters"))) })
	return os.MkdirAll(home, 0o700)
}

// deleteClusters stops what a script that failed has left in the background.
func deleteClusters(t testscript.T, home *broker.Home) {
	all, _ := home.Records()
	for _, r := range all {
		if err := home.Delete(context.Background(), r.Name); err != nil {
			t.Log("delete cluster ", r.Name, ": ", err)
		}
	}
}

// contextOf is a context that ends well after the longest step of a script.
func contextOf(ts *testscript.TestScript) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	ts.Defer(cancel)
	return ctx
}
