package cause

import (
	"slices"

	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// findMisnamed names each gateway that is configured under a wrong name, or that
// its other end rejects: no cluster is away then.
func findMisnamed(s *study) []candidate {
	var out []candidate
	for _, f := range match(s.left, func(f checks.Finding) bool { return f.About.Gateway != "" }) {
		name := f.About.Gateway
		c := candidate{Cause: Cause{Object: f.Object, Where: f.Where, What: f.What, About: f.About}}
		c.shows = func(o checks.Finding) bool { return o.Check == f.Check && o.Object == f.Object }
		c.follows = func(o checks.Finding) bool {
			if e := o.About.Edge; e != nil {
				return e.ToCluster == name
			}
			return o.Check == "gateways" && o.Object == name
		}
		out = append(out, c)
	}
	return out
}

// configured are the checks that compare what is configured with what is there,
// and the checks whose findings follow from each, where they are about the same
// account and stream.
var configured = map[string][]string{
	"settings": nil, "route-urls": nil, "addresses": nil, "filters": nil, "discarded": nil, "max-waiting": nil, "redeliveries": nil,
	"placement": {"replicas"}, "leaf-remotes": {"origins", "unread"}, "leaf-denies": {"origins"}, "sharing": {"origins"},
}

// findConfigured names each setting that does not fit what is there. Where many
// objects have the same problem, they are one cause, see [findSeveral].
func findConfigured(s *study) []candidate {
	var out []candidate
	alike := map[string]int{}
	for _, f := range s.left {
		alike[f.Check+f.Level.String()]++
	}
	for _, f := range match(s.left, func(f checks.Finding) bool { _, ok := configured[f.Check]; return ok }) {
		if alike[f.Check+f.Level.String()] >= manyAlike {
			continue
		}
		c := candidate{Cause: Cause{Object: f.Object, Where: f.Where, What: f.What, About: f.About}}
		c.shows = func(o checks.Finding) bool { return o.Check == f.Check && o.Object == f.Object && o.Where == f.Where }
		c.follows = func(o checks.Finding) bool {
			same := o.About.Account == f.About.Account && (f.About.Stream == "" || o.About.Stream == f.About.Stream)
			return f.About.Account != "" && same && slices.Contains(configured[f.Check], o.Check)
		}
		out = append(out, c)
	}
	return out
}
