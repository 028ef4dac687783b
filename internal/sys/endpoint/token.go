package endpoint

import (
	"strings"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"
)

// redacted replaces a token, as in the answers of newer servers.
const redacted = "[REDACTED]"

// revealsTokens reports whether a server puts the token that a client sent where the
// user name belongs: those before 2.10.28, and of 2.11 those before 2.11.2
// (nats-server, client.go, getRawAuthUser).
func revealsTokens(version string) bool {
	return Older(version, "2.10.28") || Older(version, "2.11.2") && !Older(version, "2.11.0")
}

// SafeUser returns what may be shown of the user of a client whose login failed.
// Where servers report tokens, a user may be one, unless it is a public key. With
// a system account a server accepts no tokens, so no authenticated client has one.
func SafeUser(version, user, reason string) string {
	if user == "" || !strings.HasPrefix(reason, "Authentication") || !revealsTokens(version) || nkeys.IsValidPublicUserKey(user) {
		return user
	}
	return redacted
}

// HideTokens hides what may be tokens in a list of connections.
func HideTokens(version string, conns []*server.ConnInfo) {
	for _, c := range conns {
		if c != nil {
			c.AuthorizedUser = SafeUser(version, c.AuthorizedUser, c.Reason)
		}
	}
}

// safeObjects does the same anywhere in JSON: for users of connections and of
// clients in events.
func safeObjects(version, reason string, v any) {
	switch x := v.(type) {
	case map[string]any:
		if own, ok := x["reason"].(string); ok {
			reason = own
		}
		for _, key := range [...]string{"authorized_user", "user"} {
			if user, ok := x[key].(string); ok {
				x[key] = SafeUser(version, user, reason)
			}
		}
		for _, inner := range x {
			safeObjects(version, reason, inner)
		}
	case []any:
		for _, inner := range x {
			safeObjects(version, reason, inner)
		}
	}
}
