package auth

import (
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/jwt/v2"
)

// State says whether a statement about claims holds.
type State string

// The states of a [Link] of a chain, and of a token.
const (
	Valid   State = "valid"
	Invalid State = "invalid"
	Unknown State = "not checked" // what is needed to check it was not given
)

// Link is one step of a chain of trust: a document, who signed it, and whether
// that is so.
type Link struct {
	Kind   Kind   `json:"kind"`
	Name   string `json:"name,omitempty"`
	Key    string `json:"key"`
	Issuer string `json:"issuer"`
	By     string `json:"by,omitempty"` // which key of the issuer: "identity key", "signing key", "signing key of role x"
	State  State  `json:"state"`
	Why    string `json:"why,omitempty"` // why it is invalid, or was not checked
}

// Chain follows the issuers of a document among the others, up to the operator.
// Each link is checked at the given time: signature, validity in time, and
// whether the issuer is one of the keys of the document above. A link whose
// issuer is not among the others is the last one.
func (d Document) Chain(others []Document, at time.Time) []Link {
	var links []Link
	for seen := map[string]bool{}; d.Claims != nil && !seen[d.Key]; {
		seen[d.Key] = true
		up, found := d.above(others)
		links = append(links, d.link(up, found, at))
		if !found || d.Kind == Operator {
			break
		}
		d = up
	}
	return links
}

// IssuerKey returns the identity key of the account or operator that issued
// claims; for an account that may be a signing key, since its claims do not name
// the operator's identity.
func IssuerKey(claims jwt.Claims) string {
	switch c := claims.(type) {
	case *jwt.UserClaims:
		if c.IssuerAccount != "" {
			return c.IssuerAccount
		}
	case *jwt.ActivationClaims:
		if c.IssuerAccount != "" {
			return c.IssuerAccount
		}
	}
	return claims.Claims().Issuer
}

// above finds the document of the issuer: an operator signs itself.
func (d Document) above(others []Document) (Document, bool) {
	if d.Kind == Operator {
		return d, true
	}
	issuer := IssuerKey(d.Claims)
	i := slices.IndexFunc(others, func(o Document) bool {
		if op, ok := o.Claims.(*jwt.OperatorClaims); ok && d.Kind == Account {
			return op.Subject == issuer || op.SigningKeys.Contains(issuer)
		}
		return o.Kind == Account && d.Kind != Account && o.Key == issuer
	})
	if i < 0 {
		return Document{}, false
	}
	return others[i], true
}

func (d Document) link(up Document, found bool, at time.Time) Link {
	data := d.Claims.Claims()
	l := Link{Kind: d.Kind, Name: data.Name, Key: d.Key, Issuer: data.Issuer, State: Valid}
	proven := found && (up.Broken == nil || d.Kind == Operator)
	if proven {
		l.By = SignedBy(up.Claims, data.Issuer)
	}
	switch {
	case d.Broken != nil:
		l.State, l.Why = Invalid, "its signature is not that of "+data.Issuer
	case outside(data, at) != "":
		l.State, l.Why = Invalid, outside(data, at)
	case !found:
		l.State, l.Why = Unknown, fmt.Sprintf("the JWT of its issuer %s was not given", IssuerKey(d.Claims))
	case !proven:
		l.State, l.Why = Unknown, fmt.Sprintf("the JWT of its issuer %s is not genuine", IssuerKey(d.Claims))
	case !didSign(up.Claims, d.Claims):
		l.State, l.Why = Invalid, fmt.Sprintf("%s is not a key that may sign for %s %s", data.Issuer, up.Kind, nameOf(up.Claims))
	}
	return l
}

// didSign reports whether the issuer of claims is a key of the document above
// that may sign them.
func didSign(up, claims jwt.Claims) bool {
	switch c := up.(type) {
	case *jwt.OperatorClaims:
		return c.DidSign(claims)
	case *jwt.AccountClaims:
		return c.DidSign(claims)
	}
	return false
}

// SignedBy says which key of an operator or account a key is; "" if it is none.
func SignedBy(up jwt.Claims, key string) string {
	switch c := up.(type) {
	case *jwt.OperatorClaims:
		switch {
		case key == c.Subject:
			return "identity key"
		case c.SigningKeys.Contains(key):
			return "signing key"
		}
	case *jwt.AccountClaims:
		scope, known := c.SigningKeys.GetScope(key)
		role, scoped := scope.(*jwt.UserScope)
		switch {
		case key == c.Subject:
			return "identity key"
		case known && scoped && role != nil && role.Role != "":
			return "signing key of role " + role.Role
		case known && scoped && role != nil:
			return "scoped signing key"
		case known:
			return "signing key"
		}
	}
	return ""
}

// outside says that claims are expired or not yet valid; "" if they are valid.
func outside(data *jwt.ClaimsData, at time.Time) string {
	if data.Expires != 0 && at.Unix() >= data.Expires {
		return "expired on " + stamp(data.Expires)
	}
	if data.NotBefore != 0 && at.Unix() < data.NotBefore {
		return "not valid before " + stamp(data.NotBefore)
	}
	return ""
}

// stamp formats a time of claims.
func stamp(unix int64) string { return time.Unix(unix, 0).UTC().Format("2006-01-02 15:04:05Z") }

// nameOf returns the name of claims, or the key if they have none.
func nameOf(claims jwt.Claims) string {
	if name := claims.Claims().Name; name != "" {
		return name
	}
	return claims.Claims().Subject
}
