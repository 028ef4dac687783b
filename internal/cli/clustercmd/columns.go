package clustercmd

import (
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// placeColumns is the table of the servers of a cluster that has started.
var placeColumns = []view.Column[broker.Place]{
	{Name: "cluster", Title: "CLUSTER", Help: "The cluster or group of leaf nodes.", Value: func(p broker.Place) any { return p.Cluster }},
	{Name: "name", Title: "NODE", Help: "The server's name.", Value: func(p broker.Place) any { return p.Name }},
	{Name: "url", Title: "URL", Help: "Where clients connect.", Value: func(p broker.Place) any { return p.ClientURL }},
	{Name: "monitor_url", Title: "MONITOR", Help: "Where the monitoring endpoints are.", Value: func(p broker.Place) any { return p.MonitorURL }},
	{Name: "dir", Title: "DIRECTORY", Help: "Configuration, store and log.", Wide: true, Value: func(p broker.Place) any { return p.Dir }},
}

func placeGrid(r broker.Record) view.Grid {
	return view.NewGrid(placeColumns, slices.Values(r.Nodes))
}

// clusterColumns is the table of the local clusters.
var clusterColumns = []view.Column[broker.Record]{
	{Name: "name", Title: "NAME", Help: "The cluster's name.", Value: func(r broker.Record) any { return r.Name }},
	{Name: "state", Title: "STATE", Help: "up, down, crashed or pending.", Value: func(r broker.Record) any { return string(r.Life) }, Level: lifeLevel},
	{Name: "clusters", Title: "CLUSTERS", Help: "Names of its clusters and leaf groups.", Value: clusterNames},
	{Name: "nodes", Title: "NODES", Help: "Servers.", Unit: view.Count, Value: func(r broker.Record) any { return len(r.Nodes) }},
	{Name: "auth", Title: "AUTH", Help: "How clients authenticate.", Value: func(r broker.Record) any { return string(r.Spec.Auth) }},
	{Name: "slot", Title: "SLOT", Help: "Its range of ports: slot 4 is 14000 to 14999.", Value: func(r broker.Record) any { return r.Slot }},
	{Name: "created", Title: "CREATED", Help: "When it was made.", Unit: view.Instant, Value: func(r broker.Record) any { return r.Made.Truncate(time.Second) }},
	{Name: "contexts", Title: "CONTEXTS", Help: "The saved contexts that were made for it.", Wide: true, Value: func(r broker.Record) any { return r.Contexts }},
	{Name: "dir", Title: "DIRECTORY", Help: "Where its state is.", Wide: true, Value: func(r broker.Record) any { return r.Dir }},
}

func lifeLevel(r broker.Record) fleet.Level {
	if r.Life == broker.Crashed {
		return fleet.Crit
	}
	return fleet.OK
}

func clusterNames(r broker.Record) any {
	var names []string
	for _, c := range r.Spec.Clusters {
		names = append(names, c.Name)
	}
	for _, l := range r.Spec.Leafs {
		names = append(names, l.Name)
	}
	return strings.Join(names, ",")
}

// nodeColumns is the table of the nodes of a running cluster.
var nodeColumns = []view.Column[broker.NodeStatus]{
	{Name: "cluster", Title: "CLUSTER", Help: "The cluster or group of leaf nodes.", Value: func(n broker.NodeStatus) any { return n.Cluster }},
	{Name: "name", Title: "NODE", Help: "The server's name.", Value: func(n broker.NodeStatus) any { return n.Name }},
	{Name: "state", Title: "STATE", Help: "starting, running, paused, draining, stopped or exited.", Value: func(n broker.NodeStatus) any { return string(n.Phase) }, Level: phaseLevel},
	{Name: "pid", Title: "PID", Help: "Its process; none when it does not run.", Value: func(n broker.NodeStatus) any { return number(n.PID) }},
	{Name: "since", Title: "SINCE", Help: "Since when it is in this state.", Unit: view.Instant, Value: func(n broker.NodeStatus) any { return n.Since.Truncate(time.Second) }},
	{Name: "starts", Title: "STARTS", Help: "How often it was started.", Wide: true, Unit: view.Count, Value: func(n broker.NodeStatus) any { return n.Starts }},
	{Name: "hears", Title: "HEARS", Help: "Servers that it sees, itself included.", Unit: view.Count, Value: func(n broker.NodeStatus) any { return number(n.Sees) }, Level: seenLevel},
	{Name: "expected", Title: "OF", Help: "Servers that it should see.", Unit: view.Count, Value: func(n broker.NodeStatus) any { return n.Expect }},
	{Name: "health", Title: "HEALTH", Help: "What it says of its health, or what ended it.", Value: health, Level: healthLevel},
	{Name: "clients", Title: "CLIENTS", Help: "Client connections.", Unit: view.Count, Sum: true, Value: func(n broker.NodeStatus) any { return answered(n, n.Clients) }},
	{Name: "mem_bytes", Title: "MEM", Help: "Resident memory.", Unit: view.Bytes, Sum: true, Value: func(n broker.NodeStatus) any { return answered(n, n.Mem) }},
	{Name: "cpu_percent", Title: "CPU%", Help: "Processor time.", Unit: view.Percent, Sum: true, Value: func(n broker.NodeStatus) any { return answered(n, n.CPU) }},
	{Name: "url", Title: "URL", Help: "Where clients connect.", Value: func(n broker.NodeStatus) any { return n.URL }},
	{Name: "monitor_url", Title: "MONITOR", Help: "Where the monitoring endpoints are.", Wide: true, Value: func(n broker.NodeStatus) any { return n.Monitor }},
	{Name: "deviations", Title: "DEVIATIONS", Help: "Its settings that are not the server's own.", Wide: true, Value: func(n broker.NodeStatus) any { return strings.Join(n.Deviations, ", ") }},
}

func number(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// answered returns a value of a node that answers, and nil for one that does not.
func answered(n broker.NodeStatus, v any) any {
	if n.Sees == 0 {
		return nil
	}
	return v
}

func health(n broker.NodeStatus) any {
	switch {
	case n.Why != "":
		return n.Why
	case n.Health != "":
		return n.Health
	case n.Phase == broker.Running || n.Phase == broker.Draining:
		return "no answer"
	}
	return nil
}

func phaseLevel(n broker.NodeStatus) fleet.Level {
	switch n.Phase {
	case broker.Running:
		return fleet.OK
	case broker.Exited:
		return fleet.Crit
	}
	return fleet.Warn
}

func seenLevel(n broker.NodeStatus) fleet.Level {
	if n.Sees != 0 && n.Sees != n.Expect {
		return fleet.Warn
	}
	return fleet.OK
}

func healthLevel(n broker.NodeStatus) fleet.Level {
	if n.Health == "ok" || n.Phase == broker.Stopped {
		return fleet.OK
	}
	return fleet.Warn
}
