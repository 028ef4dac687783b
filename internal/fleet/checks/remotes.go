package checks

import (
	"cmp"
	"fmt"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// remoteChecks compare the links that servers are configured to have with those
// that they have.
var remoteChecks = []*Check{
	{
		Name: "gateway-names", About: "Every gateway that is configured names a cluster that exists.",
		Why:  "A server gives up a gateway whose other end has another name: the clusters stay apart.",
		Next: "Correct the name in gateway { gateways }.", Needs: []fleet.Kind{fleet.Varz, fleet.Gatewayz}, find: findGatewayNames,
	},
	{
		Name: "gateway-rejects", About: "No cluster rejects the gateways of another that connects to it.",
		Why:  "With reject_unknown_cluster a cluster refuses every gateway that its own configuration does not name.",
		Next: "Add the cluster to gateway { gateways } of the one that rejects it.", Needs: []fleet.Kind{fleet.Varz, fleet.Gatewayz}, find: findGatewayRejects,
	},
	{
		Name: "route-urls", About: "Every server that is configured with routes has some.",
		Why:  "Alone, it is a cluster of its own: its clients do not reach those of the others, and its JetStream waits for peers.",
		Next: "Compare the addresses in cluster { routes } with where the others listen, and look for a wrong cluster name, user or certificate in its log.", Needs: []fleet.Kind{fleet.Varz, fleet.Routez}, find: findRouteURLs,
	},
	{
		Name: "leaf-remotes", About: "Every leafnode remote that is configured is connected.",
		Why:  "The account of the remote gets nothing from the hub, and sends nothing there.",
		Next: "Look into the log of the server for why it is refused, and at the address, the credentials and the account on the hub.", Needs: []fleet.Kind{fleet.Varz, fleet.Leafz}, find: findLeafRemotes,
	},
	{
		Name: "leaf-denies", About: "No leafnode remote denies what a stream behind it collects or copies.",
		Why:  "What is published on the other side never arrives, and nobody is told.",
		Next: "Remove the subject from deny_imports or deny_exports of the remote, if it was not meant.", Needs: []fleet.Kind{fleet.Varz, fleet.Jsz}, Asset: true, find: findLeafDenies,
	},
	{
		Name: "addresses", About: "Clients learn addresses of the other servers of their cluster that they can reach.",
		Why:  "When its server fails, a client tries the addresses that it learned, and finds none that works.",
		Next: "Set client_advertise to the address at which clients reach the server.", Needs: []fleet.Kind{fleet.Varz}, find: findAddresses,
	},
}

// meant is a cluster that may be meant by a name that none has: a similar one, or
// the only one that the server does not name.
func meant(name string, clusters, named []string) string {
	rest := slices.DeleteFunc(slices.Clone(clusters), func(c string) bool { return slices.Contains(named, c) })
	if near := fleet.Nearest(name, rest); near != "" {
		return near
	}
	if len(rest) == 1 {
		return rest[0]
	}
	return ""
}

// gatewayNamesOf returns the clusters that a server is configured to have gateways
// to, its own left out.
func gatewayNamesOf(v *server.Varz) []string {
	var names []string
	for _, g := range v.Gateway.Gateways {
		if g.Name != v.Gateway.Name {
			names = append(names, g.Name)
		}
	}
	return names
}

// clustersOfGateways returns the names of the clusters that have gateways, and of
// all that some server is connected with, sorted.
func clustersOfGateways(s *fleet.Snapshot) []string {
	names := map[string]bool{}
	for _, m := range s.Missing {
		names[m.Cluster] = true
	}
	for _, sv := range s.Servers {
		if sv.Gatewayz == nil || sv.Gatewayz.Name == "" {
			continue
		}
		names[sv.Gatewayz.Name] = true
		for name, g := range sv.Gatewayz.OutboundGateways {
			if g != nil && g.Connection != nil {
				names[name] = true
			}
		}
		for name := range sv.Gatewayz.InboundGateways {
			names[name] = true
		}
	}
	delete(names, "")
	return slices.Sorted(maps.Keys(names))
}

// findGatewayNames finds names of gateways that no cluster has, once for each
// cluster that is configured with one. Where no other cluster can be meant, the
// cluster may be away, which check gateways reports.
func findGatewayNames(c *checkup) {
	clusters := clustersOfGateways(c.Snapshot)
	wrong := map[[2]string][]*fleet.Server{} // by cluster and name
	c.eachVarz(func(sv *fleet.Server, v *server.Varz) {
		for _, name := range gatewayNamesOf(v) {
			c.countObject()
			if !slices.Contains(clusters, name) && c.Snapshot.Want.Scope.IsZero() {
				wrong[[2]string{v.Gateway.Name, name}] = append(wrong[[2]string{v.Gateway.Name, name}], sv)
			}
		}
	})
	byKey := func(a, b [2]string) int { return cmp.Or(strings.Compare(a[0], b[0]), strings.Compare(a[1], b[1])) }
	for _, key := range slices.SortedFunc(maps.Keys(wrong), byKey) {
		servers := wrong[key]
		v := servers[0].Varz
		right := meant(key[1], clusters, append(gatewayNamesOf(v), v.Gateway.Name))
		if right == "" {
			continue
		}
		c.add(Finding{
			Level: fleet.Crit, Object: key[0] + " - " + key[1], Where: key[0], About: Subject{Servers: refsOf(servers), Gateway: key[1]}, Since: v.ConfigLoadTime,
			What: fmt.Sprintf("%s %s configured with a gateway to cluster %s, and no cluster has that name: %s is not configured there", someNames(servers), areOf(servers), key[1], right),
			Next: fmt.Sprintf("Rename the gateway %s to %s in gateway { gateways } of %s, then restart.", key[1], right, someNames(servers)),
		})
	}
}

func refsOf(servers []*fleet.Server) []ServerRef { return on(servers...).Servers }

// findGatewayRejects finds clusters that name another, which rejects those that it
// does not name itself.
func findGatewayRejects(c *checkup) {
	rejects := map[string]*fleet.Server{} // a server of each cluster that rejects
	c.eachVarz(func(sv *fleet.Server, v *server.Varz) {
		if v.Gateway.Name == "" {
			return
		}
		c.countObject()
		if v.Gateway.RejectUnknown && rejects[v.Gateway.Name] == nil {
			rejects[v.Gateway.Name] = sv
		}
	})
	said := map[[2]string]bool{}
	c.eachVarz(func(sv *fleet.Server, v *server.Varz) {
		for _, name := range gatewayNamesOf(v) {
			by := rejects[name]
			if by == nil || said[[2]string{v.Gateway.Name, name}] || slices.Contains(gatewayNamesOf(by.Varz), v.Gateway.Name) {
				continue
			}
			said[[2]string{v.Gateway.Name, name}] = true
			c.add(Finding{
				Level: fleet.Crit, Object: v.Gateway.Name + " - " + name, Where: name, About: Subject{Servers: refsOf([]*fleet.Server{sv, by}), Gateway: name}, Since: by.Varz.ConfigLoadTime,
				What: fmt.Sprintf("cluster %s rejects the gateways of cluster %s: it has reject_unknown_cluster, and its gateways do not name %s", name, v.Gateway.Name, v.Gateway.Name),
				Next: fmt.Sprintf("Add %s to gateway { gateways } of every server of %s, or drop reject_unknown_cluster there; then `natsctl server reload` them.", v.Gateway.Name, name),
			})
		}
	})
}

// findRouteURLs finds servers that are configured with routes to others, and have
// none.
func findRouteURLs(c *checkup) {
	c.eachVarz(func(sv *fleet.Server, v *server.Varz) {
		var urls []string
		for _, u := range v.Cluster.URLs {
			if u != net.JoinHostPort(v.Cluster.Host, strconv.Itoa(v.Cluster.Port)) {
				urls = append(urls, u)
			}
		}
		if len(urls) == 0 || sv.Routez == nil {
			return
		}
		c.countObject()
		if len(sv.Routez.Routes) > 0 || announcedAway(c.Snapshot, sv) {
			return
		}
		f := Finding{
			Level: fleet.Crit, Object: sv.Info.Name, Where: sv.Info.Cluster, About: on(sv), Since: v.Start,
			What: fmt.Sprintf("%s has no route, and is configured with %d: %s", sv.Info.Name, len(urls), someWords(urls)),
		}
		for _, other := range c.Snapshot.Clusters() {
			if near := fleet.Nearest(v.Cluster.Name, []string{other}); other != v.Cluster.Name && near != "" {
				f.What += fmt.Sprintf("; its cluster is named %s, and there is a cluster %s", v.Cluster.Name, other)
				f.Next = fmt.Sprintf("If they are one cluster, give them one name: cluster { name: %s }, then restart %s.", other, sv.Info.Name)
			}
		}
		c.add(f)
	})
}

// announcedAway reports whether another server of the same cluster is missing,
// which may be why there is no route.
func announcedAway(s *fleet.Snapshot, sv *fleet.Server) bool {
	return slices.ContainsFunc(s.Missing, func(m fleet.Missing) bool { return m.Cluster == sv.Info.Cluster || m.Cluster == "" })
}

// findLeafRemotes compares the configured remotes of each account with its
// connections to hubs.
func findLeafRemotes(c *checkup) {
	c.eachVarz(func(sv *fleet.Server, v *server.Varz) {
		if len(v.LeafNode.Remotes) == 0 || sv.Leafz == nil {
			return
		}
		if !fleet.Reports(sv.Info.Version, fleet.FieldLeafName) {
			c.result.Unanswered = append(c.result.Unanswered, sv.Info.Name)
			return
		}
		want := map[string][]string{}
		for _, r := range v.LeafNode.Remotes {
			account := cmp.Or(r.LocalAccount, "$G")
			want[account] = append(want[account], someWords(r.URLs))
		}
		have := map[string]int{}
		for _, l := range sv.Leafz.Leafs {
			if l.IsSpoke {
				have[l.Account]++
			}
		}
		for _, account := range slices.Sorted(maps.Keys(want)) {
			c.countObject()
			lacks := len(want[account]) - have[account]
			if lacks <= 0 {
				continue
			}
			c.add(Finding{
				Level: fleet.Crit, Object: sv.Info.Name + " " + account, Where: sv.Info.Cluster, About: Subject{Servers: refsOf([]*fleet.Server{sv}), Account: account},
				What: fmt.Sprintf("%d of the %d leafnode remotes of %s for account %s are not connected: %s", lacks, len(want[account]), sv.Info.Name, c.account(account, c.names().Name(account)), someWords(want[account])),
			})
		}
	})
}
