package spec

import "slices"

// Resize returns the specification with by more nodes added to a cluster or leaf group.
func (s Spec) Resize(group string, by int) (Spec, error) {
	s.Clusters, s.Leafs = slices.Clone(s.Clusters), slices.Clone(s.Leafs)
	for i := range s.Clusters {
		if s.Clusters[i].Name == group {
			s.Clusters[i].Nodes += by
			return s, s.validate()
		}
	}
	for i := range s.Leafs {
		if l := &s.Leafs[i]; l.Name == group {
			l.Count += by
			if l.Count == 1 || l.Count-by == 1 {
				return s, Errorf("leaf group %s cannot go from %d to %d while it runs: a node alone has the name of its group", group, l.Count-by, l.Count)
			}
			return s, s.validate()
		}
	}
	return s, Errorf("no such cluster or leaf group %q", group)
}
