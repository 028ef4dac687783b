package checks

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

func settingCases() []findingCase {
	onAll := func(in *Input, change func(v *server.Varz)) {
		for _, sv := range in.Snapshot.Servers {
			change(sv.Varz)
		}
	}
	return []findingCase{
		{"settings", "one of three differs", 3, func(in *Input) {
			onAll(in, func(v *server.Varz) { v.MaxPayload = 8 << 20 })
			first(in).Varz.MaxPayload = 1 << 20
		}, []string{"warn|a max_payload|C|max_payload of a is 1.0 MiB, most of C have 8.0 MiB"}},
		{"settings", "all three differ", 3, func(in *Input) {
			for i, sv := range in.Snapshot.Servers {
				sv.Varz.WriteDeadline = time.Duration(i+1) * time.Second
			}
		}, []string{"warn|C write_deadline|C|write_deadline differs among the servers of C: 1s on a, 2s on b, 3s on c"}},
		{"settings", "two of two differ", 2, func(in *Input) {
			in.Snapshot.Servers[2].Info.Cluster = "D"
			first(in).Varz.AuthRequired = false
		}, []string{"warn|C authorization|C|authorization differs among the servers of C: off on a, on on b"}},
		{"settings", "one of many, five alike", 5, func(in *Input) {
			for _, name := range []string{"d", "e"} {
				sv := fleettest.Answer("ID-"+name, name, 1, 1)
				sv.Varz = &server.Varz{MaxPending: 64 << 20, MaxConn: 1000, AuthRequired: true}
				in.Snapshot.Servers = append(in.Snapshot.Servers, sv)
			}
			in.Snapshot.Servers[4].Varz.MaxConn = 9
		}, []string{"warn|e max_connections|C|max_connections of e is 9, most of C have 1000"}},
		{"settings", "servers of two clusters may differ", 2, func(in *Input) {
			in.Snapshot.Servers[2].Info.Cluster = "D"
			in.Snapshot.Servers[2].Varz.MaxPayload = 7
		}, nil},
		{"settings", "servers of no cluster", 0, func(in *Input) {
			for i, sv := range in.Snapshot.Servers {
				sv.Info.Cluster, sv.Varz.MaxPayload = "", i
			}
		}, nil},
		{"settings", "one does not answer", 2, func(in *Input) { in.Snapshot.Servers[2].Varz = nil }, nil},
		{"settings", "what an older server does not report", 3, func(in *Input) {
			onAll(in, func(v *server.Varz) { v.Cluster.PoolSize = 3 })
			first(in).Varz.Cluster.PoolSize, first(in).Info.Version = 0, "2.9.10"
		}, nil},
		{"settings", "a part that only one has", 3, func(in *Input) {
			first(in).Varz.JetStream.Config = &server.JetStreamConfig{Domain: "hub", UniqueTag: "az"}
			first(in).Varz.Websocket = server.WebsocketOptsVarz{Port: 443, SameOrigin: true, NoAuthUser: "web"}
			first(in).Varz.MQTT = server.MQTTOptsVarz{Port: 1883, NoAuthUser: "dev", AckWait: time.Minute}
			first(in).Varz.Gateway = server.GatewayOptsVarz{Name: "C", RejectUnknown: true, TLSRequired: true}
			first(in).Varz.LeafNode = server.LeafNodeOptsVarz{Port: 7422, TLSRequired: true}
		}, nil},
	}
}

