package checks

import "testing"

// TestSameServer tells servers apart by id where both have one, else by name and
// cluster as far as they are known.
func TestSameServer(t *testing.T) {
	for _, c := range []struct {
		name string
		a, b ServerRef
		want bool
	}{
		{"one id", ServerRef{"A", "n1", "east"}, ServerRef{"A", "n1", "east"}, true},
		{"one id, the name not known", ServerRef{ID: "A"}, ServerRef{"A", "n1", "east"}, true},
		{"another process of one name", ServerRef{"A", "n1", "east"}, ServerRef{"B", "n1", "east"}, false},
		{"by name", ServerRef{Name: "n1", Cluster: "east"}, ServerRef{"A", "n1", "east"}, true},
		{"by name alone", ServerRef{Name: "n1"}, ServerRef{"A", "n1", "east"}, true},
		{"a namesake in another cluster", ServerRef{Name: "n1", Cluster: "west"}, ServerRef{"A", "n1", "east"}, false},
		{"another name", ServerRef{Name: "n2", Cluster: "east"}, ServerRef{"A", "n1", "east"}, false},
		{"nothing known", ServerRef{}, ServerRef{}, false},
	} {
		if c.a.Same(c.b) != c.want || c.b.Same(c.a) != c.want {
			t.Errorf("%s: %t, want %t", c.name, c.a.Same(c.b), c.want)
		}
	}
}
