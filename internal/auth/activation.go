package auth

import (
	"time"

	"github.com/nats-io/jwt/v2"
)

// TokenState is the state of the activation token of an import, without the token.
type TokenState struct {
	State   State  `json:"state"`
	Why     string `json:"why,omitempty"` // why it is invalid
	Expires int64  `json:"expires,omitempty"`
	Issuer  string `json:"issuer,omitempty"`
	Subject string `json:"subject,omitempty"` // what it permits to import
}

// ReadToken judges the activation token of an import into an account at a time:
// nil if the import has none. from are the claims of the exporting account, or
// nil if they are not known, which leaves open whether a signing key still exists.
func ReadToken(im *jwt.Import, into string, from *jwt.AccountClaims, at time.Time) *TokenState {
	if im.Token == "" {
		return nil
	}
	act, err := jwt.DecodeActivationClaims(im.Token)
	if err != nil {
		return &TokenState{State: Invalid, Why: "it is not an activation token, or its signature is wrong"}
	}
	t := &TokenState{State: Valid, Expires: act.Expires, Issuer: act.Issuer, Subject: string(act.ImportSubject)}
	if t.Why = flaw(im, act, into, from, at); t.Why != "" {
		t.State = Invalid
	}
	return t
}

// flaw says why an activation does not permit an import; "" if it does.
func flaw(im *jwt.Import, act *jwt.ActivationClaims, into string, from *jwt.AccountClaims, at time.Time) string {
	switch {
	case outside(&act.ClaimsData, at) != "":
		return outside(&act.ClaimsData, at)
	case act.Subject != into:
		return "it is for account " + act.Subject
	case IssuerKey(act) != im.Account:
		return "it was issued by account " + IssuerKey(act)
	case act.ImportType != im.Type:
		return "it is for a " + act.ImportType.String() + ", the import is a " + im.Type.String()
	case !asked(im).IsContainedIn(act.ImportSubject):
		return "it is for subject " + string(act.ImportSubject)
	case from != nil && !from.DidSign(act):
		return "its signing key " + act.Issuer + " is not a key of the exporting account"
	case from != nil && activationRevoked(from, im, act):
		return "it was revoked by the exporting account"
	}
	return ""
}

// asked is the subject of the import that the activation has to cover
// (nats-io/jwt, Import.Validate).
func asked(im *jwt.Import) jwt.Subject {
	if im.IsService() && im.GetTo() != "" && im.LocalSubject == "" {
		return jwt.Subject(im.GetTo())
	}
	return im.Subject
}

// activationRevoked reports whether the export revokes an activation issued when
// this one was.
func activationRevoked(from *jwt.AccountClaims, im *jwt.Import, act *jwt.ActivationClaims) bool {
	for _, ex := range from.Exports {
		if ex != nil && ex.Type == im.Type && im.Subject.IsContainedIn(ex.Subject) && ex.IsClaimRevoked(act) {
			return true
		}
	}
	return false
}

// hidden replaces a token.
const hidden = "********"

// WithoutTokens returns claims whose imports show that they have a token, not the
// token. The claims themselves are not changed.
func WithoutTokens(claims jwt.Claims) jwt.Claims {
	account, ok := claims.(*jwt.AccountClaims)
	if !ok {
		return claims
	}
	out := *account
	out.Imports = nil
	for _, im := range account.Imports {
		if im != nil {
			c := *im
			if c.Token != "" {
				c.Token = hidden
			}
			out.Imports = append(out.Imports, &c)
		}
	}
	return &out
}
