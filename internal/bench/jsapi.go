package bench

import (
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// JSAPI says whose JetStream the streams and buckets are in. The zero value is
// the one next to the server; a prefix wins over a domain.
type JSAPI struct {
	Domain string // of a leaf node or hub
	Prefix string // of the subjects of an API that was imported: JS.HUB.API
}

// subjects is what the subjects of the API begin with, dot included.
func (a JSAPI) subjects() string {
	switch {
	case a.Prefix != "":
		return strings.TrimSuffix(a.Prefix, ".") + "."
	case a.Domain != "":
		return "$JS." + a.Domain + ".API."
	}
	return jetstream.DefaultAPIPrefix
}

// values is what the subjects begin with to which values of a bucket are
// published: an API that is elsewhere takes them below its own.
func (a JSAPI) values() string {
	if a == (JSAPI{}) {
		return ""
	}
	return a.subjects()
}

// open returns the client of the API.
func (a JSAPI) open(nc *nats.Conn, opts ...jetstream.JetStreamOpt) (js jetstream.JetStream, err error) {
	switch {
	case a.Prefix != "":
		js, err = jetstream.NewWithAPIPrefix(nc, strings.TrimSuffix(a.Prefix, "."), opts...)
	case a.Domain != "":
		js, err = jetstream.NewWithDomain(nc, a.Domain, opts...)
	default:
		js, err = jetstream.New(nc, opts...)
	}
	if err != nil {
		return nil, fmt.Errorf("jetstream: %w", err)
	}
	return js, nil
}
