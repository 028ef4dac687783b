// Package clustercmd holds the commands natsctl cluster, about local clusters,
// and the hidden ones that run them. Package internal/broker implements the
// clusters.
package clustercmd

import (
	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/export"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
)

// Entries are the commands of the noun cluster, and the hidden commands that
// run local clusters.
func Entries() []cli.Entry { return append([]cli.Entry{clusterEntry()}, supervisorEntries()...) }

func clusterEntry() cli.Entry {
	return cli.Entry{
		Name: "cluster", Finishes: true,
		Help: "Manage local clusters for rehearsals: start, inspect, break, heal and remove them.",
		Sub:  append(lifeEntries(), changeEntries()...),
	}
}

// lifeEntries are the commands that start, show and stop clusters.
func lifeEntries() []cli.Entry {
	return []cli.Entry{
		{Name: "up", Aliases: []string{"create"}, Help: "Start a local cluster in the background, a new one or one that is down.", Cmd: &clusterUp{}, Examples: []string{
			"cluster up",
			"cluster up rehearsal --clusters east,west --nodes 3",
			"cluster up secure --auth operator --tls",
			"cluster up -f cluster.yaml --dry-run",
		}},
		{Name: "down", Help: "Stop a cluster; its data and its contexts stay.", Cmd: &clusterDown{}, Examples: []string{
			"cluster down",
			"cluster down rehearsal",
		}},
		{Name: "delete", Aliases: []string{"rm"}, Help: "Stop a cluster and remove its data and contexts.", Cmd: &clusterDelete{}, Examples: []string{
			"cluster delete rehearsal",
			"cluster delete rehearsal --yes",
		}},
		{Name: "ls", Aliases: []string{"list"}, Help: "List the local clusters.", Cmd: &clusterLs{}, Examples: []string{
			"cluster ls",
			"cluster ls -o wide",
		}},
		{Name: "status", Help: "Show the status of each node of a cluster.", Cmd: &clusterStatus{}, Examples: []string{
			"cluster status",
			"cluster status rehearsal --watch 2s",
		}},
		{Name: "env", Help: "Print the environment variables for a cluster.", Cmd: &clusterEnv{}, Examples: []string{
			"cluster env",
			"cluster env rehearsal --shell fish",
			"cluster env rehearsal --show-secrets",
		}},
		{Name: "logs", Help: "Show the logs of all nodes, ordered by time.", Cmd: &clusterLogs{}, Examples: []string{
			"cluster logs",
			"cluster logs east-1 --follow",
			"cluster logs --level warn --since 5m",
		}},
	}
}

// changeEntries are the commands that change a cluster or inject faults.
func changeEntries() []cli.Entry {
	return []cli.Entry{
		{Name: "node", Help: "Add, remove, stop, start, kill or freeze nodes.", Sub: nodeEntries()},
		lameDuckEntry(),
		{Name: "roll", Help: "Restart or upgrade all nodes, a few at a time, waiting until each is healthy.", Cmd: &clusterRoll{}, Examples: []string{
			"cluster roll",
			"cluster roll rehearsal --server-bin ./nats-server",
			"cluster roll rehearsal --embedded --max-unavailable 2",
		}},
		{Name: "chaos", Help: "Inject repeatable faults for a while, then undo them all.", Cmd: &clusterChaos{}, Examples: []string{
			"cluster chaos --for 5m",
			"cluster chaos rehearsal --seed 7 --kinds kill,latency",
			"cluster chaos --dry-run",
		}},
		{Name: "export", Help: "Write the cluster for plain nats-servers, containers, Kubernetes or systemd.", Cmd: &clusterExport{}, Examples: []string{
			"cluster export --format compose --dir compose",
			"cluster export rehearsal --format helm --with-secrets --dir chart",
		}},
		{Name: "user", Help: "Users of a cluster: list, and in operator mode add and revoke.", Sub: userEntries()},
		{Name: "fault", Help: "Disturb the links between nodes, and heal them.", Sub: faultEntries()},
	}
}

// userEntries are the commands about the users of a cluster.
func userEntries() []cli.Entry {
	return []cli.Entry{
		{Name: "ls", Aliases: []string{"list"}, Help: "List the users and their contexts.", Cmd: &clusterUserLs{}, Examples: []string{
			"cluster user ls",
			"cluster user ls rehearsal -o json",
		}},
		{Name: "add", Help: "Create a user, its credentials and its context (operator mode).", Cmd: &clusterUserAdd{}, Examples: []string{
			"cluster user add alice --account APP",
			"cluster user add reader --account APP --sub 'orders.>'",
		}},
		{Name: "revoke", Help: "Revoke a user permanently on every server (operator mode).", Cmd: &clusterUserRevoke{}, Examples: []string{
			"cluster user revoke alice",
			"cluster user revoke alice --in rehearsal --yes",
		}},
	}
}

