package broker

// The users of the links between servers; their password is the plan's.
const (
	routeUser   = "route"
	gatewayUser = "gateway"
	leafUser    = "leaf"
)

// routes writes the cluster block. A node that is alone needs none, and JetStream would wait for peers with it.
func (p plan) routes(w *confWriter, n nodePlan) {
	if p.Spec.core() == 1 {
		return
	}
	w.block("cluster", func() {
		w.str("name", n.Cluster)
		w.str("listen", n.bind(RoleRoute))
		w.str("advertise", p.advertised())
		p.authorization(w, routeUser)
		p.tls(w, n, tlsRoute)
		var urls []string
		for _, peer := range p.members(n.Cluster) {
			if peer.Name != n.Name {
				urls = append(urls, p.linkURL(routeUser, p.reach(n, peer, RoleRoute)))
			}
		}
		if len(urls) == 0 { // JetStream asks for a route; the server finds out that this one leads to itself
			urls = []string{p.linkURL(routeUser, n.addr(RoleRoute))}
		}
		w.secrets("routes", "ROUTES", urls)
	})
}

// gateways writes the gateway block when there is more than one cluster.
func (p plan) gateways(w *confWriter, n nodePlan) {
	if len(p.Spec.Clusters) == 1 {
		return
	}
	w.block("gateway", func() {
		w.str("name", n.Cluster)
		w.str("listen", n.bind(RoleGateway))
		w.str("advertise", p.advertised())
		p.authorization(w, gatewayUser)
		p.tls(w, n, tlsGateway)
		w.items("gateways", func() {
			for _, c := range p.Spec.Clusters {
				if c.Name == n.Cluster {
					continue
				}
				w.block("", func() {
					w.str("name", c.Name)
					if !p.Gist {
						w.secrets("urls", "GATEWAY_"+c.Name, p.urls(n, c.Name, gatewayUser, RoleGateway))
					}
				})
			}
		})
	})
}

// leafListener writes the leafnodes block of a cluster that leafs join: a user for each account that they bind.
func (p plan) leafListener(w *confWriter, n nodePlan) {
	accounts := p.leafAccounts(n.Cluster)
	if len(accounts) == 0 {
		return
	}
	w.block("leafnodes", func() {
		w.str("listen", n.bind(RoleLeaf))
		w.str("advertise", p.advertised())
		p.tls(w, n, tlsLeaf)
		if p.Trust != nil { // leafs have credentials as users do
			return
		}
		w.block("authorization", func() {
			w.items("users", func() {
				for _, a := range accounts {
					id := p.linkIdentity(a)
					w.block("", func() {
						w.str("user", id.User)
						w.secret("password", id.User+"_PASSWORD", id.Password)
						w.str("account", a)
					})
				}
			})
		})
	})
}

// leafRemotes writes the leafnodes block of a leaf node.
func (p plan) leafRemotes(w *confWriter, n nodePlan) {
	w.block("leafnodes", func() {
		w.items("remotes", func() {
			for _, a := range n.Leaf.accounts() {
				w.block("", func() { p.leafRemote(w, n, a) })
			}
		})
	})
}

// leafRemote writes the connection of a leaf node in one account.
func (p plan) leafRemote(w *confWriter, n nodePlan, account string) {
	id, user := p.linkIdentity(account), ""
	if id.Password != "" {
		user = id.User + ":" + id.Password + "@"
	}
	var urls []string
	for _, m := range p.members(n.Leaf.Remote) {
		urls = append(urls, "nats://"+user+p.reach(n, m, RoleLeaf))
	}
	if !p.Gist {
		w.secrets("urls", "REMOTE_"+account, urls)
	}
	w.str("account", p.accountName(account))
	w.str("credentials", id.Creds)
	p.tls(w, n, tlsRemote)
}

// linkIdentity is who leaf nodes are in an account of their hub.
func (p plan) linkIdentity(account string) Identity {
	for _, id := range p.Links {
		if id.Account == account {
			return id
		}
	}
	return Identity{}
}

// accountName is an account as a configuration names it.
func (p plan) accountName(a string) string {
	if p.Trust != nil {
		return p.Trust.Accounts[a].ID
	}
	return a
}

// accounts are the accounts that a leaf node binds.
func (l LeafSpec) accounts() []string {
	if l.Isolated {
		return []string{l.Account}
	}
	return []string{SystemAccount, l.Account}
}

// leafAccounts are the accounts that the leafs of a cluster, with "" of all, bind, each once.
func (p plan) leafAccounts(cluster string) []string {
	var out []string
	seen := map[string]bool{}
	for _, l := range p.Spec.Leafs {
		if cluster != "" && l.Remote != cluster {
			continue
		}
		for _, a := range l.accounts() {
			if !seen[a] {
				seen[a] = true
				out = append(out, a)
			}
		}
	}
	return out
}

func (p plan) authorization(w *confWriter, user string) {
	w.block("authorization", func() {
		w.str("user", user)
		w.secret("password", "LINK_PASSWORD", p.Link)
	})
}

// urls are the link addresses of all members of a cluster as a node reaches them.
func (p plan) urls(from nodePlan, cluster, user string, r Role) []string {
	var out []string
	for _, m := range p.members(cluster) {
		out = append(out, p.linkURL(user, p.reach(from, m, r)))
	}
	return out
}

func (p plan) linkURL(user, addr string) string { return "nats://" + user + ":" + p.Link + "@" + addr }

// members are the nodes of a cluster.
func (p plan) members(cluster string) []nodePlan {
	var out []nodePlan
	for _, n := range p.Nodes {
		if n.Leaf == nil && n.Cluster == cluster {
			out = append(out, n)
		}
	}
	return out
}
