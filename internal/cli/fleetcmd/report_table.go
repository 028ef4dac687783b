package fleetcmd

import (
	"iter"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// reports is the table of reports.
func reports() []report {
	return slices.Concat(trafficReports(), linkReports(), jetStreamReports(), hostReports())
}

func trafficReports() []report {
	return []report{
		{
			name: "connections", help: "Connections, open or closed: server, account and traffic.", busiest: "out_bytes_per_second",
			want:  fleet.Want{Kinds: []fleet.Kind{fleet.Connz, fleet.Varz}},
			flags: connFlags, refine: connWant,
			grid: func(c *reportCommand, t fleet.Tick) (view.Grid, error) {
				cols := view.Connections(c.showsRates(t), c.conns.State == "closed" || c.conns.State == "all")
				rows := append(fleet.ConnRows(t.Snapshot, t.Delta), fleet.LeafRows(t.Snapshot, t.Delta)...)
				return view.NewGrid(cols, slices.Values(c.chosenConns(rows))), nil
			},
		},
		{
			name: "accounts", help: "Accounts: connections, leafnodes, subscriptions and traffic over all servers.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.AccountStatz, fleet.Varz}},
			flags: func(c *reportCommand, cmd *kingpin.CmdClause) {
				cmd.Flag("jetstream", "Count streams, consumers and bytes too; asks every server for its streams.").BoolVar(&c.jetstream)
			},
			refine: func(c *reportCommand, w *fleet.Want) error {
				if c.jetstream {
					w.Kinds = append(slices.Clone(w.Kinds), fleet.Jsz)
					w.JS = fleet.JSWant{Streams: true, Consumers: true, AllReplicas: true}
				}
				return nil
			},
			grid: func(c *reportCommand, t fleet.Tick) (view.Grid, error) {
				return view.NewGrid(view.Accounts(c.showsRates(t)), slices.Values(fleet.AccountRows(t.Snapshot, t.Delta))), nil
			},
		},
		{
			name: "subscriptions", help: "Subscription lists of the servers: size, cache, fan-out.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Subsz}},
			grid: func(c *reportCommand, t fleet.Tick) (view.Grid, error) {
				return view.NewGrid(view.Subscriptions(c.showsRates(t), t.Delta), slices.Values(t.Servers)), nil
			},
		},
		{
			name: "sharing", help: "Exports and imports of an account.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Accountz, fleet.AccountStatz}}, // the latter names the accounts
			flags: func(c *reportCommand, cmd *kingpin.CmdClause) {
				cmd.Arg("account", "Name or public key of the account.").Required().StringVar(&c.account)
			},
			refine: func(c *reportCommand, w *fleet.Want) error { w.Account = c.account; return nil },
			grid:   sharingGrid,
		},
	}
}

func linkReports() []report {
	return []report{
		{
			name: "routes", links: true, help: "Routes inside clusters: pool, RTT, pending; missing and one-way routes are marked.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Routez}},
			grid: func(c *reportCommand, t fleet.Tick) (view.Grid, error) {
				return edgeGrid(view.Routes(c.top, c.showsRates(t)), c.top, fleet.Route), nil
			},
		},
		{
			name: "gateways", links: true, help: "Gateways between clusters, as a list, or by cluster with --matrix.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Gatewayz, fleet.Varz}},
			flags: func(c *reportCommand, cmd *kingpin.CmdClause) {
				cmd.Flag("matrix", "One row and one column per cluster: connected servers and the worst RTT.").BoolVar(&c.matrix)
			},
			grid: func(c *reportCommand, t fleet.Tick) (view.Grid, error) {
				if c.matrix {
					cols, names := view.GatewayMatrix(c.top)
					return view.NewGrid(cols, slices.Values(names)), nil
				}
				return edgeGrid(view.Gateways(c.top, c.showsRates(t)), c.top, fleet.Gateway), nil
			},
		},
		{
			name: "leafnodes", links: true, help: "Leafnodes, with hub and spoke paired.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Leafz, fleet.Varz}}, // listen addresses identify the remote server, which old ones do not report
			grid: func(c *reportCommand, t fleet.Tick) (view.Grid, error) {
				return edgeGrid(view.Leafnodes(c.top, c.showsRates(t)), c.top, fleet.Leaf), nil
			},
		},
	}
}

func edgeGrid(cols []view.Column[*fleet.Edge], t *fleet.Topology, kind fleet.EdgeKind) view.Grid {
	return view.NewGrid(cols, func(yield func(*fleet.Edge) bool) {
		for _, e := range t.Edges {
			if e.Kind == kind && !yield(e) {
				return
			}
		}
	})
}

func jetStreamReports() []report {
	return []report{
		{
			name: "jetstream", help: "JetStream servers: meta group, who is current, and the load of each.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Jsz}, JS: fleet.JSWant{Raft: true}}, // servers count what they lead only when asked for raft groups
			grid: func(_ *reportCommand, t fleet.Tick) (view.Grid, error) {
				var peers []*fleet.MetaPeer
				for _, g := range fleet.MetaGroups(t.Snapshot) {
					peers = append(peers, g.Peers...)
				}
				return view.NewGrid(view.MetaPeers(t.Delta), slices.Values(peers)), nil
			},
		},
		{
			name: "streams", help: "Streams of all accounts, worst first: leader, replicas, lag, size.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Jsz}, JS: fleet.JSWant{
				Streams: true, Consumers: true, Config: true, Raft: true, AllReplicas: true, // a leader knows the consumers of its own server alone
			}},
			flags: accountFlag, refine: accountWant,
			grid: func(c *reportCommand, t fleet.Tick) (view.Grid, error) {
				return view.NewGrid(view.Streams(c.showsRates(t)), ofAccount(c, fleet.StreamRows(t.Snapshot, t.Delta), func(r *fleet.StreamRow) string { return r.AccountID })), nil
			},
		},
		{
			name: "origins", help: "Mirrors and sources of all streams, worst first: origin, lag, last heard.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Jsz}, JS: fleet.JSWant{
				Streams: true, Config: true, AllReplicas: true, // a follower reports which leader is missing
			}},
			flags: accountFlag, refine: accountWant,
			grid: func(c *reportCommand, t fleet.Tick) (view.Grid, error) {
				return view.NewGrid(view.Origins(), ofAccount(c, fleet.OriginRows(t.Snapshot), func(r *fleet.OriginRow) string { return r.AccountID })), nil
			},
		},
		{
			name: "consumers", help: "Consumers of all accounts, worst first: leader, lag, pending, unacknowledged.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Jsz}, JS: fleet.JSWant{
				Streams: true, Consumers: true, Config: true, AllReplicas: true, // a consumer's leader need not be where its stream's is
			}},
			flags: accountFlag, refine: accountWant,
			grid: func(c *reportCommand, t fleet.Tick) (view.Grid, error) {
				return view.NewGrid(view.Consumers(c.showsRates(t)), ofAccount(c, fleet.ConsumerRows(t.Snapshot, t.Delta), func(r *fleet.ConsumerRow) string { return r.AccountID })), nil
			},
		},
	}
}

