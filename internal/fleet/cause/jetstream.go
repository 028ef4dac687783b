package cause

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// findMeta names the loss of the meta leader where no missing server explains
// it; without one nothing can be placed, so replicas stay away.
func findMeta(s *study) []candidate {
	lost := func(f checks.Finding) bool { return f.Check == "meta" && f.Level == fleet.Crit }
	list := match(s.left, lost)
	if len(list) == 0 {
		return nil
	}
	return []candidate{{
		Cause: Cause{Object: list[0].Object, Where: list[0].Where, What: list[0].What, About: list[0].About},
		shows: lost,
		follows: func(f checks.Finding) bool {
			return f.About.Meta || f.Check == "replicas"
		},
	}}
}

// findStreams names each stream that has a fault of its own, with its consumers.
func findStreams(s *study) []candidate {
	var out []candidate
	for _, f := range match(s.left, func(f checks.Finding) bool {
		return f.Check == "streams" || f.Check == "stream-limits" || f.Check == "origins"
	}) {
		account, stream := f.About.Account, f.About.Stream
		same := func(o checks.Finding) bool {
			return stream != "" && o.About.Account == account && o.About.Stream == stream
		}
		c := candidate{Cause: Cause{Object: f.Object, Where: f.Where, What: f.What, About: f.About}}
		c.shows = func(o checks.Finding) bool { return o.Check == f.Check && same(o) }
		c.follows = func(o checks.Finding) bool {
			return same(o) && (o.Check == "replicas" || o.Check == "health" || f.Check == "streams" && o.Check == "consumers" && o.Level == f.Level)
		}
		out = append(out, c)
	}
	return out
}

// findConsumers names each consumer that stands still, with what it does to its
// stream.
func findConsumers(s *study) []candidate {
	var out []candidate
	for _, f := range match(s.left, func(f checks.Finding) bool { return f.Check == "consumers" || f.Check == "unread" }) {
		a := f.About
		same := func(o checks.Finding) bool {
			return o.About.Account == a.Account && o.About.Stream == a.Stream && o.About.Consumer == a.Consumer
		}
		out = append(out, candidate{
			Cause:   Cause{Object: f.Object, Where: f.Where, What: f.What, About: a},
			shows:   func(o checks.Finding) bool { return (o.Check == "consumers" || o.Check == "unread") && same(o) },
			follows: func(o checks.Finding) bool { return (o.Check == "replicas" || o.Check == "health") && same(o) },
		})
	}
	return out
}

// count is "1 route", "2 routes".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
