package own

import (
	"errors"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/failure"
)

// Refused returns the denial of what a user of any account asks for as this
// kind: UserInfo, Connz, AccountStatz, and Jsz for the account's JetStream; nil
// when it was not denied. The error is a [*failure.PermissionError].
func (o *Account) Refused(kind fleet.Kind) error {
	for _, d := range o.Denied {
		if d.Subject == ownSubject(kind) || d.Subscribe || d.Subject == "" {
			return d
		}
	}
	return nil
}

// ownSubject is where a user of any account asks for a kind.
func ownSubject(kind fleet.Kind) string {
	switch kind {
	case fleet.Connz:
		return ownConnz
	case fleet.AccountStatz:
		return ownStatz
	case fleet.Jsz:
		return server.JSApiAccountInfo
	}
	return endpoint.Lookup(string(kind)).Subject
}

// deaf tells that the user may not read its own inbox, where all answers go.
func (o *Account) deaf() bool {
	return slices.ContainsFunc(o.Denied, func(d *failure.PermissionError) bool { return d.Subscribe })
}

// without notes an error that is a denial, and returns any other.
func (o *Account) without(err error) error {
	var p *failure.PermissionError
	if !errors.As(err, &p) {
		return err
	}
	if !slices.Contains(o.Denied, p) {
		o.Denied = append(o.Denied, p)
	}
	return nil
}

// problems are the denials as what a snapshot lacks.
func (o *Account) problems() (out []fleet.Problem) {
	for _, k := range []fleet.Kind{endpoint.UserInfo, fleet.Connz, fleet.AccountStatz} {
		if err := o.Refused(k); err != nil {
			out = append(out, fleet.Problem{Server: o.Snapshot.AskedBy, Kind: k, Reason: fleet.Refused, Detail: err.Error()})
		}
	}
	return out
}
