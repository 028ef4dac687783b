package plan

// The users of the links between servers; their password is the plan's.
const (
	routeUser   = "route"
	gatewayUser = "gateway"
)

// routes writes the cluster block. A single node needs none, and with one JetStream would wait for peers.
func (c config) routes() {
	if c.Spec.CoreNodes() == 1 {
		return
	}
	c.block("cluster", func() {
		c.str("name", c.node.Cluster)
		c.str("listen", c.node.bind(RoleRoute))
		c.str("advertise", c.advertised())
		c.authorization(routeUser)
		c.tls(tlsRoute)
		var urls []string
		for _, peer := range c.Members(c.node.Cluster) {
			if peer.Name != c.node.Name {
				urls = append(urls, c.linkURL(routeUser, c.reach(c.node, peer, RoleRoute)))
			}
		}
		if len(urls) == 0 { // JetStream requires a route; the server detects that this one leads to itself
			urls = []string{c.linkURL(routeUser, c.node.Addr(RoleRoute))}
		}
		c.secrets("routes", "ROUTES", urls)
	})
}

// gateways writes the gateway block when there is more than one cluster.
func (c config) gateways() {
	if len(c.Spec.Clusters) == 1 {
		return
	}
	c.block("gateway", func() {
		c.str("name", c.node.Cluster)
		c.str("listen", c.node.bind(RoleGateway))
		c.str("advertise", c.advertised())
		c.authorization(gatewayUser)
		c.tls(tlsGateway)
		c.items("gateways", func() {
			for _, other := range c.Spec.Clusters {
				if other.Name == c.node.Cluster {
					continue
				}
				c.block("", func() {
					c.str("name", other.Name)
					if !c.Gist {
						c.secrets("urls", "GATEWAY_"+other.Name, c.urls(other.Name, gatewayUser, RoleGateway))
					}
				})
			}
		})
	})
}

// leafListener writes the leafnodes block of a cluster that leafs join: a user for each account that they bind.
func (c config) leafListener() {
	accounts := c.LeafAccounts(c.node.Cluster)
	if len(accounts) == 0 {
		return
	}
	c.block("leafnodes", func() {
		c.str("listen", c.node.bind(RoleLeaf))
		c.str("advertise", c.advertised())
		c.tls(tlsLeaf)
		if c.Trust != nil { // leafs have credentials as users do
			return
		}
		c.block("authorization", func() {
			c.items("users", func() {
				for _, a := range accounts {
					id := c.LinkIdentity(a)
					c.block("", func() {
						c.str("user", id.User)
						c.secret("password", id.User+"_PASSWORD", id.Password)
						c.str("account", a)
					})
				}
			})
		})
	})
}

// leafRemotes writes the leafnodes block of a leaf node.
func (c config) leafRemotes() {
	c.block("leafnodes", func() {
		c.items("remotes", func() {
			for _, a := range c.node.Leaf.Accounts() {
				c.block("", func() { c.leafRemote(a) })
			}
		})
	})
}

// leafRemote writes the connection of a leaf node in one account.
func (c config) leafRemote(account string) {
	id, user := c.LinkIdentity(account), ""
	if id.Password != "" {
		user = id.User + ":" + id.Password + "@"
	}
	var urls []string
	for _, m := range c.Members(c.node.Leaf.Remote) {
		urls = append(urls, "nats://"+user+c.reach(c.node, m, RoleLeaf))
	}
	if !c.Gist {
		c.secrets("urls", "REMOTE_"+account, urls)
	}
	c.str("account", c.AccountName(account))
	c.str("credentials", id.Creds)
	c.tls(tlsRemote)
}

func (c config) authorization(user string) {
	c.block("authorization", func() {
		c.str("user", user)
		c.secret("password", "LINK_PASSWORD", c.Link)
	})
}

// urls returns the link addresses of all members of a cluster as a node reaches them.
func (c config) urls(cluster, user string, r Role) []string {
	var out []string
	for _, m := range c.Members(cluster) {
		out = append(out, c.linkURL(user, c.reach(c.node, m, r)))
	}
	return out
}

func (c config) linkURL(user, addr string) string {
	return "nats://" + user + ":" + c.Link + "@" + addr
}
