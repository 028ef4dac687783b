package client

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// wiring checks whether the links between the running servers are complete at both ends: every connection of each route, and the
// gateways in both directions. Servers reach each other as soon as one connection carries the system account, and fill their
// route pools after that.
type wiring struct {
	plan    plan.Plan
	running func(node string) bool
	pools   map[string]pool // by server id, which is new after each restart
}

// pool is the route pool of a server. A nats-server before 2.10 has no pools and reports no size.
type pool struct {
	AllNodes int    // number of shared connections; less than one without pools
	system   string // the account with a dedicated connection, if there are pools
}

// with returns how many shared connections two servers keep, and the account with a dedicated one: they fill the larger pool, and
// have a single connection when either has no pools.
func (p pool) with(o pool) (shared int, own string) {
	if p.AllNodes < 1 || o.AllNodes < 1 {
		return 1, ""
	}
	return max(p.AllNodes, o.AllNodes), p.system
}

// wires is the answer of one server about its links. Which fields are set depends on the request.
type wires struct {
	Server struct {
		Name string `json:"name"`
		ID   string `json:"id"`
	} `json:"server"`
	Data struct {
		Routes   []*server.RouteInfo                 `json:"routes"`
		Outbound map[string]*server.RemoteGatewayz   `json:"outbound_gateways"`
		Inbound  map[string][]*server.RemoteGatewayz `json:"inbound_gateways"`
	} `json:"data"`
}

// poolReply is the part of a VARZ answer about the route pool.
type poolReply struct {
	Server struct {
		ID string `json:"id"`
	} `json:"server"`
	Data struct {
		Cluster struct {
			PoolSize int `json:"pool_size"`
		} `json:"cluster"`
		System string `json:"system_account"`
	} `json:"data"`
}

// request runs one round for the kinds of links in the plan; the error names an incomplete link.
func (w *wiring) request(ctx context.Context, nc *nats.Conn, patience time.Duration) error {
	for _, kind := range []struct {
		has   bool
		what  string
		whole func(map[string]wires) error
	}{
		{w.plan.Spec.CoreNodes() > len(w.plan.Spec.Clusters), "ROUTEZ", func(all map[string]wires) error { return w.routes(ctx, nc, all, patience) }},
		{len(w.plan.Spec.Clusters) > 1, "GATEWAYZ", w.gateways},
	} {
		if !kind.has {
			continue
		}
		all, err := w.answers(ctx, nc, kind.what, patience)
		if err != nil {
			return err
		}
		if err := kind.whole(all); err != nil {
			return err
		}
	}
	return nil
}

// answers returns the answers of all servers by name.
func (w *wiring) answers(ctx context.Context, nc *nats.Conn, what string, patience time.Duration) (map[string]wires, error) {
	var want []string
	for _, n := range w.plan.Nodes {
		if w.running(n.Name) && !n.Isolated() {
			want = append(want, n.Name)
		}
	}
	all, err := Gather[wires](ctx, nc, "$SYS.REQ.SERVER.PING."+what, len(want), patience)
	if err != nil {
		return nil, err
	}
	out := map[string]wires{}
	for _, a := range all {
		out[a.Server.Name] = a
	}
	for _, name := range want {
		if _, ok := out[name]; !ok {
			return nil, fmt.Errorf("no link information for %s", name)
		}
	}
	return out, nil
}

// routes returns an error that names an incomplete route between two running servers.
func (w *wiring) routes(ctx context.Context, nc *nats.Conn, all map[string]wires, patience time.Duration) error {
	if err := w.sizes(ctx, nc, all, patience); err != nil {
		return err
	}
	for _, from := range w.plan.Nodes {
		for _, to := range w.plan.Nodes {
			if role, ok := w.plan.LinkRole(from, to); !ok || role != plan.RoleRoute || !w.running(from.Name) || !w.running(to.Name) {
				continue
			}
			if err := w.route(all[from.Name], all[to.Name]); err != nil {
				return err
			}
		}
	}
	return nil
}

// sizes asks for the pools of new servers.
func (w *wiring) sizes(ctx context.Context, nc *nats.Conn, of map[string]wires, patience time.Duration) error {
	known := func() bool {
		for _, a := range of {
			if _, ok := w.pools[a.Server.ID]; !ok {
				return false
			}
		}
		return true
	}
	if known() {
		return nil
	}
	all, err := Gather[poolReply](ctx, nc, "$SYS.REQ.SERVER.PING.VARZ", len(of), patience)
	if err != nil {
		return err
	}
	w.pools = map[string]pool{}
	for _, a := range all {
		w.pools[a.Server.ID] = pool{a.Data.Cluster.PoolSize, a.Data.System}
	}
	if !known() {
		return errors.New("no information about the sizes of the route pools")
	}
	return nil
}

// route checks a route as seen by one of its servers.
func (w *wiring) route(from, to wires) error {
	shared, own := w.pools[from.Server.ID].with(w.pools[to.Server.ID])
	have, dedicated := 0, own == ""
	for _, r := range from.Data.Routes {
		switch {
		case r.RemoteID != to.Server.ID:
		case r.Account == "":
			have++
		case r.Account == own:
			dedicated = true
		}
	}
	if have < shared {
		return fmt.Errorf("%s has %d of %d connections of its route to %s", from.Server.Name, have, shared, to.Server.Name)
	}
	if !dedicated {
		return fmt.Errorf("%s has no connection of its route to %s for the system account", from.Server.Name, to.Server.Name)
	}
	return nil
}

// gateways returns an error that names a missing gateway of a running server, or one that its other end does not have. The server
// chooses which server of a cluster it connects to; one that does not answer is ignored, unless it is expected to answer.
func (w *wiring) gateways(all map[string]wires) error {
	byID := map[string]wires{}
	for _, a := range all {
		byID[a.Server.ID] = a
	}
	for _, n := range w.plan.Nodes {
		if n.Leaf != nil || !w.running(n.Name) {
			continue
		}
		for _, c := range w.plan.Spec.Clusters {
			up, whole := w.up(c.Name)
			if c.Name == n.Cluster || up == 0 {
				continue
			}
			from := all[n.Name]
			out := from.Data.Outbound[c.Name]
			if out == nil || out.Connection == nil {
				return fmt.Errorf("%s has no gateway to %s", n.Name, c.Name)
			}
			to, ok := byID[out.Connection.Name]
			if !ok && whole || ok && !inbound(to, n.Cluster, from.Server.ID) {
				return fmt.Errorf("the gateway of %s to %s has no other end", n.Name, cmp.Or(to.Server.Name, c.Name))
			}
		}
	}
	return nil
}

// inbound reports whether a server has the other end of a gateway.
func inbound(at wires, cluster, id string) bool {
	return slices.ContainsFunc(at.Data.Inbound[cluster], func(g *server.RemoteGatewayz) bool {
		return g != nil && g.Connection != nil && g.Connection.Name == id
	})
}

// up returns how many servers of a cluster run, and whether all do.
func (w *wiring) up(cluster string) (up int, whole bool) {
	members := w.plan.Members(cluster)
	for _, m := range members {
		if w.running(m.Name) {
			up++
		}
	}
	return up, up == len(members)
}
