package authcmd

import (
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"

	"github.com/natsctl/natsctl/internal/auth"
)

func (s *sheet) operator(c *jwt.OperatorClaims, now time.Time) {
	s.times(&c.ClaimsData, now)
	s.list("Signing keys", c.SigningKeys)
	if c.StrictSigningKeyUsage {
		s.add("Strict", "accounts have to be signed by a signing key")
	}
	s.add("System account", c.SystemAccount)
	s.list("Servers", c.OperatorServiceURLs)
	s.add("Account server", c.AccountServerURL)
	s.add("Server version", c.AssertServerVersion)
	s.add("Tags", strings.Join(c.Tags, ", "))
}

func (s *sheet) activation(c *jwt.ActivationClaims, now time.Time) {
	s.add("Permits", "to import the "+c.ImportType.String()+" "+string(c.ImportSubject))
	s.add("For account", c.Subject)
	s.add("From account", auth.IssuerKey(c))
	s.times(&c.ClaimsData, now)
}
