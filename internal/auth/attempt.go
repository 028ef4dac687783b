package auth

import (
	"net"
	"strings"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
)

// Attempt is a login that a server refused, or that is only supposed: what the
// client presented, and where.
type Attempt struct {
	Time   time.Time // by the server's clock
	Server string    // id of the server; "" for any
	Reason string    // in the server's words; "" for a supposed login
	Host   string    // address of the client; "" if unknown
	Kind   string    // as in events: Client or Leafnode
	Type   string    // as in events: nats, mqtt or websocket
	User   string    // name or public key that it presented; "" for none
	Token  string    // its JWT; never shown
	Issuer string    // the account that the JWT names, see [AccountOf]; "" without a valid JWT
	Cert   string    // subject of its certificate, if that is known
	Seed   string    // the public key of the seed that is used with the JWT; "" if unknown
}

// AccountOf returns the public key of the account that a JWT of a user names; ""
// if it is not one, or not signed by the key that it names.
func AccountOf(token string) string {
	if token == "" {
		return ""
	}
	claims, err := jwt.DecodeUserClaims(token)
	if err != nil {
		return ""
	}
	return IssuerKey(claims)
}

// connectionType is the type of a connection in the words of claims; "" if it is
// not known (nats-server, client.go, connectionTypeAllowed).
func (a Attempt) connectionType() string {
	switch {
	case strings.EqualFold(a.Kind, "leafnode") && a.Type == "websocket":
		return jwt.ConnectionTypeLeafnodeWS
	case strings.EqualFold(a.Kind, "leafnode"):
		return jwt.ConnectionTypeLeafnode
	case a.Type == "nats":
		return jwt.ConnectionTypeStandard
	case a.Type == "websocket":
		return jwt.ConnectionTypeWebsocket
	case a.Type == "mqtt":
		return jwt.ConnectionTypeMqtt
	}
	return ""
}

func (a Attempt) leaf() bool { return strings.EqualFold(a.Kind, "leafnode") }

// Known is what is known when a refused login is judged. The zero value knows
// nothing; then only what the client presented is judged.
type Known struct {
	Holders   []Holder                 // servers that hold the account, in any order
	Stored    []*jwt.AccountClaims     // what resolvers hold of the account, when no server uses it
	Asked     bool                     // servers were asked for the account: without holders, it does not exist
	Operators []*jwt.OperatorClaims    // that the servers trust; empty in configuration mode, and if unknown
	Mode      Mode                     // how the servers know their users
	Skews     map[string]time.Duration // by server id: how far its clock is ahead of the others
	Present   bool                     // a user of this name is or was connected
	Config    *Config                  // users of a server's configuration, if one was given
}

// Mode is how servers know their users.
type Mode int

// The modes.
const (
	ModeUnknown Mode = iota
	ModeOperator
	ModeConfig
)

// Holder is a server that holds an account, with what it holds.
type Holder struct {
	ServerID, Server string
	Info             *server.AccountInfo
}

// account is what decides about an attempt: the claims that the refusing server
// holds, or else the newest of any server.
func (k Known) account(a Attempt) *jwt.AccountClaims {
	var newest *jwt.AccountClaims
	for _, h := range k.Holders {
		claims, _ := Held(h.Info)
		if h.ServerID == a.Server && a.Server != "" {
			return claims
		}
		if newest == nil || claims.IssuedAt > newest.IssuedAt {
			newest = claims
		}
	}
	for _, claims := range k.Stored {
		if len(k.Holders) == 0 && (newest == nil || claims.IssuedAt > newest.IssuedAt) {
			newest = claims
		}
	}
	return newest
}

// inNetworks reports whether a host is in one of the networks.
func inNetworks(host string, networks jwt.CIDRList) bool {
	ip := net.ParseIP(host)
	for _, network := range networks {
		if _, n, err := net.ParseCIDR(network); err == nil && ip != nil && n.Contains(ip) {
			return true
		}
	}
	return false
}

// inTimes reports whether a time of day is within one of the ranges; a range
// that ends before it starts goes over midnight (nats-server, jwt.go,
// validateTimesAt).
func inTimes(at time.Time, ranges []jwt.TimeRange, locale string) bool {
	if locale != "" {
		zone, err := time.LoadLocation(locale)
		if err != nil {
			return false
		}
		at = at.In(zone)
	}
	for _, r := range ranges {
		start, err1 := time.Parse(time.TimeOnly, r.Start)
		end, err2 := time.Parse(time.TimeOnly, r.End)
		if err1 != nil || err2 != nil {
			return false
		}
		now := sinceMidnight(at)
		from, to := sinceMidnight(start), sinceMidnight(end)
		if from <= to && from < now && now < to || from > to && (now < to || from < now) {
			return true
		}
	}
	return false
}

func sinceMidnight(t time.Time) time.Duration {
	h, m, s := t.Clock()
	return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second + time.Duration(t.Nanosecond())
}
