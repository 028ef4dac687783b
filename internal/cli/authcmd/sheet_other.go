package authcmd

import (
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"

	"github.com/natsctl/natsctl/internal/auth"
)

func (s *sheet) operator(c *jwt.OperatorClaims, now time.Time) {
	s.times(&c.ClaimsData, now)
	s.List("Signing keys", c.SigningKeys)
	if c.StrictSigningKeyUsage {
		s.Add("Strict", "accounts have to be signed by a signing key")
	}
	s.Add("System account", c.SystemAccount)
	s.List("Servers", c.OperatorServiceURLs)
	s.Add("Account server", c.AccountServerURL)
	s.Add("Server version", c.AssertServerVersion)
	s.Add("Tags", strings.Join(c.Tags, ", "))
}

func (s *sheet) activation(c *jwt.ActivationClaims, now time.Time) {
	s.Add("Permits", "to import the "+c.ImportType.String()+" "+string(c.ImportSubject))
	s.Add("For account", c.Subject)
	s.Add("From account", auth.IssuerKey(c))
	s.times(&c.ClaimsData, now)
}
