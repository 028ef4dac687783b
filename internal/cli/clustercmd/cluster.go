package clustercmd

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

const (
	supervisorCommand = "cluster-supervisor"
	nodeCommand       = "cluster-node"
)

// clusters returns the directory of the local clusters.
func clusters(e *cli.Env) (*broker.Home, error) {
	dir, err := broker.HomeDir(e.Getenv)
	if err != nil {
		return nil, err
	}
	h := broker.OpenHome(dir)
	h.Forget = func(names []string) error { return removeContexts(e, names) }
	return h, nil
}

// launcher starts this program as a supervisor or a node.
func launcher() (broker.Launcher, error) {
	program, err := os.Executable()
	if err != nil {
		return broker.Launcher{}, fmt.Errorf("find the path of this program: %w", err)
	}
	return broker.Launcher{Program: program, Name: "natsctl", Node: []string{nodeCommand}, Supervisor: []string{supervisorCommand}}, nil
}

// clusterContexts returns the contexts of a cluster: NAME for the first user, NAME-sys for the system account, NAME-USER for
// every other user, and for the first user at each of several clusters and at leaf nodes NAME-CLUSTER.
func clusterContexts(r broker.Record) []*natsctx.Context {
	var out []*natsctx.Context
	add := func(name, about string, urls []string, id plan.Identity) {
		for _, c := range out {
			if c.Name == name {
				return
			}
		}
		c := &natsctx.Context{Name: name, Settings: natsctx.Settings{
			Description: fmt.Sprintf("local cluster %s, %s", r.Name, about), URL: strings.Join(urls, ","),
			Password: id.Password, NKey: id.Seed, Creds: id.Creds, CA: id.CA, Cert: id.Cert, Key: id.Key,
		}}
		if id.Password != "" {
			c.User = id.User
		}
		out = append(out, c)
	}
	first := r.Identities[1]
	add(r.Name, "user "+first.User+" of account "+first.Account, r.URLs(""), first)
	for _, id := range r.Identities {
		if id != first {
			add(r.Name+"-"+id.User, "user "+id.User+" of account "+id.Account, r.URLs(""), id)
		}
	}
	for _, n := range r.Nodes {
		if len(r.Spec.Clusters) > 1 || n.Leaf {
			add(r.Name+"-"+n.Cluster, "user "+first.User+" at "+n.Cluster, r.URLs(n.Cluster), first)
		}
	}
	return out
}

// planContexts returns the contexts to create; a name that is in use is an error.
func planContexts(e *cli.Env, r broker.Record) ([]string, error) {
	store, err := e.Store()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range clusterContexts(r) {
		if store.Known(c.Name) == nil && !slices.Contains(r.Contexts, c.Name) {
			return nil, fmt.Errorf("context %q: %w and is not of this cluster", c.Name, natsctx.ErrExists)
		}
		names = append(names, c.Name)
	}
	return names, nil
}

// makeContexts saves the contexts of a cluster and updates existing ones that differ.
func makeContexts(e *cli.Env, r broker.Record) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	for _, c := range clusterContexts(r) {
		err := store.Create(c)
		if errors.Is(err, natsctx.ErrExists) {
			err = store.Update(c.Name, func(old *natsctx.Context) error { old.Settings = c.Settings; return nil })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// removeContexts removes contexts that were created for a cluster; a missing one is not an error.
func removeContexts(e *cli.Env, names []string) error {
	store, err := e.Store()
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		if err := store.Remove(name, true); !errors.Is(err, natsctx.ErrUnknown) {
			errs = append(errs, err)
		}
	}
	return cli.AllOf(errs)
}
