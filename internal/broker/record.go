package broker

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Life is the state of a cluster of processes.
type Life string

// The states of a cluster.
const (
	Up      Life = "up"
	Down    Life = "down"    // stopped, its data is kept
	Crashed Life = "crashed" // should run, but its supervisor and nodes have exited
	Pending Life = "pending" // being started, or left by a start that was killed
)

// Record is what is known about a cluster of processes without asking it.
type Record struct {
	Name       string
	Life       Life
	Slot       int
	Dir        string
	Spec       spec.Spec
	Program    string // the nats-server it runs, "" for the embedded one
	Made       time.Time
	Nodes      []Place
	Identities []plan.Identity // with their secrets
	Contexts   []string        // the saved contexts created for it
}

// Place is the place of a node: its cluster, directory and ports.
type Place struct {
	Name       string
	Cluster    string
	Leaf       bool
	ClientURL  string
	MonitorURL string
	Ports      map[plan.Role]int // of its listeners
	Dir        string
}

// URLs returns the client URLs of a cluster or leaf group; with "", of all nodes that are not leaf nodes.
func (r Record) URLs(cluster string) []string {
	var urls []string
	for _, n := range r.Nodes {
		if n.Cluster == cluster || cluster == "" && !n.Leaf {
			urls = append(urls, n.ClientURL)
		}
	}
	return urls
}

// record returns the exported view of a state.
func (h *store) record(s state) Record {
	name := s.Plan.Spec.Name
	r := Record{
		Name: name, Slot: s.Slot, Dir: h.path(name), Spec: s.Plan.Spec, Program: s.Program, Made: s.Made,
		Identities: s.Plan.Identities, Contexts: s.Contexts,
	}
	switch alive := h.alive(name); {
	case !s.Kept:
		r.Life = Pending
	case alive:
		r.Life = Up
	case s.Up:
		r.Life = Crashed
	default:
		r.Life = Down
	}
	for _, n := range s.Plan.Nodes {
		p := Place{
			Name: n.Name, Cluster: n.Cluster, Leaf: n.Leaf != nil, ClientURL: n.ClientURL(),
			MonitorURL: "http://" + n.Addr(plan.RoleMonitor), Ports: map[plan.Role]int{}, Dir: n.Dir,
		}
		for role, port := range n.Ports {
			if port != 0 {
				p.Ports[plan.Role(role)] = port
			}
		}
		r.Nodes = append(r.Nodes, p)
	}
	return r
}

// Record returns what is known about a cluster; the error wraps [ErrUnknown] when no such cluster exists.
func (h *store) Record(name string) (Record, error) {
	s, err := h.load(name)
	if err != nil {
		return Record{}, err
	}
	return h.record(s), nil
}

// Fleet returns the servers of a cluster, with all secrets of its plan; the error wraps [ErrUnknown] when no such cluster exists.
func (h *store) Fleet(name string) (client.Fleet, error) {
	s, err := h.load(name)
	return client.Fleet{Plan: s.Plan}, err
}

// Records returns all clusters by name. It skips a directory that is not a cluster, which a killed program may have left.
func (h *store) Records() ([]Record, error) {
	names, err := h.names()
	if err != nil {
		return nil, fmt.Errorf("list clusters: %w", err)
	}
	var out []Record
	for _, name := range names {
		r, err := h.Record(name)
		if errors.Is(err, ErrUnknown) || errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return out, err
		}
		out = append(out, r)
	}
	return out, nil
}
