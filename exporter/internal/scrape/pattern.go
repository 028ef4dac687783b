package scrape

import (
	"fmt"
	"regexp"
	"slices"
)

// Settings select what has series.
type Settings struct {
	Replicas    bool // every replica of a stream and consumer, not only the leader's
	Ephemeral   bool // every ephemeral consumer, not only their sum
	Top         int  // maximum streams of an account on a server, and consumers of a stream; 0 means no limit
	AccountRows int  // maximum accounts on servers with series of their own; above it each account is summed over all servers. 0 means no limit
	Links       int  // maximum routes, and gateways, with series of their own in the fleet; 0 means no limit
	Accounts    Pattern
	Streams     Pattern
	Consumers   Pattern
}

// Pattern selects the names that have series. The zero value allows all.
type Pattern struct{ allow, deny *regexp.Regexp }

// Allows reports whether a thing with these names has series: one of them must
// match allow, none may match deny.
func (p Pattern) Allows(names ...string) bool {
	if p.deny != nil && slices.ContainsFunc(names, p.deny.MatchString) {
		return false
	}
	return p.allow == nil || slices.ContainsFunc(names, p.allow.MatchString)
}

// NewPattern compiles two expressions that must match the whole name; an empty
// expression sets no limit.
func NewPattern(allow, deny string) (Pattern, error) {
	var p Pattern
	for _, side := range []struct {
		expr string
		to   **regexp.Regexp
	}{{allow, &p.allow}, {deny, &p.deny}} {
		if side.expr == "" {
			continue
		}
		re, err := regexp.Compile("^(?:" + side.expr + ")$")
		if err != nil {
			return p, fmt.Errorf("pattern %q: %w", side.expr, err)
		}
		*side.to = re
	}
	return p, nil
}