func accountFlag(c *reportCommand, cmd *kingpin.CmdClause) {
	cmd.Flag("account", "Only this account.").PlaceHolder("NAME").StringVar(&c.account)
}

// ofAccount yields the rows of the account that was asked for, or all. Servers
// have already filtered; a recording holds what was requested then.
func ofAccount[R any](c *reportCommand, rows []R, account func(R) string) iter.Seq[R] {
	return func(yield func(R) bool) {
		for _, r := range rows {
			if (c.account == "" || account(r) == c.account) && !yield(r) {
				return
			}
		}
	}
}

func accountWant(c *reportCommand, w *fleet.Want) error {
	w.JS.Account = c.account
	if c.account != "" && c.file == "" {
		w.Kinds = append(slices.Clone(w.Kinds), fleet.Accountz) // an account that no server knows is not an empty one
	}
	return nil
}

func hostReports() []report {
	return []report{
		{
			name: "health", help: "Health of each server as it reports it, with every reason.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Healthz}},
			grid: func(_ *reportCommand, t fleet.Tick) (view.Grid, error) {
				return view.NewGrid(view.Health(), slices.Values(fleet.HealthRows(t.Snapshot))), nil
			},
		},
		{
			name: "cpu", help: "Servers by CPU use.", sort: "load_percent",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Varz}},
			grid: func(c *reportCommand, t fleet.Tick) (view.Grid, error) {
				return view.NewGrid(view.CPU(c.showsRates(t), t.Delta), slices.Values(t.Servers)), nil
			},
		},
		{
			name: "memory", help: "Servers by memory use.", sort: "mem_bytes",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Varz}},
			grid: func(_ *reportCommand, t fleet.Tick) (view.Grid, error) {
				return view.NewGrid(view.Memory(), slices.Values(t.Servers)), nil
			},
		},
		{
			name: "versions", help: "Version, configuration and start of each server; differences within a cluster are marked.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Varz}},
			grid: func(_ *reportCommand, t fleet.Tick) (view.Grid, error) {
				return view.NewGrid(view.Versions(), slices.Values(answering(fleet.NewTopology(t.Snapshot, fleet.TopologyOptions{})))), nil
			},
		},
		{
			name: "certificates", help: "Listeners of the servers and when their certificates expire.",
			want: fleet.Want{Kinds: []fleet.Kind{fleet.Varz}},
			grid: func(_ *reportCommand, t fleet.Tick) (view.Grid, error) {
				return view.NewGrid(view.Certificates(), slices.Values(fleet.ListenerRows(t.Snapshot))), nil
			},
		},
	}
}

// answering returns the servers of a topology that answered.
func answering(t *fleet.Topology) []*fleet.Node {
	return slices.DeleteFunc(slices.Clone(t.Nodes), func(n *fleet.Node) bool { return n.Server == nil })
}