// supervisorEntries are the hidden commands that natsctl starts itself with.
func supervisorEntries() []cli.Entry {
	return []cli.Entry{
		{Name: supervisorCommand, Hidden: true, Finishes: true, Help: "Supervise a cluster; started by cluster up.", Cmd: &clusterSupervise{}},
		{Name: nodeCommand, Hidden: true, Finishes: true, Help: "Run a node of a cluster; started by its supervisor.", Cmd: &clusterRunNode{}},
	}
}

// Advices are the rows of the error table for local clusters.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(host.ErrNoSpace), cli.ExitFailed, cli.Hint("free some space there, or keep clusters on another disk with XDG_STATE_HOME; a start or change that failed has been undone, a server that could not write goes on after natsctl cluster node restart NODE")),
		cli.On(cli.Is(broker.ErrUnconfirmed), cli.ExitUsage, cli.Hint("nothing was changed; add --yes to accept it")),
		cli.On(cli.Is(broker.ErrData), cli.ExitFailed, cli.Hint("nothing was changed; give the stream a replica elsewhere (nats stream edit --replicas), or back it up and delete it first (nats stream backup, nats stream rm), or start a new cluster under another name")),
		cli.On(cli.Is(client.ErrExpired), cli.ExitFailed, cli.Hint("natsctl cluster up NAME stops all its servers and starts them with new certificates, valid as long as --cert-validity says; data and other secrets stay")),
		cli.On(cli.As[*broker.SlotError](), cli.ExitFailed, cli.Hint("leave --slot out for a free one; natsctl cluster ls shows who has which, natsctl cluster delete NAME frees one")),
		cli.On(cli.Is(broker.ErrPortInUse), cli.ExitFailed, cli.Hint("stop what listens there (ss -ltnp shows it), or choose other ports with --slot")),
		cli.On(cli.Is(broker.ErrNoHome), cli.ExitFailed, cli.Hint("set HOME, or XDG_STATE_HOME to the directory that is to hold them")),
		cli.On(cli.Is(spec.ErrInvalid), cli.ExitUsage, cli.Hint("nothing was started; natsctl cluster up --help lists what goes together")),
		cli.On(cli.Is(client.ErrNotReady), cli.ExitFailed, cli.Hint("natsctl cluster status shows which node is unhealthy; a cluster that was just being started has been stopped again, --wait gives it longer")),
		cli.On(cli.Is(broker.ErrProgram), cli.ExitFailed, cli.Hint("nothing was changed; natsctl cluster roll --server-bin PATH changes it node by node, with --force to an older one too")),
		cli.On(cli.Is(plan.ErrUser), cli.ExitUsage, nil),
		cli.On(cli.Is(client.ErrPush), cli.ExitPartial, cli.Hint("natsctl cluster status shows which server is unhealthy; the JWT is kept, and pushed again by the next natsctl cluster up")),
		cli.On(cli.Is(export.ErrNotEmpty), cli.ExitUsage, cli.Hint("nothing was written; choose a new directory, or empty this one")),
		cli.On(cli.Is(broker.ErrUnknown), cli.ExitUsage, cli.Hint("natsctl cluster ls shows all of them, natsctl cluster up starts one")),
		cli.On(cli.Is(broker.ErrDown), cli.ExitUnreachable, cli.Hint("start it with natsctl cluster up NAME; natsctl cluster ls shows all of them")),
		cli.On(cli.Is(host.ErrBusy), cli.ExitFailed, cli.Hint("nothing was changed; another natsctl is running, try again when it has finished")),
		cli.On(cli.Is(client.ErrNoLeader), cli.ExitFailed, cli.Hint("an election needs more than half of the replicas; natsctl cluster status shows which nodes are away, natsctl cluster node resume and start bring them back")),
		cli.On(cli.Is(client.ErrNoAck), cli.ExitFailed, cli.Hint("natsctl --context NAME-sys server report streams shows which subjects streams take; --user publishes as another user")),
		cli.On(cli.Is(errWhich), cli.ExitUsage, hintWhich),
		cli.On(cli.Is(errUnhealthy), cli.ExitPartial, hintUnhealthy),
		cli.On(cli.Is(broker.ErrNode), cli.ExitFailed, nil),
		cli.On(cli.Is(link.ErrFault), cli.ExitFailed, nil),
	}
}

// Values complete the names of clusters and nodes.
func Values() []cli.Value {
	return []cli.Value{
		cli.Complete("cluster", "name", localClusters),
		cli.Complete("cluster", "--in", localClusters),
		cli.Complete("cluster", "node", localNodes),
		cli.Complete("cluster", "a", localNodes),
		cli.Complete("cluster", "b", localNodes),
		cli.Complete("cluster up", "--topology", cli.Words(spec.Topologies()...)),
	}
}
