package sys

import (
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// authError makes an event that of a failed authentication. The server sends the
// JWT that the client presented: what it says of its holder is shown, and that
// it has expired, but never the JWT. It is what the client claims; its signature
// was checked against the issuer that it names.
func authError(e decoded, m server.DisconnectEventMsg) decoded {
	e.Kind, e.Level, e.Why = fleet.EventAuthError, fleet.Warn, m.Reason
	if e.Account == "$G" {
		e.Account = "" // a client that did not get in is in no account
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

// claimed is the user that a JWT is for, by name where it has one.
func claimed(claims *jwt.UserClaims) string {
	if claims.Name == "" {
		return "JWT of user " + claims.Subject
	}
	return fmt.Sprintf("JWT of user %q", claims.Name)
}

// outdated says that a JWT is outside of its time by the server's clock.
func outdated(claims *jwt.UserClaims, at time.Time) string {
	if end := time.Unix(claims.Expires, 0); claims.Expires != 0 && !at.Before(end) {
		return ": its JWT expired on " + end.UTC().Format(time.DateTime)
	}
	if start := time.Unix(claims.NotBefore, 0); claims.NotBefore != 0 && at.Before(start) {
		return ": its JWT is not valid before " + start.UTC().Format(time.DateTime)
	}
	return ""
}
