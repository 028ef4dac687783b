package clustercmd

import (
	"strings"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/cli"
)

// localClusters offers the clusters of this machine.
func localClusters(e *cli.Env, _ *cli.Line) (o cli.Offer) {
	for _, r := range localRecords(e) {
		o.Words = append(o.Words, cli.Candidate{Value: r.Name, Help: string(r.Life)})
	}
	return o
}

// localNodes offers the nodes of the clusters of this machine, and for faults
// also their clusters, which can be cut off too.
func localNodes(e *cli.Env, w *cli.Line) (o cli.Offer) {
	for _, r := range localRecords(e) {
		if in := w.Flags["in"]; in != "" && in != r.Name {
			continue
		}
		for _, n := range r.Nodes {
			o.Words = append(o.Words, cli.Candidate{Value: n.Name, Help: "node of " + r.Name})
			if strings.HasPrefix(w.Name(), "cluster fault") && n.Cluster != "" {
				o.Words = append(o.Words, cli.Candidate{Value: n.Cluster, Help: "cluster of " + r.Name})
			}
		}
	}
	return o
}

func localRecords(e *cli.Env) []broker.Record {
	home, err := clusters(e)
	if err != nil {
		return nil
	}
	all, err := home.Records()
	if err != nil {
		return nil
	}
	return all
}