// TestEverySetting changes one setting of one server after the other: each is
// found under its own name, and nothing else is.
func TestEverySetting(t *testing.T) {
	full := func() server.Varz {
		return server.Varz{
			Gateway: server.GatewayOptsVarz{Name: "C", Gateways: []server.RemoteGatewayOptsVarz{{Name: "C"}, {Name: "D"}}}, LeafNode: server.LeafNodeOptsVarz{Port: 7422},
			Websocket: server.WebsocketOptsVarz{Port: 443}, MQTT: server.MQTTOptsVarz{Port: 1883},
			JetStream: server.JetStreamVarz{Config: &server.JetStreamConfig{SyncInterval: time.Minute}, Limits: &server.JSLimitOpts{MaxHAAssets: 7}},
		}
	}
	changes := map[string]func(v *server.Varz){
		"max_payload": func(v *server.Varz) { v.MaxPayload = 5 }, "max_control_line": func(v *server.Varz) { v.MaxControlLine = 5 },
		"max_pending": func(v *server.Varz) { v.MaxPending = 5 }, "max_connections": func(v *server.Varz) { v.MaxConn = 5 }, "max_subscriptions": func(v *server.Varz) { v.MaxSubs = 5 },
		"write_deadline": func(v *server.Varz) { v.WriteDeadline = 5 }, "write_timeout": func(v *server.Varz) { v.WriteTimeout = "retry" },
		"ping_interval": func(v *server.Varz) { v.PingInterval = 5 }, "ping_max": func(v *server.Varz) { v.MaxPingsOut = 5 },
		"auth_timeout": func(v *server.Varz) { v.AuthTimeout = 5 }, "authorization": func(v *server.Varz) { v.AuthRequired = true },
		"trusted operators": func(v *server.Varz) {
			v.TrustedOperatorsClaim = []*jwt.OperatorClaims{nil, jwt.NewOperatorClaims("OX")}
		},
		"tls": func(v *server.Varz) { v.TLSRequired = true }, "tls { verify }": func(v *server.Varz) { v.TLSVerify = true },
		"cluster { tls }": func(v *server.Varz) { v.Cluster.TLSRequired = true }, "cluster { pool_size }": func(v *server.Varz) { v.Cluster.PoolSize = 5 },
		"gateway { tls }": func(v *server.Varz) { v.Gateway.TLSRequired = true }, "gateway { reject_unknown_cluster }": func(v *server.Varz) { v.Gateway.RejectUnknown = true },
		"gateway { gateways }": func(v *server.Varz) { v.Gateway.Gateways = []server.RemoteGatewayOptsVarz{{Name: "D"}, {Name: "E"}} },
		"leafnodes { tls }":    func(v *server.Varz) { v.LeafNode.TLSRequired = true }, "websocket { no_tls }": func(v *server.Varz) { v.Websocket.NoTLS = true },
		"websocket { same_origin }": func(v *server.Varz) { v.Websocket.SameOrigin = true }, "websocket { allowed_origins }": func(v *server.Varz) { v.Websocket.AllowedOrigins = []string{"a"} },
		"websocket { no_auth_user }": func(v *server.Varz) { v.Websocket.NoAuthUser = "web" }, "mqtt { no_auth_user }": func(v *server.Varz) { v.MQTT.NoAuthUser = "dev" },
		"mqtt { ack_wait }": func(v *server.Varz) { v.MQTT.AckWait = 5 }, "mqtt { max_ack_pending }": func(v *server.Varz) { v.MQTT.MaxAckPending = 5 },
		"mqtt { js_domain }": func(v *server.Varz) { v.MQTT.JsDomain = "hub" }, "jetstream { domain }": func(v *server.Varz) { v.JetStream.Config.Domain = "hub" },
		"jetstream { unique_tag }": func(v *server.Varz) { v.JetStream.Config.UniqueTag = "az" }, "jetstream { sync_interval }": func(v *server.Varz) { v.JetStream.Config.SyncAlways = true },
		"jetstream { strict }": func(v *server.Varz) { v.JetStream.Config.Strict = true }, "jetstream { limits }": func(v *server.Varz) { v.JetStream.Limits = nil },
	}
	for _, s := range settings {
		if changes[s.name] == nil {
			t.Errorf("no case changes %s", s.name)
			continue
		}
		in := healthy()
		for _, sv := range in.Snapshot.Servers {
			v := full()
			v.ConfigLoadTime = fleettest.Epoch.Add(time.Duration(len(s.name)) * time.Minute)
			sv.Varz = &v
		}
		changes[s.name](in.Snapshot.Servers[1].Varz)
		got := examine(t, in, "settings").Findings
		if len(got) != 1 || got[0].Object != "b "+s.name || got[0].Level != fleet.Warn || !got[0].Since.Equal(first(&in).Varz.ConfigLoadTime) {
			t.Errorf("%s: %+v", s.name, got)
			continue
		}
		if want := s.value(first(&in).Varz); !strings.HasPrefix(got[0].Next, "Set "+s.name+" to "+want+" in the configuration of b, then `natsctl server reload b`") || s.why != got[0].Why {
			t.Errorf("%s: %q, %q", s.name, got[0].Next, got[0].Why)
		}
	}
	if len(settings) != len(changes) {
		t.Errorf("%d settings, %d cases", len(settings), len(changes))
	}
}

// TestManyServersDiffer counts the servers that have one value where they are many.
func TestManyServersDiffer(t *testing.T) {
	in := healthy()
	var all []*fleet.Server
	for i := range 10 {
		sv := fleettest.Answer("ID", string(rune('a'+i)), 1, 1)
		sv.Varz = &server.Varz{MaxSubs: i % 2}
		all = append(all, sv)
	}
	slices.Reverse(all)
	in.Snapshot.Servers = all
	got := examine(t, in, "settings").Findings
	if len(got) != 1 || got[0].What != "max_subscriptions differs among the servers of C: 1 on b, d, f and 2 more, none on a, c, e and 2 more" {
		t.Errorf("%+v", got)
	}
}
