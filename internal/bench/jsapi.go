package bench

import (
	"fmt"
	"strings"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// JSAPI selects the JetStream of the streams and buckets. The zero value is the
// server's default; a prefix takes precedence over a domain.
type JSAPI struct {
	Domain string // of a leaf node or hub
	Prefix string // subject prefix of an imported API: JS.HUB.API
}

// subjects returns the subject prefix of the API, with the dot.
func (a JSAPI) subjects() string {
	switch {
	case a.Prefix != "":
		return strings.TrimSuffix(a.Prefix, ".") + "."
	case a.Domain != "":
		return "$JS." + a.Domain + ".API."
	}
	return jetstream.DefaultAPIPrefix
}

// values returns the prefix of the subjects to which values of a bucket are
// published: for a remote API they begin with the prefix of the API.
func (a JSAPI) values() string {
	if a == (JSAPI{}) {
		return ""
	}
	return a.subjects()
}

// open returns a client for the API.
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
