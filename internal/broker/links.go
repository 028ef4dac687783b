package broker

// links are all connections that the servers of the plan may open to each other.
func (p plan) links() []link {
	var out []link
	for _, from := range p.Nodes {
		for _, to := range p.Nodes {
			if r, ok := p.linkRole(from, to); ok {
				out = append(out, link{from.Name, to.Name, r})
			}
		}
	}
	return out
}

// linkRole says by which listener of the second node the first reaches it, if it does at all.
func (p plan) linkRole(from, to nodePlan) (Role, bool) {
	switch {
	case to.Leaf != nil || from.Name == to.Name:
		return 0, false
	case from.Leaf != nil:
		return RoleLeaf, from.Leaf.Remote == to.Cluster
	case from.Cluster == to.Cluster:
		return RoleRoute, true
	}
	return RoleGateway, true
}

// groups maps each name that a fault can be about to the nodes behind it.
func (p plan) groups() map[string][]string {
	out := map[string][]string{}
	for _, n := range p.Nodes {
		out[n.Cluster] = append(out[n.Cluster], n.Name)
	}
	for _, n := range p.Nodes { // a leaf group of one has the name of its node
		if n.Cluster != n.Name {
			out[n.Name] = []string{n.Name}
		}
	}
	return out
}

// node finds a node of the plan; the name is known to exist.
func (p plan) node(name string) nodePlan {
	for _, n := range p.Nodes {
		if n.Name == name {
			return n
		}
	}
	return nodePlan{}
}

// reach is the address by which the first node reaches the second: its door when there is one.
func (p plan) reach(from, to nodePlan, r Role) string {
	if addr, ok := p.Doors[link{from.Name, to.Name, r}]; ok {
		return addr
	}
	return to.addr(r)
}

// advertised is what a listener tells others to connect to, "" for its own address.
func (p plan) advertised() string {
	if len(p.Doors) == 0 {
		return ""
	}
	return nowhere
}
