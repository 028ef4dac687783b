// Package claims asks servers for the claims that they hold of accounts, and
// finds out by them why logins were refused. Package auth decides; this package
// knows what to ask, how often, and of whom.
package claims

import (
	"time"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/wire"
)

// Asker asks over one connection of a user of the system account. It is used by
// one goroutine, and remembers what changes rarely.
type Asker struct {
	Source  fleet.Source  // snapshots of the fleet
	Conn    *wire.Conn    // for requests that no snapshot holds
	Timeout time.Duration // of one request
	Quiet   time.Duration // after which no more answers are expected
	Config  *auth.Config  // of a server, if one was given

	base   auth.Known // operators, mode, clocks
	names  []string   // of the accounts that servers use
	at     time.Time  // when base was read
	counts int        // servers
}

// Limits on the number of answers collected and on their total size.
const (
	maxAnswers = 4096
	maxBytes   = 64 << 20
)
