package own

import (
	"errors"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/failure"
)

// Refused returns the denial of a user's request of this kind: UserInfo, Connz,
// AccountStatz, or Jsz for the account's JetStream; nil if it was not denied.
// The error is a [*failure.PermissionError].
func (o *Account) Refused(kind fleet.Kind) error {
	for _, d := range o.Denied {
		if d.Subject == ownSubject(kind) || d.Subscribe || d.Subject == "" {
			return d
		}
	}
	return nil
}

// ownSubject returns the subject on which a user of any account requests a kind.
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

// cannotReceive reports whether the user may not subscribe to its inbox, which receives all answers.
func (o *Account) cannotReceive() bool {
	return slices.ContainsFunc(o.Denied, func(d *failure.PermissionError) bool { return d.Subscribe })
}

// without records an error that is a denial, and returns any other.
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

// problems returns the denials as problems of a snapshot.
func (o *Account) problems() (out []fleet.Problem) {
	for _, k := range []fleet.Kind{endpoint.UserInfo, fleet.Connz, fleet.AccountStatz} {
		if err := o.Refused(k); err != nil {
			out = append(out, fleet.Problem{Server: o.Snapshot.AskedBy, Kind: k, Reason: fleet.Refused, Detail: err.Error()})
		}
	}
	return out
}
