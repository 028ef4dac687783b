package scrape

import (
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats.go/micro"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Extras is the data of a view that is not in the snapshot.
type Extras struct {
	Claims   []*Claims
	Services []*Endpoint
	Departed []*Departure
	Totals   *Totals // of accounts over all servers; nil if they are never folded
}

// Claims are the claims that the operator granted to one account.
type Claims struct {
	ID, Tag           string
	Expired, Complete bool
	System, Jetstream bool
	JWT               *jwt.AccountClaims // nil for an account from a configuration file
}

// Endpoint is one endpoint of one instance of a micro service.
type Endpoint struct {
	Account string
	Service *micro.Stats
	*micro.EndpointStats
}

// Departure is a server that announced its end: it is no longer expected.
type Departure struct {
	ID, Name, Cluster string
	How               fleet.EventKind // lame_duck if it drained first, else shutdown
	At                time.Time       // the last announcement, by the server's clock
	Received          time.Time       // the same by the exporter's clock
}
