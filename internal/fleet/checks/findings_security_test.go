package checks

import (
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

func securityCases() []findingCase {
	open := func(change func(v *server.Varz)) func(*Input) { return func(in *Input) { change(first(in).Varz) } }
	return []findingCase{
		{"certificates", "each listener", 7, open(func(v *server.Varz) {
			at := fleettest.Epoch.Add(1002 * time.Second)
			v.TLSCertNotAfter = at.Add(-time.Hour)
			v.Cluster.Port, v.Cluster.TLSCertNotAfter = 6222, at.Add(24*time.Hour)
			v.Gateway.Port, v.Gateway.TLSCertNotAfter = 7222, at.Add(8*24*time.Hour)
			v.LeafNode.Port, v.LeafNode.TLSCertNotAfter = 7422, at.Add(29*24*time.Hour)
			v.Websocket.Port, v.Websocket.TLSCertNotAfter = 443, at.Add(31*24*time.Hour)
			v.MQTT.Port, v.MQTT.TLSCertNotAfter = 8883, at.Add(72*24*time.Hour)
		}), []string{
			"crit|a client|C|the client certificate of a expired 1h0m ago, at 2026-01-02T02:20:47Z|-3600 seconds, limit 6.048e+05",
			"crit|a route|C|the route certificate of a expires in 24h0m, at 2026-01-03T03:20:47Z|8.64e+04 seconds, limit 6.048e+05",
			"warn|a gateway|C|the gateway certificate of a expires in 8 days, at 2026-01-10T03:20:47Z|6.912e+05 seconds, limit 2.592e+06",
			"warn|a leafnode|C|the leafnode certificate of a expires in 29 days, at 2026-01-31T03:20:47Z|2.506e+06 seconds, limit 2.592e+06",
		}},
		{"certificates", "of a listener that is closed", 1, open(func(v *server.Varz) {
			v.Port, v.TLSCertNotAfter = 0, fleettest.Epoch
		}), nil},
		{"jwts", "operator, account and user", 3, func(in *Input) {
			expires := func(d time.Duration) int64 { return fleettest.Epoch.Add(1002*time.Second + d).Unix() }
			op := jwt.NewOperatorClaims("OX")
			op.Name, op.Expires = "acme", expires(time.Hour)
			forever := jwt.NewOperatorClaims("OY")
			first(in).Varz.TrustedOperatorsClaim = []*jwt.OperatorClaims{op, nil, forever}
			in.Snapshot.Servers[1].Varz.TrustedOperatorsClaim = []*jwt.OperatorClaims{op}
			acc := jwt.NewAccountClaims("AX")
			acc.Expires = expires(48 * time.Hour)
			first(in).Accountz = &server.Accountz{Account: &server.AccountInfo{AccountName: "APP", Claim: acc}}
			stop := in.Snapshot.Time
			first(in).Connz.Conns = []*server.ConnInfo{
				{Cid: 1, JWT: userJWT("kim", expires(-time.Minute))}, {Cid: 2, JWT: userJWT("closed", expires(time.Second)), Stop: &stop}, {Cid: 3, JWT: "no JWT"}, {Cid: 4},
			}
		}, []string{
			"crit|acme|a|the JWT of operator acme expires in 1h0m, at 2026-01-02T04:20:47Z|3600 seconds, limit 8.64e+04",
			"crit|kim|a|the JWT of user kim expired 1m0s ago, at 2026-01-02T03:19:47Z|-60 seconds, limit 8.64e+04",
			"warn|APP|a|the JWT of account APP expires in 2 days, at 2026-01-04T03:20:47Z|1.728e+05 seconds, limit 6.048e+05",
		}},
		{"monitoring", "both ports, on one address", 3, open(func(v *server.Varz) { v.HTTPHost, v.HTTPPort, v.HTTPSPort = "10.0.0.1", 8222, 8443 }), []string{
			"warn|a|C|the monitoring port of a is open on 10.0.0.1, http port 8222",
			"warn|a|C|the monitoring port of a is open on 10.0.0.1, https port 8443",
		}},
		{"monitoring", "everywhere", 3, open(func(v *server.Varz) { v.HTTPPort = 8222 }), []string{
			"warn|a|C|the monitoring port of a is open on all interfaces, http port 8222",
		}},
		{"monitoring", "here alone", 3, open(func(v *server.Varz) { v.HTTPHost, v.HTTPPort = "localhost", 8222 }), nil},
		{"plaintext", "each listener, some of them with TLS", 7, open(func(v *server.Varz) {
			v.Host = "0.0.0.0"
			v.Cluster.Host, v.Cluster.Port, v.Cluster.TLSRequired = "10.0.0.2", 6222, true
			v.Gateway.Host, v.Gateway.Port = "::1", 7222
			v.LeafNode.Host, v.LeafNode.Port = "10.0.0.4", 7422
			v.Websocket.Host, v.Websocket.Port, v.Websocket.NoTLS = "10.0.0.5", 80, true
			v.MQTT.Host, v.MQTT.Port, v.MQTT.TLSCertNotAfter = "10.0.0.6", 1883, fleettest.Epoch
		}), []string{
			"warn|a client|C|the client listener of a on all interfaces has no TLS",
			"warn|a leafnode|C|the leafnode listener of a on 10.0.0.4 has no TLS",
			"warn|a websocket|C|the websocket listener of a on 10.0.0.5 has no TLS",
		}},
		{"plaintext", "MQTT of a server that does not say whether it has TLS", 2, func(in *Input) {
			first(in).Info.Version, first(in).Varz.MQTT.Host, first(in).Varz.MQTT.Port = "2.11.11", "0.0.0.0", 1883
		}, nil},
		{"plaintext", "with TLS", 2, open(func(v *server.Varz) { v.Host, v.TLSRequired = "0.0.0.0", true }), nil},
		{"anonymous", "with authentication, over the network", 3, open(func(v *server.Varz) { v.Host = "0.0.0.0" }), nil},
		{"anonymous", "of all interfaces", 3, open(func(v *server.Varz) { v.Host, v.AuthRequired = "::", false }), []string{
			"crit|a|C|a lets every client in, on all interfaces",
		}},
		{"anonymous", "over the network", 3, open(func(v *server.Varz) { v.Host, v.AuthRequired = "10.0.0.1", false }), []string{
			"crit|a|C|a lets every client in, on 10.0.0.1",
		}},
		{"anonymous", "of this machine", 3, open(func(v *server.Varz) { v.AuthRequired = false }), []string{
			"warn|a|C|a lets every client of its machine in",
		}},
		{"anonymous", "over websocket", 3, open(func(v *server.Varz) { v.Websocket.NoAuthUser = "w" }), []string{
			"warn|a|C|a lets websocket clients in without authentication",
		}},
		{"anonymous", "over MQTT", 3, open(func(v *server.Varz) { v.MQTT.NoAuthUser = "m" }), []string{
			"warn|a|C|a lets MQTT clients in without authentication",
		}},
		{"monitoring", "on 0.0.0.0", 3, open(func(v *server.Varz) { v.HTTPHost, v.HTTPPort = "0.0.0.0", 8222 }), []string{
			"warn|a|C|the monitoring port of a is open on all interfaces, http port 8222",
		}},
		{"anonymous", "on 0.0.0.0", 3, open(func(v *server.Varz) { v.Host, v.AuthRequired = "0.0.0.0", false }), []string{
			"crit|a|C|a lets every client in, on all interfaces",
		}},
		{"certificates", "of the second listener alone", 2, open(func(v *server.Varz) {
			v.TLSCertNotAfter, v.Cluster.Port, v.Cluster.TLSCertNotAfter = time.Time{}, 6222, fleettest.Epoch.Add(1002*time.Second+24*time.Hour)
		}), []string{
			"crit|a route|C|the route certificate of a expires in 24h0m, at 2026-01-03T03:20:47Z|8.64e+04 seconds, limit 6.048e+05",
		}},
	}
}

// userJWT is the JWT of a user, signed by nobody who matters.
func userJWT(name string, expires int64) string {
	account, err := nkeys.CreateAccount()
	if err != nil {
		panic(err)
	}
	user, err := nkeys.CreateUser()
	if err != nil {
		panic(err)
	}
	key, err := user.PublicKey()
	if err != nil {
		panic(err)
	}
	claims := jwt.NewUserClaims(key)
	claims.Name, claims.Expires = name, expires
	token, err := claims.Encode(account)
	if err != nil {
		panic(err)
	}
	return token
}
