package main

import (
	"strings"

	"github.com/natsctl/natsctl/internal/broker"
)

// clusterValues complete the names of clusters and nodes.
func clusterValues() []valueRow {
	return []valueRow{
		value("cluster", "name", localClusters),
		value("cluster", "--in", localClusters),
		value("cluster", "node", localNodes),
		value("cluster", "a", localNodes),
		value("cluster", "b", localNodes),
		value("cluster up", "--topology", words(broker.Topologies()...)),
	}
}

// localClusters offers the clusters of this machine.
func localClusters(e *env, _ *walk) (o offer) {
	for _, r := range e.localRecords() {
		o.words = append(o.words, candidate{value: r.Name, help: string(r.Life)})
	}
	return o
}

// localNodes offers the nodes of the clusters of this machine, and for faults
// what they belong to, which can be cut off too.
func localNodes(e *env, w *walk) (o offer) {
	for _, r := range e.localRecords() {
		if in := w.flags["in"]; in != "" && in != r.Name {
			continue
		}
		for _, n := range r.Nodes {
			o.words = append(o.words, candidate{value: n.Name, help: "node of " + r.Name})
			if strings.HasPrefix(w.name(), "cluster fault") && n.Cluster != "" {
				o.words = append(o.words, candidate{value: n.Cluster, help: "cluster of " + r.Name})
			}
		}
	}
	return o
}

func (e *env) localRecords() []broker.Record {
	home, err := e.clusters()
	if err != nil {
		return nil
	}
	all, err := home.Records()
	if err != nil {
		return nil
	}
	return all
}
