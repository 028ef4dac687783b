package checks

import (
	"cmp"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// securityChecks examine who can connect, and what expires.
var securityChecks = []*Check{
	{
		Name: "certificates", About: "No certificate of a listener expires soon.",
		Why:    "With an expired certificate no client, route or gateway connects again.",
		Next:   "Renew it and `natsctl server reload` the server.",
		Limits: []Limit{{Name: "certificate_seconds", About: "left of its life", Warn: 30 * 86400, Crit: 7 * 86400, Below: true}},
		Needs:  []fleet.Kind{fleet.Varz}, find: findCertificates,
	},
	{
		Name: "jwts", About: "No operator, account or connected user JWT expires soon.",
		Why:    "When it expires the server closes every connection that depends on it.",
		Next:   "Sign a new one and give it to the account resolver; users need new credentials.",
		Limits: []Limit{{Name: "jwt_seconds", About: "left of its life", Warn: 7 * 86400, Crit: 86400, Below: true}},
		find:   findJWTs,
	},
	{
		Name: "monitoring", About: "No monitoring port is open to the network.",
		Why:   "It shows accounts, subjects and addresses to anyone, without a password.",
		Next:  "Set http to 127.0.0.1, or remove it: the system account provides the same data, with authentication.",
		Needs: []fleet.Kind{fleet.Varz}, find: findMonitoring,
	},
	{
		Name: "plaintext", About: "No listener takes unencrypted connections from the network.",
		Why:   "Passwords, tokens and messages can be read on the way.",
		Next:  "Add a tls block to that listener.",
		Needs: []fleet.Kind{fleet.Varz}, find: findPlaintext,
	},
	{
		Name: "anonymous", About: "No server lets clients in without authentication.",
		Why:   "Whoever reaches the port can read and publish everything in that account.",
		Next:  "Configure users, accounts or an operator; drop no_auth_user where it is not meant.",
		Needs: []fleet.Kind{fleet.Varz}, find: findAnonymous,
	},
}

// local reports whether a listener's host is this machine alone.
func local(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

func findCertificates(c *checkup) {
	c.eachVarz(func(sv *fleet.Server, v *server.Varz) {
		if !fleet.Reports(sv.Info.Version, fleet.FieldCertNotAfter) {
			if slices.ContainsFunc(fleet.Listeners(v), func(l fleet.Listener) bool { return l.TLS }) {
				c.result.Unanswered = append(c.result.Unanswered, sv.Info.Name)
			}
			return
		}
		for _, l := range fleet.Listeners(v) {
			if l.NotAfter.IsZero() {
				continue
			}
			c.countObject()
			c.measure("certificate_seconds", l.NotAfter.Sub(sv.Now(c.Snapshot)).Seconds(), Finding{
				Object: sv.Info.Name + " " + l.Name, Where: sv.Info.Cluster,
				What: fmt.Sprintf("the %s certificate of %s %s", l.Name, sv.Info.Name, expiry(l.NotAfter, sv.Now(c.Snapshot))),
			})
		}
	})
}

// expiry describes when something expires or expired.
func expiry(at, now time.Time) string {
	left := at.Sub(now)
	if left <= 0 {
		return fmt.Sprintf("expired %s ago, at %s", fleet.Lasting(-left.Seconds()), at.UTC().Format(time.RFC3339))
	}
	return fmt.Sprintf("expires in %s, at %s", fleet.Lasting(left.Seconds()), at.UTC().Format(time.RFC3339))
}

func findJWTs(c *checkup) {
	seen := map[string]bool{}
	judge := func(sv *fleet.Server, what, name string, claims *jwt.ClaimsData) {
		if claims == nil || claims.Expires == 0 || seen[what+claims.ID+name] {
			return
		}
		seen[what+claims.ID+name] = true
		name = cmp.Or(name, claims.Subject)
		c.countObject()
		expires := time.Unix(claims.Expires, 0)
		c.measure("jwt_seconds", expires.Sub(sv.Now(c.Snapshot)).Seconds(), Finding{
			Object: name, Where: sv.Info.Name,
			What: fmt.Sprintf("the JWT of %s %s %s", what, name, expiry(expires, sv.Now(c.Snapshot))),
		})
	}
	for _, sv := range c.Snapshot.Servers {
		if sv.Varz != nil {
			for _, op := range sv.Varz.TrustedOperatorsClaim {
				if op != nil {
					judge(sv, "operator", op.Name, op.Claims())
				}
			}
		}
		if sv.Accountz != nil && sv.Accountz.Account != nil && sv.Accountz.Account.Claim != nil {
			judge(sv, "account", sv.Accountz.Account.AccountName, sv.Accountz.Account.Claim.Claims())
		}
		if sv.Connz == nil {
			continue
		}
		for _, conn := range sv.Connz.Conns {
			if conn.JWT == "" || conn.Stop != nil {
				continue
			}
			if user, err := jwt.DecodeUserClaims(conn.JWT); err == nil {
				judge(sv, "user", user.Name, user.Claims())
			}
		}
	}
}

func findMonitoring(c *checkup) {
	c.eachVarz(func(sv *fleet.Server, v *server.Varz) {
		c.countObject()
		for _, p := range []struct {
			scheme string
			port   int
		}{{"http", v.HTTPPort}, {"https", v.HTTPSPort}} {
			if p.port != 0 && !local(v.HTTPHost) {
				c.add(Finding{
					Level: fleet.Warn, Object: sv.Info.Name, Where: sv.Info.Cluster,
					What: fmt.Sprintf("the monitoring port of %s is open on %s, %s port %d", sv.Info.Name, hostName(v.HTTPHost), p.scheme, p.port),
				})
			}
		}
	})
}

func hostName(host string) string {
	if host == "" || host == "0.0.0.0" || host == "::" {
		return "all interfaces"
	}
	return host
}

func findPlaintext(c *checkup) {
	c.eachVarz(func(sv *fleet.Server, v *server.Varz) {
		for _, l := range fleet.Listeners(v) {
			if l.Name == "mqtt" && !l.TLS && !fleet.Reports(sv.Info.Version, fleet.FieldCertNotAfter) {
				continue // the certificate alone says that it has TLS
			}
			c.countObject()
			if !l.TLS && !local(l.Host) {
				c.add(Finding{
					Level: fleet.Warn, Object: sv.Info.Name + " " + l.Name, Where: sv.Info.Cluster,
					What: fmt.Sprintf("the %s listener of %s on %s has no TLS", l.Name, sv.Info.Name, hostName(l.Host)),
				})
			}
		}
	})
}

func findAnonymous(c *checkup) {
	c.eachVarz(func(sv *fleet.Server, v *server.Varz) {
		c.countObject()
		f := Finding{Level: fleet.Warn, Object: sv.Info.Name, Where: sv.Info.Cluster}
		switch {
		case !v.AuthRequired && !local(v.Host):
			f.Level = fleet.Crit
			f.What = fmt.Sprintf("%s lets every client in, on %s", sv.Info.Name, hostName(v.Host))
		case !v.AuthRequired:
			f.What = sv.Info.Name + " lets every client of its machine in"
		case v.Websocket.NoAuthUser != "":
			f.What = sv.Info.Name + " lets websocket clients in without authentication"
		case v.MQTT.NoAuthUser != "":
			f.What = sv.Info.Name + " lets MQTT clients in without authentication"
		default:
			return
		}
		c.add(f)
	})
}
