package authcmd

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/view"
)

func (s *sheet) account(c *jwt.AccountClaims, now time.Time) {
	s.times(&c.ClaimsData, now)
	s.Add("Description", c.Description)
	s.Add("Tags", strings.Join(c.Tags, ", "))
	s.List("Signing keys", signingKeys(c))
	s.Add("Limits", accountLimits(c.Limits))
	s.List("JetStream", jetStreamLimits(c.Limits))
	if !c.DefaultPermissions.Pub.Empty() || !c.DefaultPermissions.Sub.Empty() || c.DefaultPermissions.Resp != nil {
		s.Add("Default for users", permissionWords(c.DefaultPermissions))
	}
	s.List("Exports", exports(c, now))
	s.List("Imports", imports(c, now))
	s.List("Mappings", mappings(c.Mappings))
	s.List("Revocations", revocations(c.Revocations))
	if c.HasExternalAuthorization() {
		s.Add("Auth callout", parts("by users "+strings.Join(c.Authorization.AuthUsers, ", "), into(c.Authorization.AllowedAccounts)))
	}
	if c.Trace != nil {
		s.Add("Traces to", string(c.Trace.Destination))
	}
	s.Add("Cluster traffic", string(c.ClusterTraffic))
}

func into(accounts jwt.StringList) string {
	if len(accounts) == 0 {
		return ""
	}
	return "into accounts " + strings.Join(accounts, ", ")
}

// signingKeys are the signing keys with their roles.
func signingKeys(c *jwt.AccountClaims) (out []string) {
	for _, key := range slices.Sorted(maps.Keys(c.SigningKeys)) {
		scope, ok := c.SigningKeys[key].(*jwt.UserScope)
		if !ok || scope == nil {
			out = append(out, key)
			continue
		}
		out = append(out, fmt.Sprintf("%s role %s: %s", key, cmp.Or(scope.Role, "without a name"), permissionWords(scope.Template.Permissions)))
	}
	return out
}

func accountLimits(l jwt.OperatorLimits) string {
	text := parts(limit("connections", l.Conn, view.Count), limit("leafnodes", l.LeafNodeConn, view.Count), natsLimits(l.NatsLimits),
		limit("imports", l.Imports, view.Count), limit("exports", l.Exports, view.Count))
	if !l.WildcardExports {
		text = parts(text, "no wildcard exports")
	}
	if l.DisallowBearer {
		text = parts(text, "no bearer tokens")
	}
	return cmp.Or(text, "none")
}

// jetStreamLimits are the limits of each tier, or of the account.
func jetStreamLimits(l jwt.OperatorLimits) (out []string) {
	for _, tier := range slices.Sorted(maps.Keys(l.JetStreamTieredLimits)) {
		out = append(out, tier+": "+storage(l.JetStreamTieredLimits[tier]))
	}
	if len(out) == 0 && l.IsJSEnabled() {
		out = []string{storage(l.JetStreamLimits)}
	}
	return out
}

func storage(l jwt.JetStreamLimits) string {
	text := parts(limit("memory", l.MemoryStorage, view.Bytes), limit("disk", l.DiskStorage, view.Bytes), limit("streams", l.Streams, view.Count),
		limit("consumers", l.Consumer, view.Count), over(limit("max ack pending", l.MaxAckPending, view.Count), l.MaxAckPending),
		over(limit("bytes of a stream in memory", l.MemoryMaxStreamBytes, view.Bytes), l.MemoryMaxStreamBytes),
		over(limit("bytes of a stream on disk", l.DiskMaxStreamBytes, view.Bytes), l.DiskMaxStreamBytes))
	if l.MaxBytesRequired {
		text = parts(text, "max_bytes required")
	}
	return cmp.Or(text, "unlimited")
}

// over drops a limit for which 0 means none.
func over(text string, value int64) string {
	if value <= 0 {
		return ""
	}
	return text
}

func exports(c *jwt.AccountClaims, now time.Time) (out []string) {
	for _, ex := range c.Exports {
		if ex == nil {
			continue
		}
		access := "public"
		switch {
		case ex.TokenReq:
			access = "needs an activation token"
		case ex.AccountTokenPosition > 0:
			access = fmt.Sprintf("token %d is the key of the importing account", ex.AccountTokenPosition)
		}
		text := fmt.Sprintf("%s %s, %s", ex.Type, ex.Subject, access)
		for _, key := range slices.Sorted(maps.Keys(ex.Revocations)) {
			text += fmt.Sprintf(", tokens of %s revoked that were issued until %s", everyone(key), moment(ex.Revocations[key], now))
		}
		out = append(out, text)
	}
	return out
}

func imports(c *jwt.AccountClaims, now time.Time) (out []string) {
	for _, im := range c.Imports {
		if im == nil {
			continue
		}
		text := fmt.Sprintf("%s %s from %s", im.Type, im.Subject, im.Account)
		if local := cmp.Or(string(im.LocalSubject), im.GetTo()); local != "" {
			text += " as " + local
		}
		if token := auth.ReadToken(im, c.Subject, nil, now); token != nil {
			text += ", token " + string(token.State)
			switch {
			case token.Why != "":
				text += ": " + token.Why
			case token.Expires != 0:
				text += " until " + moment(token.Expires, now)
			}
		}
		out = append(out, text)
	}
	return out
}

func mappings(m jwt.Mapping) (out []string) {
	for _, from := range slices.Sorted(maps.Keys(m)) {
		for _, to := range m[from] {
			text := fmt.Sprintf("%s -> %s, %d%%", from, to.Subject, to.GetWeight())
			if to.Cluster != "" {
				text += " in cluster " + to.Cluster
			}
			out = append(out, text)
		}
	}
	return out
}

// revocations lists who is revoked; users whose JWT is newer are not.
func revocations(r jwt.RevocationList) (out []string) {
	for _, key := range slices.Sorted(maps.Keys(r)) {
		out = append(out, fmt.Sprintf("%s, with a JWT issued until %s", everyone(key), time.Unix(r[key], 0).UTC().Format(time.DateTime)+"Z"))
	}
	return out
}

func everyone(key string) string {
	if key == jwt.All {
		return "everyone"
	}
	return key
}
