package sys

import (
	"fmt"
	"strings"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/fleet"
)

// authError turns an event into one about a failed authentication. The server sends
// the JWT that the client presented: its user is shown, but never the JWT. They are
// the client's claims; the signature was checked against the issuer named in the
// JWT. Why it was refused is judged later, see [claims.Asker].
func authError(e decoded, m server.DisconnectEventMsg) decoded {
	e.Kind, e.Level, e.Why = fleet.EventAuthError, fleet.Warn, m.Reason
	if e.Account == "$G" || e.Account == "N/A" {
		e.Account = "" // a client that was not authenticated is in no account
	}
	e.key = fmt.Sprint("auth", m.Server.ID, m.Client.ID)
	e.attempt = &auth.Attempt{
		Time: e.Time, Server: m.Server.ID, Reason: m.Reason, Host: m.Client.Host, Kind: m.Client.Kind, Type: m.Client.ClientType,
		User: m.Client.User, Token: m.Client.Jwt,
	}
	claims, err := jwt.DecodeUserClaims(m.Client.Jwt)
	if m.Client.Jwt == "" || err != nil {
		return e
	}
	e.attempt.Issuer = auth.IssuerKey(claims)
	if e.Account == "" {
		e.Account = e.attempt.Issuer
	}
	e.Who = strings.Join([]string{claimed(claims), e.Who, "issued by " + claims.Issuer}, ", ")
	return e
}

// claimed returns the user of a JWT, by name where it has one.
func claimed(claims *jwt.UserClaims) string {
	if claims.Name == "" {
		return "JWT of user " + claims.Subject
	}
	return fmt.Sprintf("JWT of user %q", claims.Name)
}
