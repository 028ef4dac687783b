package client

import (
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// Connect opens a connection as an identity.
func (p Fleet) Connect(urls, who string, opts []nats.Option) (*nats.Conn, error) {
	id, ok := p.Find(who)
	if !ok {
		return nil, fmt.Errorf("%w: %q is neither a user nor an account of %s", plan.ErrUser, who, p.Spec.Name)
	}
	nc, err := nats.Connect(urls, append(append(Options(id), nats.Timeout(connectTime)), opts...)...)
	if err != nil {
		return nil, fmt.Errorf("connect as %s: %w", id.User, err)
	}
	return nc, nil
}

// connectTime is how long a local server may take to answer: many start at once on a busy machine.
const connectTime = 10 * time.Second

// Options returns the connect options of the identity.
func Options(i plan.Identity) []nats.Option {
	var opts []nats.Option
	if i.Password != "" {
		opts = append(opts, nats.UserInfo(i.User, i.Password))
	}
	if i.Seed != "" {
		opts = append(opts, func(o *nats.Options) error {
			opt, err := nats.NkeyOptionFromSeed(i.Seed)
			if err != nil {
				return err
			}
			return opt(o)
		})
	}
	if i.Creds != "" {
		opts = append(opts, nats.UserCredentials(i.Creds))
	}
	if i.CA != "" {
		opts = append(opts, nats.RootCAs(i.CA))
	}
	if i.Cert != "" {
		opts = append(opts, nats.ClientCert(i.Cert, i.Key))
	}
	return opts
}

// ErrExpired is wrapped by the error of a cluster whose certificates have expired: connections stay open, and new ones fail.
var ErrExpired = errors.New("the certificates of the cluster have expired")

// expiredOr returns the error, wrapped in [ErrExpired] if it is about an expired certificate.
func expiredOr(err error) error {
	if ce := (x509.CertificateInvalidError{}); errors.As(err, &ce) && ce.Reason == x509.Expired {
		return fmt.Errorf("%w: %w", ErrExpired, err)
	}
	return err
}
