package sys

import (
	"slices"

	"github.com/natsctl/natsctl/internal/fleet"
)

// topic is one subject that servers publish events on. A new event is one row
// in the table.
type topic struct {
	subject string
	kinds   []fleet.EventKind // what its messages can become
	decode  eventDecoder
}

// topics is the table of events (nats-server, events.go and jetstream_api.go).
// Left out on purpose: $SYS.SERVER.ACCOUNT.*.CONNS, the old name of the account
// connections, and $SYS.ACCOUNT.CLIENT.AUTH.ERR, the users' own copy of a
// failed authentication, since each repeats another event; and
// $SYS.ACCOUNT.*.LEAFNODE.CONNECT, which servers publish for each other.
var topics = []topic{
	{"$SYS.ACCOUNT.*.CONNECT", []fleet.EventKind{fleet.EventConnect, fleet.EventLeafConnect}, decodeConnect},
	{"$SYS.ACCOUNT.*.DISCONNECT", []fleet.EventKind{fleet.EventDisconnect, fleet.EventLeafDisconnect}, decodeDisconnect},
	{"$SYS.SERVER.*.CLIENT.AUTH.ERR", []fleet.EventKind{fleet.EventAuthError}, decodeAuthError},
	{"$SYS.SERVER.*.LAMEDUCK", []fleet.EventKind{fleet.EventLameDuck}, decodeLameDuck},
	{"$SYS.SERVER.*.SHUTDOWN", []fleet.EventKind{fleet.EventShutdown}, decodeShutdown},
	{"$SYS.ACCOUNT.*.SERVER.CONNS", []fleet.EventKind{fleet.EventAccountConns}, decodeAccountConns},
	{"$SYS.SERVER.*.OCSP.PEER.CONN.REJECT", []fleet.EventKind{fleet.EventOCSP}, decodeOCSPReject},
	{"$SYS.SERVER.*.OCSP.PEER.LINK.INVALID", []fleet.EventKind{fleet.EventOCSP}, decodeOCSPLink},
	{"$JS.EVENT.ADVISORY.>", []fleet.EventKind{fleet.EventAdvisory}, decodeAdvisory},
}

// EventKinds returns every kind of event that servers publish, in the order of
// the documentation.
func EventKinds() []fleet.EventKind {
	var out []fleet.EventKind
	for _, t := range topics {
		for _, k := range t.kinds {
			if !slices.Contains(out, k) {
				out = append(out, k)
			}
		}
	}
	return out
}

// topicsFor returns the rows that can yield one of the kinds; all of them when
// none is given.
func topicsFor(kinds []fleet.EventKind) []topic {
	if len(kinds) == 0 {
		return topics
	}
	var out []topic
	for _, t := range topics {
		if slices.ContainsFunc(t.kinds, func(k fleet.EventKind) bool { return slices.Contains(kinds, k) }) {
			out = append(out, t)
		}
	}
	return out
}
