package cause

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// findRestarts names each server that started a short while ago; its links are
// reopened and its replicas catch up.
func findRestarts(s *study) []candidate {
	var out []candidate
	for _, f := range s.left {
		if f.Check != "uptime" || len(f.About.Servers) == 0 {
			continue
		}
		ref := f.About.Servers[0]
		c := candidate{Cause: Cause{Object: f.Object, Where: f.Where, What: f.What, About: f.About}}
		c.shows = func(o checks.Finding) bool { return o.Check == "uptime" && o.About.Involves(ref) }
		c.follows = func(o checks.Finding) bool {
			switch {
			case o.About.Edge != nil:
				return o.Level != fleet.Crit && o.About.Involves(ref)
			case o.Check == "health":
				return o.About.Involves(ref)
			}
			return (isAsset(o) || o.About.Meta) && o.About.Blames(ref)
		}
		out = append(out, c)
	}
	return out
}

// findClients names each client whose messages pile up at its server.
func findClients(s *study) []candidate {
	var out []candidate
	waiting := slices.DeleteFunc(slices.Clone(s.left), func(f checks.Finding) bool { return f.About.Conn == 0 || !strings.HasPrefix(f.Check, "pending") })
	for _, group := range groupBy(waiting, func(f checks.Finding) string { return fmt.Sprint(f.Where, "|", f.About.Conn) }) {
		f := group[0]
		c := candidate{Cause: Cause{Object: f.Object, Where: f.Where, About: f.About}}
		c.Brief = fmt.Sprintf("client %s on %s reads too slowly", f.Object, f.Where)
		c.What = fmt.Sprintf("client %s on %s reads too slowly: %s", f.Object, f.Where, f.What)
		c.shows = func(o checks.Finding) bool { return o.About.Conn == f.About.Conn && o.Where == f.Where }
		c.follows = func(o checks.Finding) bool {
			switch o.Check {
			case "slow-consumers", "stalled", "stale":
				return slices.ContainsFunc(f.About.Servers, o.About.Involves)
			}
			return false
		}
		out = append(out, c)
	}
	return out
}

// busy are the checks about the resources of a server.
var busy = map[string]bool{"cpu": true, "memory": true, "queues": true, "raft": true, "meta-pending": true, "storage": true, "writes": true}

// findSlowServers names each server on which several replicas lag, or one that
// lacks a resource while something on it lags.
func findSlowServers(s *study) []candidate {
	var out []candidate
	for _, sv := range s.in.Snapshot.Servers {
		ref := checks.RefOf(sv)
		lags := func(f checks.Finding) bool {
			return (isAsset(f) || f.About.Meta) && (f.About.Blames(ref) || f.Check == "raft" && f.About.Involves(ref))
		}
		short := func(f checks.Finding) bool { return busy[f.Check] && f.Check != "raft" && f.About.Involves(ref) }
		lacks, behind := match(s.left, short), match(s.left, lags)
		c := candidate{Cause: Cause{Object: ref.Name, Where: ref.Cluster, About: checks.Subject{Servers: []checks.ServerRef{ref}}}}
		switch {
		case len(lacks) > 0:
			c.What = lacks[0].What
			c.shows, c.follows = short, func(f checks.Finding) bool { return lags(f) || strained(f, ref) }
		case len(behind) > 1:
			c.Brief = ref.Name + " falls behind"
			c.What = fmt.Sprintf("%s falls behind: %s lag on it", ref.Name, count(len(behind), "replica", "replicas"))
			c.Next = "Look at the disk and the CPU of the host of " + ref.Name + "; `natsctl server profile` shows where its time goes."
			c.shows, c.least = lags, 2
		default:
			continue
		}
		out = append(out, c)
	}
	return out
}

// strained reports whether a finding about a server follows from its lack of a
// resource.
func strained(f checks.Finding, ref checks.ServerRef) bool {
	switch f.Check {
	case "slow-consumers", "stalled", "stale", "pending", "health", "answers":
		return f.About.Involves(ref)
	case "stream-limits":
		return false
	}
	return f.About.Edge != nil && f.About.Edge.State == fleet.StateSlow && f.About.Involves(ref)
}

func match(list []checks.Finding, pass func(checks.Finding) bool) []checks.Finding {
	var out []checks.Finding
	for _, f := range list {
		if pass(f) {
			out = append(out, f)
		}
	}
	worstFirst(out)
	return out
}

// manyAlike is how many findings of one check become one cause.
const manyAlike = 4

// findSeveral names a problem that several objects have.
func findSeveral(s *study) []candidate {
	var out []candidate
	for _, group := range groupBy(s.left, func(f checks.Finding) string { return f.Check + "|" + f.Level.String() }) {
		if len(group) < manyAlike {
			continue
		}
		check, level := group[0].Check, group[0].Level
		var names []string
		for _, f := range group[:min(len(group), 3)] {
			names = append(names, cmp.Or(f.Object, f.Where))
		}
		out = append(out, candidate{
			Cause: Cause{Object: check, What: fmt.Sprintf("%s: %d times, at %s and others: %s", check, checks.Count(group), strings.Join(names, ", "), group[0].What)},
			shows: func(f checks.Finding) bool { return f.Check == check && f.Level == level },
		})
	}
	return out
}

// findSingles names each remaining finding.
func findSingles(s *study) []candidate {
	out := make([]candidate, len(s.left))
	for i, f := range s.left {
		taken := false
		out[i] = candidate{Cause: Cause{}, shows: func(o checks.Finding) bool {
			if taken || o.Check != f.Check || o.Object != f.Object || o.Where != f.Where || o.What != f.What {
				return false
			}
			taken = true
			return true
		}}
	}
	return out
}
