package clustercmd

import (
	"cmp"
	"slices"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// shaped reports whether a flag sets the servers or how they are connected.
func (c *clusterUp) shaped() bool {
	return c.topology != "" || c.shape.Nodes != 0 || c.clusters != "" || len(c.shape.Leafs) > 0
}

// amend returns the new specification of an existing cluster: the flags, and everything else unchanged.
func (c *clusterUp) amend(now spec.Spec) (spec.Spec, error) {
	if c.shaped() {
		shape := c.shape
		if len(shape.Clusters) == 0 {
			shape.Clusters = c.present(now)
		}
		want, err := shape.Spec(now.Name)
		if err != nil {
			return now, err
		}
		now.Clusters, now.Leafs = c.clustersOf(now, want), c.leafsOf(now, want)
	}
	return c.amended(now), nil
}

// present returns the names of the clusters that a topology keeps.
func (c *clusterUp) present(now spec.Spec) []string {
	var names []string
	for _, cl := range now.Clusters {
		names = append(names, cl.Name)
	}
	switch spec.Topology(c.topology) {
	case spec.TopologySingle, spec.TopologyCluster, spec.TopologyHub:
		return names[:1]
	case spec.TopologySuper, spec.TopologyMixed:
		if len(names) == 1 {
			return nil // those of the topology
		}
	}
	return names
}

// clustersOf returns the clusters of a shape; an existing cluster of the same name keeps its settings.
func (c *clusterUp) clustersOf(now, want spec.Spec) []spec.Cluster {
	out := slices.Clone(want.Clusters)
	for i, w := range out {
		for _, cl := range now.Clusters {
			if cl.Name != w.Name {
				continue
			}
			out[i] = cl
			if c.shape.Nodes > 0 || c.topology == string(spec.TopologySingle) {
				out[i].Nodes = w.Nodes
			}
		}
	}
	return out
}

// leafsOf returns the leaf groups that the flags name, or the current ones when neither the flags nor the topology set leaf nodes.
func (c *clusterUp) leafsOf(now, want spec.Spec) []spec.Leaf {
	leafless := slices.Contains([]spec.Topology{spec.TopologySingle, spec.TopologyCluster, spec.TopologySuper}, spec.Topology(c.topology))
	switch {
	case len(c.shape.Leafs) == 0 && leafless:
		return nil
	case len(c.shape.Leafs) == 0 && (c.topology == "" || len(now.Leafs) > 0):
		return now.Leafs
	}
	out := slices.Clone(want.Leafs)
	for i, w := range out {
		for _, l := range now.Leafs {
			if l.Name == w.Name {
				out[i].Tags, out[i].Isolated, out[i].Account = l.Tags, l.Isolated, cmp.Or(w.Account, l.Account)
			}
		}
	}
	return out
}

// amended returns a specification with all flags applied except those for its shape.
func (c *clusterUp) amended(s spec.Spec) spec.Spec {
	s.Auth, s.TLS = spec.AuthMode(cmp.Or(c.auth, string(s.Auth))), c.tlsOf(s.TLS)
	if c.set.noJetStream {
		s.NoJetStream = c.noJetStream
	}
	if c.set.direct {
		s.Faults = !c.direct
	}
	s.Clusters = slices.Clone(s.Clusters)
	for i := range s.Clusters {
		if c.set.websocket {
			s.Clusters[i].Websocket = c.websocket
		}
		if c.set.mqtt {
			s.Clusters[i].MQTT = c.mqtt
		}
	}
	s.Accounts = c.accountsOf(s.Accounts)
	return s
}

// tlsOf returns the current TLS settings with the flags applied.
func (c *clusterUp) tlsOf(now spec.TLS) spec.TLS {
	switch {
	case c.mtls:
		now.Mode = spec.TLSMutual
	case c.tls:
		now.Mode = spec.TLSServer
	case c.set.tls: // --no-tls
		return spec.TLS{}
	case c.set.mtls && now.Mode == spec.TLSMutual: // --no-mtls
		now.Mode = spec.TLSServer
	}
	now.CA, now.Validity = spec.CAMode(cmp.Or(c.ca, string(now.CA))), cmp.Or(c.validity, now.Validity)
	return now
}

// accountsOf returns the accounts that --accounts names, with the settings of existing ones; without the flag, all current ones.
func (c *clusterUp) accountsOf(now []spec.Account) []spec.Account {
	names := split(c.accounts)
	if len(names) == 0 {
		return now
	}
	var out []spec.Account
	for _, name := range names {
		i := slices.IndexFunc(now, func(a spec.Account) bool { return a.Name == name })
		if i < 0 {
			out = append(out, spec.Account{Name: name})
			continue
		}
		out = append(out, now[i])
	}
	return out
}
