package checks

import (
	"fmt"
	"net"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// findAddresses examines the addresses that servers tell their clients: whether
// there are any, whether they can be reached from elsewhere, and whether each
// server has its own.
func findAddresses(c *checkup) {
	for _, cl := range c.Topology.Clusters {
		var servers []*fleet.Server
		for _, n := range cl.Nodes {
			if n.Server != nil && n.Server.Varz != nil {
				servers = append(servers, n.Server)
			}
		}
		if cl.Name == "" || len(servers) < 2 {
			continue
		}
		silent := slices.DeleteFunc(slices.Clone(servers), func(sv *fleet.Server) bool { return len(sv.Varz.ClientConnectURLs) > 0 })
		for _, sv := range servers {
			c.countObject()
			f := Finding{Object: sv.Info.Name, Where: cl.Name, About: on(sv), Since: sv.Varz.ConfigLoadTime}
			switch bad := unreachable(sv.Varz, distant(servers)); {
			case len(sv.Varz.ClientConnectURLs) == 0 && len(silent) < len(servers):
				f.Level = fleet.Warn
				f.What = fmt.Sprintf("clients of %s learn no other server of %s, and those of the others do", sv.Info.Name, cl.Name)
				f.Next = fmt.Sprintf("Drop no_advertise from cluster { } of %s, or set it on all; then `natsctl server reload %s`.", sv.Info.Name, sv.Info.Name)
			case bad != "":
				f.Level = fleet.Warn
				f.What = fmt.Sprintf("clients of %s learn the address %s, which no client on another host can reach", sv.Info.Name, bad)
			default:
				continue
			}
			c.add(f)
		}
	}
	findSharedAddresses(c)
}

// distant reports whether some server of a cluster listens for the others on an
// address of the network: then clients are on other hosts too.
func distant(servers []*fleet.Server) bool {
	return slices.ContainsFunc(servers, func(sv *fleet.Server) bool {
		return sv.Routez != nil && slices.ContainsFunc(sv.Routez.Routes, func(r *server.RouteInfo) bool {
			ip := net.ParseIP(r.IP)
			return ip != nil && !ip.IsLoopback()
		})
	})
}

// unreachable returns an address that a server tells its clients and that leads
// nowhere from another host, or "".
func unreachable(v *server.Varz, distant bool) string {
	for _, u := range v.ClientConnectURLs {
		host, _, err := net.SplitHostPort(u)
		ip := net.ParseIP(host)
		if err == nil && ip != nil && (ip.IsUnspecified() || ip.IsLinkLocalUnicast() || distant && ip.IsLoopback()) {
			return u
		}
	}
	return ""
}

// findSharedAddresses finds clusters whose servers tell clients one address for
// all of them: behind it, a client cannot choose another server.
func findSharedAddresses(c *checkup) {
	for _, cl := range c.Topology.Clusters {
		urls, servers := map[string]bool{}, 0
		for _, n := range cl.Nodes {
			if n.Server != nil && n.Server.Varz != nil && len(n.Server.Varz.ClientConnectURLs) > 0 {
				servers++
				for _, u := range n.Server.Varz.ClientConnectURLs {
					urls[u] = true
				}
			}
		}
		if cl.Name == "" || servers < 2 || len(urls) != 1 || len(c.Snapshot.Missing) > 0 {
			continue
		}
		for u := range urls {
			c.add(Finding{
				Level: fleet.Info, Object: cl.Name, Where: cl.Name,
				What: fmt.Sprintf("all %d servers of %s tell their clients one address, %s", servers, cl.Name, u),
				Why:  "A client cannot tell the servers apart: whether it comes to another one when its own fails depends on what is behind the address.",
				Next: "Nothing, if a load balancer is behind it; else set client_advertise of each server to an address of its own.",
			})
		}
	}
}
