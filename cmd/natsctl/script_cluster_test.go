package main

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// scriptSpecs are the clusters that a script can ask for.
var scriptSpecs = map[string]spec.Spec{
	"single": spec.Single(),
	"three":  spec.Nodes(3),
	"super":  spec.Super(2, "east", "west").WithLeaf("edge", 1, "east"),
}

// scriptCommands are what scripts can do beside running natsctl:
//
//	cluster single|three|super   start a real cluster; sets SYS_URL and APP_URL, with credentials, ADDRESS of the first node, and NODES
//	node stop|restart NAME       stop a server, or start it again
//	configure NODE LINE          append a line to the configuration file of a server
//	clients NODE NAME N          connect clients of one name, which do not reconnect
//	door KIND CERTIFICATE        start something that lets nobody in; sets DOOR, writes ca.pem
//	slot                         take a slot with free ports; sets SLOT, and THOUSANDS of its ports
//	memory CONTEXT STREAM        make a stream in memory, with one message
//	measure ARGS...              run natsctl bench; a machine that is too busy for the rate is no failure
//	argv                         find no secret of a context in the command line of a process
var scriptCommands = map[string]func(*testscript.TestScript, bool, []string){
	"cluster": startCluster,
	"node":    changeNode,

	"configure": appendConfig,
	"clients":   startClients,
	"door":      openDoor,
	"argv":      findArgv,
	"slot":      takeSlot,
	"measure":   measure,
	"memory":    addMemoryStream,
}

type clusterKey struct{}

func startCluster(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: cluster single|three|super")
	}
	spec, ok := scriptSpecs[args[0]]
	if !ok {
		ts.Fatalf("no cluster %q", args[0])
	}
	cluster, err := broker.Start(contextOf(ts), spec)
	ts.Check(err)
	ts.Defer(func() { _ = cluster.Close() })
	ts.Value(clusterKey{}).(*scriptCluster).Cluster = cluster
	for _, n := range cluster.Nodes() {
		awaitHealth(ts, n)
	}
	for name, who := range map[string]string{"SYS_URL": "sys", "APP_URL": "app"} {
		id, _ := cluster.Identity(who)
		urls := cluster.URLs()
		for i := range urls {
			urls[i] = withUser(urls[i], id)
		}
		ts.Setenv(name, strings.Join(urls, ","))
	}
	u, err := url.Parse(cluster.URLs()[0])
	ts.Check(err)
	ts.Setenv("ADDRESS", u.Host)
	ts.Setenv("NODES", fmt.Sprint(len(cluster.Nodes())))
}

// awaitHealth waits until a server that has just started finds itself healthy,
// which on a busy machine is some time after JetStream has its leader.
func awaitHealth(ts *testscript.TestScript, n *broker.Node) {
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		resp, err := http.Get(n.MonitorURL() + "/healthz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-tick.C:
		case <-deadline:
			ts.Fatalf("%s does not get healthy", n.Name())
		}
	}
}

func withUser(raw string, id plan.Identity) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	u.User = url.UserPassword(id.User, id.Password)
	return u.String()
}

func changeNode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: node stop|restart NAME")
	}
	node := ts.Value(clusterKey{}).(*scriptCluster).Node(args[1])
	if node == nil {
		ts.Fatalf("no node %q", args[1])
	}
	switch args[0] {
	case "stop":
		node.Stop()
	case "restart":
		ts.Check(node.Restart(contextOf(ts)))
	default:
		ts.Fatalf("node cannot %q", args[0])
	}
}

// scriptCluster is the cluster of one script.
type scriptCluster struct{ *broker.Cluster }
