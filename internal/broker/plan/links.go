package plan

// Links returns all connections that the servers of the plan may open to each other.
func (p Plan) Links() []Link {
	var out []Link
	for _, from := range p.Nodes {
		for _, to := range p.Nodes {
			if r, ok := p.LinkRole(from, to); ok {
				out = append(out, Link{from.Name, to.Name, r})
			}
		}
	}
	return out
}

// LinkRole returns the role of the second node's listener to which the first connects, if it connects at all.
func (p Plan) LinkRole(from, to Node) (Role, bool) {
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

// Groups maps each name that a fault can have to its nodes.
func (p Plan) Groups() map[string][]string {
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

// reach returns the address by which the first node reaches the second: its proxy if there is one.
func (p Plan) reach(from, to Node, r Role) string {
	if addr, ok := p.Proxies[Link{from.Name, to.Name, r}]; ok {
		return addr
	}
	return to.Addr(r)
}

// advertised returns the address that a listener advertises, "" for its own.
func (p Plan) advertised() string {
	if len(p.Proxies) == 0 {
		return ""
	}
	return Nowhere
}
