package sys

import (
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// authError turns an event into one about a failed authentication. The server sends
// the JWT that the client presented: its user and its expiry are shown, but never
// the JWT. They are the client's claims; the signature was checked against the
// issuer named in the JWT.
func authError(e decoded, m server.DisconnectEventMsg) decoded {
	e.Kind, e.Level, e.Why = fleet.EventAuthError, fleet.Warn, m.Reason
	if e.Account == "$G" {
		e.Account = "" // a client that was not authenticated is in no account
	}
	e.key = fmt.Sprint("auth", m.Server.ID, m.Client.ID)
	claims, err := jwt.DecodeUserClaims(m.Client.Jwt)
	if m.Client.Jwt == "" || err != nil {
		return e
	}
	account := claims.IssuerAccount
	if account == "" {
		account = claims.Issuer
	}
	if e.Account == "" {
		e.Account = account
	}
	e.Who = strings.Join([]string{claimed(claims), e.Who, "issued by " + claims.Issuer}, ", ")
	e.Why += outdated(claims, e.Time)
	return e
}

// claimed returns the user of a JWT, by name where it has one.
func claimed(claims *jwt.UserClaims) string {
	if claims.Name == "" {
		return "JWT of user " + claims.Subject
	}
	return fmt.Sprintf("JWT of user %q", claims.Name)
}

// outdated says that a JWT is expired or not yet valid by the server's clock.
func outdated(claims *jwt.UserClaims, at time.Time) string {
	if end := time.Unix(claims.Expires, 0); claims.Expires != 0 && !at.Before(end) {
		return ": its JWT expired on " + end.UTC().Format(time.DateTime)
	}
	if start := time.Unix(claims.NotBefore, 0); claims.NotBefore != 0 && at.Before(start) {
		return ": its JWT is not valid before " + start.UTC().Format(time.DateTime)
	}
	return ""
}
