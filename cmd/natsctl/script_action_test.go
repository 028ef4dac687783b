package main

import (
	"encoding/json"
	"os"
	"strconv"

	"github.com/nats-io/nats.go"
	"github.com/rogpeppe/go-internal/testscript"
)

// appendConfig appends a line to the configuration file of a server.
func appendConfig(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: configure NODE LINE")
	}
	node := ts.Value(clusterKey{}).(*scriptCluster).Node(args[0])
	if node == nil {
		ts.Fatalf("no node %q", args[0])
	}
	f, err := os.OpenFile(node.ConfigFile(), os.O_APPEND|os.O_WRONLY, 0)
	ts.Check(err)
	defer f.Close()
	_, err = f.WriteString(args[1] + "\n")
	ts.Check(err)
}

// startClients connects clients that stay until the script ends or they are
// kicked.
func startClients(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: clients NODE NAME N")
	}
	node := ts.Value(clusterKey{}).(*scriptCluster).Node(args[0])
	n, err := strconv.Atoi(args[2])
	ts.Check(err)
	if node == nil {
		ts.Fatalf("no node %q", args[0])
	}
	for range n {
		nc, err := node.Connect("app", nats.Name(args[1]), nats.NoReconnect())
		ts.Check(err)
		ts.Defer(nc.Close)
	}
}

// addMemoryStream makes a stream in memory in the account of a saved context, with one message.
func addMemoryStream(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: memory CONTEXT STREAM")
	}
	ts.Check(ts.Exec("natsctl", "context", "show", args[0], "--show-secrets", "-o", "json"))
	var shown struct {
		Settings struct{ URL, User, Password string }
	}
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &shown))
	nc, err := nats.Connect(shown.Settings.URL, nats.UserInfo(shown.Settings.User, shown.Settings.Password))
	ts.Check(err)
	defer nc.Close()
	js, err := nc.JetStream()
	ts.Check(err)
	_, err = js.AddStream(&nats.StreamConfig{Name: args[1], Storage: nats.MemoryStorage})
	ts.Check(err)
	_, err = js.Publish(args[1], nil)
	ts.Check(err)
}
