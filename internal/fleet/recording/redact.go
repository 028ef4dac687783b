package recording

import (
	"encoding/json"
	"net/url"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Redact returns a copy of the snapshot without credentials and identities:
// JWTs, and, unless identity is set, user names, user keys and certificate
// subjects. Unchanged parts are shared with the original.
func Redact(s *fleet.Snapshot, identity bool) *fleet.Snapshot {
	out := *s
	out.Servers = make([]*fleet.Server, len(s.Servers))
	for i, sv := range s.Servers {
		out.Servers[i] = redactServer(sv, identity)
	}
	out.Want.Conns.User = ""
	if identity {
		out.Want.Conns.User = s.Want.Conns.User
	}
	return &out
}

func redactServer(sv *fleet.Server, identity bool) *fleet.Server {
	out := *sv
	if sv.Connz != nil {
		cz := *sv.Connz
		cz.Conns = make([]*server.ConnInfo, len(cz.Conns))
		for i, c := range sv.Connz.Conns {
			cz.Conns[i] = redactConn(c, identity)
		}
		out.Connz = &cz
	}
	if sv.Accountz != nil && sv.Accountz.Account != nil {
		az, acc := *sv.Accountz, *sv.Accountz.Account
		acc.Jwt, acc.Claim, acc.Vr = "", nil, nil
		acc.Imports = slices.Clone(acc.Imports)
		for i := range acc.Imports {
			acc.Imports[i].Token = "" // an activation, which is a JWT
		}
		if !identity {
			acc.IssuerKey, acc.RevokedUser = "", nil
		}
		az.Account = &acc
		out.Accountz = &az
	}
	if sv.Varz != nil {
		out.Varz = redactVarz(sv.Varz)
	}
	return &out
}

func redactConn(c *server.ConnInfo, identity bool) *server.ConnInfo {
	if c.JWT == "" && (identity || c.AuthorizedUser == "" && c.IssuerKey == "" && c.NameTag == "" && len(c.TLSPeerCerts) == 0) {
		return c
	}
	out := *c
	out.JWT = ""
	if !identity {
		out.AuthorizedUser, out.IssuerKey, out.NameTag, out.TLSPeerCerts = "", "", "", nil
	}
	return &out
}

func redactVarz(v *server.Varz) *server.Varz {
	out := *v
	out.TrustedOperatorsJwt, out.TrustedOperatorsClaim = nil, nil
	out.Cluster.URLs = withoutUserinfo(v.Cluster.URLs)
	out.Gateway.Gateways = slices.Clone(v.Gateway.Gateways)
	for i := range out.Gateway.Gateways {
		out.Gateway.Gateways[i].URLs = withoutUserinfo(out.Gateway.Gateways[i].URLs)
	}
	out.LeafNode.Remotes = slices.Clone(v.LeafNode.Remotes)
	for i := range out.LeafNode.Remotes {
		out.LeafNode.Remotes[i].URLs = withoutUserinfo(out.LeafNode.Remotes[i].URLs)
	}
	return &out
}

// withoutUserinfo drops user and password from URLs. Most servers do so
// themselves.
func withoutUserinfo(urls []string) []string {
	out := slices.Clone(urls)
	for i, s := range out {
		if !strings.Contains(s, "@") {
			continue
		}
		if u, err := url.Parse(s); err == nil && u.Host != "" {
			u.User = nil
			out[i] = u.String()
		} else {
			out[i] = s[strings.LastIndex(s, "@")+1:]
		}
	}
	return out
}

// identityKeys are the members of an event's body that name a person or a key;
// secretKeys are those that grant access. Both are compared in lower case.
var (
	secretKeys   = []string{"jwt", "pass", "password", "auth_token", "token", "sig", "nonce", "seed"}
	identityKeys = []string{"user", "nkey", "user_name", "authorized_user", "issuer_key", "iss", "name_tag", "tls_peer_certs"}
)

// RedactEvent returns the event without secrets, and, unless identity is set,
// without user names and keys.
func RedactEvent(e fleet.Event, identity bool) fleet.Event {
	if r := e.Refusal; r != nil && !identity {
		e.Why, e.Refusal = r.Reason, &fleet.Refusal{Reason: r.Reason}
		for _, c := range r.Causes { // their texts name users and keys
			e.Refusal.Causes = append(e.Refusal.Causes, fleet.RefusalCause{Code: c.Code, Proven: c.Proven, Next: c.Next})
		}
	}
	if len(e.Body) == 0 {
		return e
	}
	var body any
	if err := json.Unmarshal(e.Body, &body); err != nil {
		e.Body = nil // a body that cannot be parsed cannot be redacted
		return e
	}
	drop := slices.Clone(secretKeys)
	if !identity {
		drop = append(drop, identityKeys...)
	}
	scrub(body, drop)
	e.Body, _ = json.Marshal(body) // it was decoded from JSON, so this cannot fail
	return e
}

// scrub removes the members with these names from JSON, at any depth.
func scrub(v any, keys []string) {
	switch x := v.(type) {
	case map[string]any:
		for k, inner := range x {
			if slices.Contains(keys, strings.ToLower(k)) {
				delete(x, k)
				continue
			}
			scrub(inner, keys)
		}
	case []any:
		for _, inner := range x {
			scrub(inner, keys)
		}
	}
}
