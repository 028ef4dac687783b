package plan

import (
	"crypto/tls"
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// urlTexts are URLs as text.
func urlTexts(urls []*url.URL) []string {
	var out []string
	for _, u := range urls {
		out = append(out, u.String())
	}
	return out
}

// linkTo are the URLs at which a node reaches all others of a group: through proxies where there are some.
func linkTo(p Plan, n Node, group, user, password string, r Role) []string {
	var out []string
	for _, m := range p.Nodes {
		if m.Cluster != group || m.Leaf != nil || m.Name == n.Name {
			continue
		}
		addr := local(m.Ports[r])
		if len(p.Proxies) > 0 {
			addr = p.Proxies[Link{n.Name, m.Name, r}]
		}
		if user != "" {
			addr = user + ":" + password + "@" + addr
		}
		out = append(out, "nats://"+addr)
	}
	return out
}

func local(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

// advertises is what links advertise: with proxies an address where nothing listens.
func advertises(p Plan) string {
	if len(p.Proxies) > 0 {
		return "127.0.0.1:1"
	}
	return ""
}

func checkRoutes(same same, t failer, p Plan, n Node, o *server.Options) {
	if n.Leaf != nil || p.Spec.CoreNodes() == 1 {
		same("no routes", o.Cluster.Port, 0)
		same("no routes", len(o.Routes), 0)
		return
	}
	same("cluster", fmt.Sprint(o.Cluster.Name, " ", o.Cluster.Host, ":", o.Cluster.Port), n.Cluster+" "+local(n.Ports[RoleRoute]))
	same("route user", o.Cluster.Username+o.Cluster.Password, "route"+p.Link)
	same("route advertise", o.Cluster.Advertise, advertises(p))
	want := linkTo(p, n, n.Cluster, "route", p.Link, RoleRoute)
	if len(want) == 0 { // to itself, so that JetStream has a route
		want = []string{"nats://route:" + p.Link + "@" + local(n.Ports[RoleRoute])}
	}
	same("routes", urlTexts(o.Routes), want)
	ca := CAFile("")
	if p.Spec.TLS.CA == spec.CAPerCluster {
		ca = CAFile(n.Cluster)
	}
	checkTLS(t, p, n, "route", o.Cluster.TLSConfig, tls.RequireAndVerifyClientCert, ca)
}

func checkGateways(same same, t failer, p Plan, n Node, o *server.Options) {
	if n.Leaf != nil || len(p.Spec.Clusters) == 1 {
		same("no gateway", o.Gateway.Port, 0)
		return
	}
	same("gateway", fmt.Sprint(o.Gateway.Name, " ", o.Gateway.Host, ":", o.Gateway.Port), n.Cluster+" "+local(n.Ports[RoleGateway]))
	same("gateway user", o.Gateway.Username+o.Gateway.Password, "gateway"+p.Link)
	same("gateway advertise", o.Gateway.Advertise, advertises(p))
	checkTLS(t, p, n, "gateway", o.Gateway.TLSConfig, tls.RequireAndVerifyClientCert, CAFile(""))
	got, want := map[string][]string{}, map[string][]string{}
	for _, g := range o.Gateway.Gateways {
		got[g.Name] = urlTexts(g.URLs)
	}
	for _, c := range p.Spec.Clusters {
		if c.Name != n.Cluster {
			want[c.Name] = linkTo(p, n, c.Name, "gateway", p.Link, RoleGateway)
		}
	}
	same("gateways", got, want)
}

// bound are the accounts that the leafs of a cluster bind.
func bound(p Plan, cluster string) (out []string) {
	for _, l := range p.Spec.Leafs {
		if l.Remote != cluster {
			continue
		}
		if !l.Isolated && !slices.Contains(out, spec.SystemAccount) {
			out = append(out, spec.SystemAccount)
		}
		if !slices.Contains(out, l.Account) {
			out = append(out, l.Account)
		}
	}
	return out
}

func checkLeafs(same same, t failer, p Plan, n Node, o *server.Options) {
	if n.Leaf != nil {
		checkRemotes(same, t, p, n, o)
		return
	}
	accounts := bound(p, n.Cluster)
	if len(accounts) == 0 {
		same("no leafs", o.LeafNode.Port, 0)
		return
	}
	same("leaf", fmt.Sprint(o.LeafNode.Host, ":", o.LeafNode.Port), local(n.Ports[RoleLeaf]))
	same("leaf advertise", o.LeafNode.Advertise, advertises(p))
	checkTLS(t, p, n, "leaf", o.LeafNode.TLSConfig, p.clientsShow(), CAFile(""))
	got, want := map[string]string{}, map[string]string{}
	for _, u := range o.LeafNode.Users {
		got[u.Account.Name] = u.Username + u.Password
	}
	if p.Trust == nil {
		for _, a := range accounts {
			want[a] = "leaf-" + a + p.LinkIdentity(a).Password
		}
	}
	same("leaf users", got, want)
}

func checkRemotes(same same, t failer, p Plan, n Node, o *server.Options) {
	same("no listener for leafs", o.LeafNode.Port, 0)
	want := []string{n.Leaf.Account}
	if !n.Leaf.Isolated {
		want = []string{spec.SystemAccount, n.Leaf.Account}
	}
	same("remotes", len(o.LeafNode.Remotes), len(want))
	for i, r := range o.LeafNode.Remotes {
		account, user, password, creds := want[i], "leaf-"+want[i], p.LinkIdentity(want[i]).Password, ""
		if p.Trust != nil {
			account, user, creds = p.Trust.Accounts[account].ID, "", filepath.Join(p.Dir, "creds", user+".creds")
		}
		same("remote account", r.LocalAccount, account)
		same("remote credentials", r.Credentials, creds)
		same("remote", urlTexts(r.URLs), linkTo(p, n, n.Leaf.Remote, user, password, RoleLeaf))
		checkTLS(t, p, n, "remote", r.TLSConfig, tls.NoClientCert, CAFile(""))
	}
}
