package auth

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nkeys"
)

// redacted is what servers show for a token that a client sent.
const redacted = "[REDACTED]"

// withoutToken judges a login without a JWT: a name and a password, a key, a
// token, a certificate, or nothing.
func withoutToken(v *Verdict, a Attempt, k Known) {
	key := nkeys.IsValidPublicUserKey(a.User)
	if key {
		v.Key = a.User
	}
	switch {
	case k.Mode == ModeOperator:
		v.add(NoToken, operatorText(a, key), "connect with credentials (.creds) of a user of this operator")
	case a.User == redacted:
		v.guess(WrongToken, "it sent a token that is not the token of the server", "correct the token of the client")
	case a.User == "":
		anonymous(v, a, k)
	case k.Config != nil:
		configured(v, a, k.Config, key)
	case k.Present && key:
		v.guess(WrongKey, fmt.Sprintf("a user with this key is known: the client's private key is not the one of %s", a.User), "correct the seed of the client")
	case k.Present:
		v.guess(WrongPassword, fmt.Sprintf("user %q is or was connected, so it is known: its password is wrong", a.User), "correct the password of the client")
	case key:
		v.guess(UnknownUser, "not provable from outside: the key is not in the configuration of the server, or the private key is not its own", "give the configuration of the server with --config")
	default:
		v.guess(UnknownUser, fmt.Sprintf("not provable from outside: user %q is not known to the server, or its password is wrong", a.User), "give the configuration of the server with --config")
	}
}

func operatorText(a Attempt, key bool) string {
	const needs = "the servers run in operator mode, which takes a JWT; it sent "
	switch {
	case key:
		return needs + "a key without a JWT"
	case a.User == redacted:
		return needs + "a token"
	case a.User != "":
		return needs + "a name and a password"
	}
	return needs + "none"
}

// anonymous judges a client that named no user.
func anonymous(v *Verdict, a Attempt, k Known) {
	switch {
	case a.Cert != "" && (k.Config == nil || k.Config.TLSMap):
		text := fmt.Sprintf("no user of the server is the subject of its certificate, %s, or one of its names", a.Cert)
		if k.Config == nil {
			v.guess(CertificateSubject, text, "add a user of that name to the server, or issue another certificate")
			return
		}
		v.add(CertificateSubject, text, "add a user of that name to the server, or issue another certificate")
	case k.Config != nil && k.Config.Callout:
		v.guess(Unproven, "not provable from outside: it named no user, and the auth callout decides about it", "look at the log of the auth callout service")
	case k.Config != nil && k.Config.TLSMap:
		v.guess(CertificateSubject, "no user of the server is the subject of its certificate", "add a user of that name to the server, or issue another certificate")
	default:
		v.guess(NoCredentials, "it sent no user, no token and no JWT", "give the client credentials")
	}
}

// configured judges a user by the configuration of a server.
func configured(v *Verdict, a Attempt, c *Config, key bool) {
	user, known := c.User(a.User)
	kind := a.connectionType()
	switch {
	case !known && c.Callout:
		v.guess(Unproven, fmt.Sprintf("not provable from outside: the configuration has no user %q, so the auth callout decides about it", a.User), "look at the log of the auth callout service")
	case !known:
		v.add(UnknownUser, fmt.Sprintf("the configuration of the server has no user %q", a.User), "correct the user of the client, or add it to the configuration")
	case len(user.Types) > 0 && kind != "" && !slices.Contains(user.Types, kind):
		v.add(ConnectionType, fmt.Sprintf("it connected as %s; the user may connect as %s", kind, strings.Join(user.Types, ", ")), "connect in an allowed way, or allow this one in the configuration")
	case key:
		v.add(WrongKey, "the configuration has its key: the private key of the client is not the one", "correct the seed of the client")
	default:
		v.add(WrongPassword, "the configuration has the user: its password is wrong", "correct the password of the client")
	}
	v.Account = user.Account
}
