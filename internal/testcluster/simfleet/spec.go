package simfleet

import "time"

// Spec describes an invented fleet. The zero value is three servers in one cluster with four accounts and no streams; the
// same Spec always makes the same fleet.
//
// The first Hubs clusters of Size servers are joined by gateways, the further ones are leaf clusters, each server of them
// with one leafnode connection to a hub. So the size of one server's answers does not grow with the fleet.
type Spec struct {
	Seed      uint64
	Servers   int // default 3
	Size      int // servers in a cluster, default 5
	Hubs      int // clusters joined by gateways, default 3
	Accounts  int // besides the system account, default 4
	Streams   int // in the whole fleet, of three replicas
	Consumers int // in the whole fleet
	Conns     int // client connections on each server

	MinDelay, MaxDelay time.Duration // how long servers take to answer; between them by server and request

	Version string    // of every server, default that of the embedded server
	Now     time.Time // the servers' clock at the start; default the real one, and with it a clock that runs
}

func (s Spec) complete() Spec {
	s.Servers = max(s.Servers, 0)
	for _, d := range []struct {
		value *int
		def   int
	}{{&s.Servers, 3}, {&s.Size, 5}, {&s.Hubs, 3}, {&s.Accounts, 4}} {
		if *d.value <= 0 {
			*d.value = d.def
		}
	}
	s.MaxDelay = max(s.MaxDelay, s.MinDelay)
	return s
}
