package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/broker"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

// clusterEntries is the noun cluster: local clusters to rehearse on, and the
// commands with which natsctl keeps them.
func clusterEntries() []entry { return append([]entry{clusterEntry()}, keeperEntries()...) }

func clusterEntry() entry {
	return entry{
		name: "cluster",
		help: "Local clusters to rehearse on: start, look at, break, heal and remove them.",
		sub: []entry{
			{name: "up", aliases: []string{"create"}, help: "Start a local cluster in the background, or one that is down again.", cmd: &clusterUp{}},
			{name: "down", help: "Stop a cluster; its data and its contexts stay.", cmd: &clusterDown{}},
			{name: "delete", aliases: []string{"rm"}, help: "Stop a cluster and remove all that is left of it.", cmd: &clusterDelete{}},
			{name: "ls", aliases: []string{"list"}, help: "List the local clusters.", cmd: &clusterLs{}},
			{name: "status", help: "Show how each node of a cluster is.", cmd: &clusterStatus{}},
			{name: "env", help: "Print the environment variables for a cluster.", cmd: &clusterEnv{}},
			{name: "logs", help: "Show the logs of all nodes in the order of time.", cmd: &clusterLogs{}},
			{name: "node", help: "Add, remove, stop, start, kill or freeze nodes.", sub: nodeEntries()},
			lameDuckEntry(),
			{name: "roll", help: "Restart or upgrade all nodes, a few at a time, waiting until each is well.", cmd: &clusterRoll{}},
			{name: "chaos", help: "Make repeatable trouble for a while, and mend it all.", cmd: &clusterChaos{}},
			{name: "export", help: "Write the cluster for plain nats-servers, containers, Kubernetes or systemd.", cmd: &clusterExport{}},
			{name: "user", help: "Users of a cluster: list, and in operator mode add and revoke.", sub: []entry{
				{name: "ls", aliases: []string{"list"}, help: "List the users and their contexts.", cmd: &clusterUserLs{}},
				{name: "add", help: "Make a user, its credentials and its context (operator mode).", cmd: &clusterUserAdd{}},
				{name: "revoke", help: "Throw a user out of every server, for good (operator mode).", cmd: &clusterUserRevoke{}},
			}},
			{name: "fault", help: "Disturb the links between nodes, and heal them.", sub: faultEntries()},
		},
	}
}

// keeperEntries are the commands with which natsctl runs itself.
func keeperEntries() []entry {
	return []entry{
		{name: keeperCommand, hidden: true, help: "Keep a cluster; started by cluster up.", cmd: &clusterKeep{}},
		{name: nodeCommand, hidden: true, help: "Be a node of a cluster; started by its keeper.", cmd: &clusterRunNode{}},
	}
}

const (
	keeperCommand = "cluster-keeper"
	nodeCommand   = "cluster-node"
)

// clusters is where the local clusters are kept.
func (e *env) clusters() (*broker.Home, error) {
	dir, err := broker.HomeDir(e.getenv)
	if err != nil {
		return nil, err
	}
	h := broker.OpenHome(dir)
	h.Forget = e.forgetContexts
	return h, nil
}

// launcher starts this program again as a keeper or a node.
func launcher() (broker.Launcher, error) {
	program, err := os.Executable()
	if err != nil {
		return broker.Launcher{}, fmt.Errorf("find the path of this program: %w", err)
	}
	return broker.Launcher{Program: program, Name: "natsctl", Node: []string{nodeCommand}, Keeper: []string{keeperCommand}}, nil
}

// clusterContexts are the contexts of a cluster: NAME for the first user, NAME-sys for the system account, NAME-USER for
// every other user, and for the first user at each of several clusters and at leaf nodes NAME-CLUSTER.
func clusterContexts(r broker.Record) []*natsctx.Context {
	var out []*natsctx.Context
	add := func(name, about string, urls []string, id broker.Identity) {
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

// planContexts names the contexts that will be made, and refuses to take a name that is taken.
func (e *env) planContexts(r broker.Record) ([]string, error) {
	store, err := e.store()
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

// makeContexts saves the contexts of a cluster; those that it has already are as they should be or are mended.
func (e *env) makeContexts(r broker.Record) error {
	store, err := e.store()
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

// forgetContexts removes contexts that were made for a cluster; one that is gone already is fine.
func (e *env) forgetContexts(names []string) error {
	store, err := e.store()
	if err != nil {
		return err
	}
	var errs []error
	for _, name := range names {
		if err := store.Remove(name, true); !errors.Is(err, natsctx.ErrUnknown) {
			errs = append(errs, err)
		}
	}
	return allOf(errs)
}

// clusterAdvices are what to do about errors of local clusters.
func clusterAdvices() []advice {
	return []advice{
		on(is(broker.ErrNoSpace), exitFailed, say("free some space there, or keep clusters on another disk with XDG_STATE_HOME; a start or change that failed has been undone, a server that could not write goes on after natsctl cluster node restart NODE")),
		on(is(broker.ErrData), exitFailed, say("nothing was changed; give the stream a replica elsewhere (nats stream edit --replicas), or back it up and delete it first (nats stream backup, nats stream rm), or start a new cluster under another name")),
		on(is(broker.ErrExpired), exitFailed, say("natsctl cluster up NAME stops all its servers and starts them with new certificates, valid as long as --cert-validity says; data and other secrets stay")),
		on(as[*broker.SlotError](), exitFailed, say("leave --slot out for a free one; natsctl cluster ls shows who has which, natsctl cluster delete NAME frees one")),
		on(is(broker.ErrPortInUse), exitFailed, say("stop what listens there (ss -ltnp shows it), or choose other ports with --slot")),
		on(is(broker.ErrNoHome), exitFailed, say("set HOME, or XDG_STATE_HOME to the directory that is to hold them")),
		on(is(broker.ErrSpec), exitUsage, say("nothing was started; natsctl cluster up --help lists what goes together")),
		on(is(broker.ErrNotReady), exitFailed, say("natsctl cluster status shows which node is not well; a cluster that was just being started has been stopped again, --wait gives it longer")),
		on(is(broker.ErrProgram), exitFailed, say("nothing was changed; natsctl cluster roll --server-bin PATH changes it node by node, with --force to an older one too")),
		on(is(broker.ErrUser), exitUsage, nil),
		on(is(broker.ErrPush), exitPartial, say("natsctl cluster status shows which server is not well; the JWT is kept, and pushed again by the next natsctl cluster up")),
		on(is(broker.ErrNotEmpty), exitUsage, say("nothing was written; choose a new directory, or empty this one")),
		on(is(broker.ErrUnknown), exitUsage, say("natsctl cluster ls shows all of them, natsctl cluster up starts one")),
		on(is(broker.ErrDown), exitUnreachable, say("start it with natsctl cluster up NAME; natsctl cluster ls shows all of them")),
		on(is(broker.ErrBusy), exitFailed, say("nothing was changed; wait for the other natsctl to end and try again")),
		on(is(broker.ErrNoLeader), exitFailed, say("an election needs more than half of the replicas; natsctl cluster status shows which nodes are away, natsctl cluster node resume and start bring them back")),
		on(is(broker.ErrNoAck), exitFailed, say("natsctl --context NAME-sys server report streams shows which subjects streams take; --user publishes as another user")),
		on(is(errWhich), exitUsage, hintWhich),
		on(is(errUnwell), exitPartial, hintUnwell),
		on(is(broker.ErrNode), exitFailed, nil),
		on(is(broker.ErrFault), exitFailed, nil),
	}
}
