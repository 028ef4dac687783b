package natsctx

import (
	"net"
	"regexp"
	"slices"
	"strings"
)

// systemWords are common words in the names of system account contexts.
var systemWords = regexp.MustCompile(`(?i)(^|[^a-z])(sys|system)([^a-z]|$)`)

// SystemContexts returns the names of saved contexts that seem to be for the system
// account of the servers in urls, except name, which may be "". A context NAME-sys
// comes first, whatever its servers; any other has a server in common, and sys or
// system as a word in its name, user or description. Only a server knows the account
// of a context.
func (s *Store) SystemContexts(name, urls string) []string {
	names, err := s.Names()
	if err != nil {
		return nil
	}
	here := addresses(urls)
	var found []string
	for _, other := range names {
		if other == name {
			continue
		}
		c, err := s.Load(other)
		switch {
		case err != nil:
		case name != "" && other == name+"-sys":
			found = slices.Insert(found, 0, other)
		case systemWords.MatchString(other+" "+c.User+" "+c.Description) && overlap(here, addresses(c.URLOrDefault())):
			found = append(found, other)
		}
	}
	return found
}

// addresses returns the hosts with ports of a list of URLs, with a single name for
// this machine. URLs that do not parse are left out.
func addresses(list string) []string {
	var out []string
	for _, raw := range SplitURLs(list) {
		u, err := ParseURL(raw)
		if err != nil {
			continue
		}
		host := strings.ToLower(u.Hostname())
		if loopback(host) {
			host = "localhost"
		}
		out = append(out, net.JoinHostPort(host, Port(u)))
	}
	return out
}

func overlap(a, b []string) bool {
	return slices.ContainsFunc(a, func(x string) bool { return slices.Contains(b, x) })
}
