package auth

import (
	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
)

// Held returns the claims of an account as a server holds it. In operator mode
// they are those of its JWT, and signed is true. In configuration mode there is
// no JWT: the claims are made of what the server reports, its exports, imports
// and mappings.
func Held(info *server.AccountInfo) (claims *jwt.AccountClaims, signed bool) {
	if claims, err := jwt.DecodeAccountClaims(info.Jwt); info.Jwt != "" && err == nil {
		return claims, true
	}
	if info.Claim != nil {
		return info.Claim, true
	}
	claims = &jwt.AccountClaims{}
	claims.Subject, claims.Name, claims.Tags = info.AccountName, info.NameTag, info.Tags
	claims.Limits.AccountLimits = jwt.AccountLimits{Imports: jwt.NoLimit, Exports: jwt.NoLimit, WildcardExports: true, Conn: jwt.NoLimit, LeafNodeConn: jwt.NoLimit}
	claims.Limits.NatsLimits = jwt.NatsLimits{Subs: jwt.NoLimit, Data: jwt.NoLimit, Payload: jwt.NoLimit}
	for _, ex := range info.Exports {
		claims.Exports = append(claims.Exports, &ex.Export)
	}
	for _, im := range info.Imports {
		im.To = "" //nolint:staticcheck // servers repeat LocalSubject in it
		claims.Imports = append(claims.Imports, &im.Import)
	}
	for from, dests := range info.Mappings {
		if claims.Mappings == nil {
			claims.Mappings = jwt.Mapping{}
		}
		for _, d := range dests {
			if d != nil {
				claims.Mappings[jwt.Subject(from)] = append(claims.Mappings[jwt.Subject(from)], jwt.WeightedMapping{Subject: jwt.Subject(d.Subject), Weight: d.Weight, Cluster: d.Cluster})
			}
		}
	}
	return claims, false
}
