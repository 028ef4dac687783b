package checks

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

func TestChecksAreComplete(t *testing.T) {
	names, limits := map[string]bool{}, map[string]bool{}
	for _, c := range All() {
		if c.Name == "" || names[c.Name] || c.find == nil {
			t.Errorf("check %q", c.Name)
		}
		names[c.Name] = true
		for what, text := range map[string]string{"About": c.About, "Why": c.Why, "Next": c.Next} {
			if !strings.HasSuffix(text, ".") {
				t.Errorf("%s: %s is no sentence: %q", c.Name, what, text)
			}
		}
		for _, l := range c.Limits {
			if l.Name == "" || limits[l.Name] || l.About == "" {
				t.Errorf("%s: limit %q", c.Name, l.Name)
			}
			limits[l.Name] = true
			worse := l.Crit > l.Warn
			if l.Below {
				worse = l.Crit < l.Warn
			}
			if !worse && !math.IsNaN(l.Crit) {
				t.Errorf("%s: %s: critical %v does not lie behind warning %v", c.Name, l.Name, l.Crit, l.Warn)
			}
		}
	}
}

// examine runs one check.
func examine(t *testing.T, in Input, name string) Result {
	t.Helper()
	checks, err := Select(name)
	if err != nil {
		t.Fatal(err)
	}
	if in.Snapshot.Want.Kinds == nil {
		scope := in.Snapshot.Want.Scope
		in.Snapshot.Want = WantFor(All())
		in.Snapshot.Want.Scope = scope
	}
	return Run(in, checks)[0]
}

// Every check is shown a fault that it must find, and the same without.
func TestChecksFindTheirFault(t *testing.T) {
	for _, c := range []struct {
		check string
		level fleet.Level
		spoil func(in *Input)
	}{
		{"servers", fleet.Crit, func(in *Input) { in.Snapshot.Missing = []fleet.Missing{{Name: "m5", Reason: fleet.Silent}} }},
		{"servers", fleet.Warn, func(in *Input) { in.Snapshot.Missing = []fleet.Missing{{Name: "m5", Reason: fleet.Draining}} }},
		{"answers", fleet.Warn, func(in *Input) {
			in.Snapshot.Problems = []fleet.Problem{{Server: "a", Kind: fleet.Varz, Reason: fleet.Malformed, Detail: "EOF"}}
		}},
		{"answers", fleet.Info, func(in *Input) {
			in.Snapshot.Problems = []fleet.Problem{{Server: "a", Kind: fleet.Raftz, Reason: fleet.Unsupported}}
		}},
		{"names", fleet.Warn, func(in *Input) { in.Snapshot.Servers[1].Info.Name = "a" }},
		{"versions", fleet.Warn, func(in *Input) { in.Snapshot.Servers[0].Info.Version = "2.9.1" }},
		{"config", fleet.Warn, func(in *Input) { in.Snapshot.Servers[0].Varz.ConfigDigest = "other" }},
		{"uptime", fleet.Warn, func(in *Input) { in.Snapshot.Servers[0].Statsz.Start = in.Snapshot.Time.Add(-time.Minute) }},
		{"clock", fleet.Crit, func(in *Input) { in.Snapshot.Servers[0].Info.Time = in.Snapshot.Time.Add(30 * time.Second) }},
		{"clock", fleet.Warn, func(in *Input) { in.Snapshot.Servers[0].Info.Time = in.Snapshot.Time.Add(-4 * time.Second) }},
		{"health", fleet.Crit, func(in *Input) {
			in.Snapshot.Servers[0].Healthz = &server.HealthStatus{Status: "unavailable", StatusCode: 503}
		}},
		{"routes", fleet.Crit, func(in *Input) { in.Snapshot.Servers[0].Routez.Routes = nil }},
		{"gateways", fleet.Crit, func(in *Input) {
			in.Snapshot.Servers[0].Gatewayz = &server.Gatewayz{Name: "C", OutboundGateways: map[string]*server.RemoteGatewayz{"D": nil}}
		}},
		{"leafs", fleet.Crit, func(in *Input) {
			in.Snapshot.Servers[0].Leafz.Leafs = []*server.LeafInfo{{Name: "b", Account: "APP"}}
		}},
		{"cpu", fleet.Warn, func(in *Input) { in.Snapshot.Servers[0].Statsz.CPU = 170 }},
		{"memory", fleet.Crit, func(in *Input) {
			in.Snapshot.Servers[0].Statsz.Mem, in.Snapshot.Servers[0].Statsz.MemLimit = 99, 100
		}},
		{"connections", fleet.Crit, func(in *Input) { in.Snapshot.Servers[0].Varz.MaxConn = 3 }},
		{"balance", fleet.Warn, func(in *Input) { in.Snapshot.Servers[0].Statsz.Connections = 500 }},
		{"slow-consumers", fleet.Warn, func(in *Input) { in.Snapshot.Servers[0].Statsz.SlowConsumers = 2 }},
		{"stalled", fleet.Crit, func(in *Input) { in.Snapshot.Servers[0].Statsz.StalledClients = 2000 }},
		{"stale", fleet.Warn, func(in *Input) { in.Snapshot.Servers[0].Statsz.StaleConnections = 1 }},
		{"pending", fleet.Crit, func(in *Input) {
			in.Snapshot.Servers[0].Connz.Conns = []*server.ConnInfo{{Cid: 1, Pending: 60 << 20}}
		}},
		{"pending-rising", fleet.Warn, func(in *Input) { in.pending(10<<20, 12<<20) }},
		{"pending-rising", fleet.Crit, func(in *Input) { in.pending(10<<20, 40<<20) }},
		{"queues", fleet.Warn, func(in *Input) {
			in.Snapshot.Servers[0].Ipqueuesz = &server.IpqueueszStatus{"q": {Pending: 20_000}}
		}},
		{"meta", fleet.Crit, func(in *Input) { setMeta(in, func(m *server.MetaClusterInfo) { m.Leader = "" }) }},
		{"meta", fleet.Crit, func(in *Input) {
			setMeta(in, func(m *server.MetaClusterInfo) { m.Size, m.Replicas[0].Offline = 3, true })
		}},
		{"meta-pending", fleet.Warn, func(in *Input) { setMeta(in, func(m *server.MetaClusterInfo) { m.Pending = 5000 }) }},
		{"streams", fleet.Crit, func(in *Input) {
			stream(in).Cluster = &server.ClusterInfo{}
			stream(in).Cluster.Replicas = []*server.PeerInfo{{Name: "b"}}
		}},
		{"streams", fleet.Crit, func(in *Input) {
			stream(in).Cluster = &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: false, Lag: 10}}}
		}},
		{"streams", fleet.Warn, func(in *Input) {
			stream(in).Cluster = &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Lag: 10}, {Name: "c", Current: true}}}
		}},
		{"consumers", fleet.Warn, func(in *Input) {
			stream(in).Consumer = []*server.ConsumerInfo{{Name: "w", Config: &server.ConsumerConfig{MaxAckPending: 5}, NumAckPending: 5}}
		}},
		{"storage", fleet.Crit, func(in *Input) { in.Snapshot.Servers[0].Jsz.Store = 999 }},
		{"stream-limits", fleet.Warn, func(in *Input) {
			stream(in).Config = &server.StreamConfig{MaxBytes: 100, Discard: server.DiscardNew}
			stream(in).State.Bytes = 90
		}},
		{"ha-assets", fleet.Warn, func(in *Input) { in.Snapshot.Servers[0].Jsz.HAAssets = 1500 }},
		{"raft", fleet.Crit, func(in *Input) { setRaft(in, "G", server.RaftzGroup{State: "FOLLOWER"}) }},
		{"raft", fleet.Warn, func(in *Input) {
			setRaft(in, "orphan", server.RaftzGroup{State: "LEADER", Leader: "x", LeaderSince: &time.Time{}})
		}},
		{"certificates", fleet.Crit, func(in *Input) {
			in.Snapshot.Servers[0].Varz.TLSCertNotAfter = in.Snapshot.Time.Add(-time.Hour)
		}},
		{"jwts", fleet.Crit, func(in *Input) {
			op := jwt.NewOperatorClaims("OX")
			op.Name = "acme"
			op.Expires = in.Snapshot.Time.Add(time.Hour).Unix()
			in.Snapshot.Servers[0].Varz.TrustedOperatorsClaim = []*jwt.OperatorClaims{op}
		}},
		{"monitoring", fleet.Warn, func(in *Input) {
			in.Snapshot.Servers[0].Varz.HTTPHost, in.Snapshot.Servers[0].Varz.HTTPPort = "0.0.0.0", 8222
		}},
		{"plaintext", fleet.Warn, func(in *Input) { in.Snapshot.Servers[0].Varz.Host = "0.0.0.0" }},
		{"anonymous", fleet.Crit, func(in *Input) {
			in.Snapshot.Servers[0].Varz.Host, in.Snapshot.Servers[0].Varz.AuthRequired = "0.0.0.0", false
		}},
		{"anonymous", fleet.Warn, func(in *Input) { in.Snapshot.Servers[0].Varz.MQTT.NoAuthUser = "x" }},
	} {
		t.Run(c.check+" "+c.level.String(), func(t *testing.T) {
			good := examine(t, healthy(), c.check)
			if good.Level != fleet.OK || good.Skipped != "" {
				t.Fatalf("a healthy fleet: %+v", good)
			}
			in := healthy()
			c.spoil(&in)
			bad := examine(t, in, c.check)
			if bad.Level != c.level {
				t.Fatalf("level %s, want %s: %+v", bad.Level, c.level, bad.Findings)
			}
			for _, f := range bad.Findings {
				if f.What == "" || f.Why == "" || f.Next == "" || f.Object == "" || f.Check != c.check {
					t.Errorf("unfinished: %+v", f)
				}
			}
		})
	}
}

// healthy is two servers without any fault, seen twice.
func healthy() Input {
	at := func(sec float64) *fleet.Snapshot {
		a, b := fleettest.Member("a", "b"), fleettest.Member("b", "a")
		for _, sv := range []*fleet.Server{a, b} {
			sv.Info.Time = fleettest.Epoch.Add(time.Duration(sec) * time.Second)
			sv.Info.SetJetStreamEnabled()
			sv.Statsz.Cores = 2
			sv.Varz = &server.Varz{
				ConfigDigest: "d", MaxPending: 64 << 20, MaxConn: 1000, Host: "127.0.0.1", Port: 4222, AuthRequired: true,
				TLSCertNotAfter: fleettest.Epoch.AddDate(1, 0, 0),
			}
			sv.Connz, sv.Leafz, sv.Gatewayz = &server.Connz{}, &server.Leafz{}, &server.Gatewayz{}
			sv.Healthz = &server.HealthStatus{Status: "ok", StatusCode: 200}
			sv.Ipqueuesz = &server.IpqueueszStatus{}
			sv.Jsz = &server.JSInfo{Config: server.JetStreamConfig{MaxStore: 1000}}
			sv.Jsz.Meta = &server.MetaClusterInfo{Name: "C", Leader: "a", Size: 2}
			sv.Raftz = &server.RaftzStatus{"SYS": {"_meta_": {State: "LEADER", Leader: "x"}}}
		}
		a.Varz.ConfigDigest, b.Varz.ConfigDigest = "d", "d"
		a.Jsz.Meta.Replicas = []*server.PeerInfo{{Name: "b", Current: true}}
		a.Jsz.AccountDetails = []*server.AccountDetail{{Name: "APP", Streams: []server.StreamDetail{{
			Name: "S", RaftGroup: "G", Cluster: &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: true}}},
		}}}}
		c := fleettest.Member("c", "a", "b")
		c.Varz, c.Info.Time = &server.Varz{ConfigDigest: "d", AuthRequired: true, Host: "127.0.0.1"}, a.Info.Time
		for _, sv := range []*fleet.Server{a, b} {
			sv.Routez.Routes = append(sv.Routez.Routes, fleettest.Member(sv.Info.Name, "c").Routez.Routes...)
		}
		return fleettest.Snapshot(sec, a, b, c)
	}
	return Input{Before: at(1000), Snapshot: at(1002)}
}

// pending gives the first server a connection with this much waiting before and
// now.
func (in *Input) pending(before, now int) {
	for s, n := range map[*fleet.Snapshot]int{in.Before: before, in.Snapshot: now} {
		s.Servers[0].Connz = &server.Connz{Now: s.Time, Conns: []*server.ConnInfo{{Cid: 1, Start: fleettest.Epoch, Pending: n}}}
	}
}

// backlog gives the first server's stream a consumer with so many messages
// pending before and now, which nobody reads.
func (in *Input) backlog(before, now uint64) *server.ConsumerInfo {
	var last *server.ConsumerInfo
	for i, s := range []*fleet.Snapshot{in.Before, in.Snapshot} {
		last = &server.ConsumerInfo{
			Name: "w", Created: fleettest.Epoch, NumPending: []uint64{before, now}[i], Config: &server.ConsumerConfig{Durable: "w"},
			Cluster: &server.ClusterInfo{Leader: "a", Replicas: []*server.PeerInfo{{Name: "b", Current: true}}},
		}
		s.Servers[0].Jsz.AccountDetails[0].Streams[0].Consumer = []*server.ConsumerInfo{last}
	}
	return last
}

// What is judged is the rise: much that waits and does not grow is no finding
// of this check, and neither is a burst.
func TestPendingRising(t *testing.T) {
	for _, c := range []struct {
		name        string
		before, now int
		what        string
	}{
		{"grows", 10 << 20, 20 << 20, "cid 1 falls behind: what waits for it grew from 10.0 MiB to 20.0 MiB in 2s; at that rate the server drops it in 8.8s"},
		{"stays", 60 << 20, 60 << 20, ""},
		{"shrinks", 60 << 20, 50 << 20, ""},
		{"a burst into an empty buffer", 0, 20 << 20, ""},
		{"next to nothing", 1000, 500_000, ""},
		{"slowly", 10 << 20, 10<<20 + 1000, ""},
	} {
		in := healthy()
		in.pending(c.before, c.now)
		got := examine(t, in, "pending-rising")
		switch {
		case got.Objects != 1:
			t.Errorf("%s: %+v", c.name, got)
		case c.what == "" && len(got.Findings) > 0, c.what != "" && (len(got.Findings) != 1 || got.Findings[0].What != c.what):
			t.Errorf("%s: %+v", c.name, got.Findings)
		}
	}
}

func setMeta(in *Input, change func(*server.MetaClusterInfo)) {
	for _, sv := range in.Snapshot.Servers {
		if sv.Jsz != nil {
			if sv.Jsz.Meta.Replicas == nil {
				sv.Jsz.Meta.Replicas = []*server.PeerInfo{{Name: "b"}}
			}
			change(sv.Jsz.Meta)
		}
	}
}

func stream(in *Input) *server.StreamDetail {
	return &in.Snapshot.Servers[0].Jsz.AccountDetails[0].Streams[0]
}

func setRaft(in *Input, name string, g server.RaftzGroup) {
	in.Snapshot.Servers[0].Raftz = &server.RaftzStatus{"APP": {name: g}}
}

func TestCheckSaysWhatItCannotSee(t *testing.T) {
	in := healthy()
	in.Snapshot.Want = fleet.Want{Kinds: []fleet.Kind{fleet.Routez}}
	if got := examine(t, in, "raft"); got.Level != fleet.Unknown || !strings.Contains(got.Skipped, "RAFTZ") {
		t.Errorf("%+v", got)
	}
	in = healthy()
	in.Before = nil
	if got := examine(t, in, "slow-consumers"); got.Level != fleet.Unknown || got.Skipped == "" {
		t.Errorf("%+v", got)
	}
	in = healthy()
	in.Snapshot.Problems = []fleet.Problem{{Server: "a", Kind: fleet.Raftz, Reason: fleet.Unsupported}}
	if got := examine(t, in, "raft"); len(got.Unheard) != 1 || got.Unheard[0] != "a" {
		t.Errorf("%+v", got)
	}
	if _, err := Select("nope"); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
}

func TestLimitsCanBeSet(t *testing.T) {
	r := Ranges{}
	for text, ok := range map[string]bool{
		"cpu_percent=10,20": true, "memory_percent=90": true, "uptime_seconds=-,60": true,
		"cpu_percent": false, "cpu_percent=x": false, "cpu_percent=nan,90": false, "cpu_percent=70,inf": false, "nope=1,2": false, "": false,
	} {
		if err := r.Set(text); (err == nil) != ok || err != nil && !errors.Is(err, ErrLimit) {
			t.Errorf("%q: %v", text, err)
		}
	}
	if got := r["memory_percent"]; !math.IsNaN(got.Warn) || got.Crit != 90 {
		t.Errorf("%+v", got)
	}
	in := healthy()
	in.Ranges = r
	in.Snapshot.Servers[0].Statsz.CPU = 30
	if got := examine(t, in, "cpu"); got.Level != fleet.Warn || got.Findings[0].Value != 15 || got.Findings[0].Limit != 10 {
		t.Errorf("%+v", got)
	}
	for _, l := range Limits() {
		if _, err := json.Marshal(l); err != nil {
			t.Errorf("%s: %v", l.Name, err)
		}
	}
}

// A dead server is one finding, not one for each of its links; but a link that
// is cut while its ends live is the cause.
func TestCheckTellsCauseFromEffect(t *testing.T) {
	missing := fleet.Missing{ID: "ID-c", Name: "c", Cluster: "C", Reason: fleet.Gone}
	without := func(m fleet.Missing, a *fleet.Server) Input {
		s := fleettest.Snapshot(0, a, fleettest.Member("b", "a", "c"))
		s.Want, s.Missing = WantFor(All()), []fleet.Missing{m}
		return Input{Snapshot: s}
	}
	if got := examine(t, without(missing, fleettest.Member("a", "b", "c")), "routes"); got.Level != fleet.OK {
		t.Errorf("a dead server: %+v", got.Findings)
	}
	missing.SeenBy = []string{"b"}
	got := examine(t, without(missing, fleettest.Member("a", "b")), "routes")
	if len(got.Findings) != 1 || got.Findings[0].Object != "a - c" {
		t.Errorf("a cut link: %+v", got.Findings)
	}
}

// Where more looks follow, one that finds a link broken is a warning, and the
// second makes it critical; a single check is told what it saw.
func TestCheckLooksTwiceAtABrokenLink(t *testing.T) {
	whole := func(sec float64) *fleet.Snapshot {
		return fleettest.Snapshot(sec, fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b"))
	}
	broken := func(sec float64) *fleet.Snapshot {
		return fleettest.Snapshot(sec, fleettest.Member("a", "c"), fleettest.Member("b", "c"), fleettest.Member("c", "a", "b"))
	}
	starting := func(sec float64) *fleet.Snapshot {
		return fleettest.Snapshot(sec, fleettest.Member("a", "c"), fleettest.Member("c", "a"))
	}
	for _, c := range []struct {
		name   string
		live   bool
		before *fleet.Snapshot
		level  fleet.Level
		what   string
	}{
		{"one look", false, nil, fleet.Crit, "; seen in one look"},
		{"first look of a watch", true, nil, fleet.Warn, "; seen in one look"},
		{"was whole", false, whole(0), fleet.Crit, "; it was whole 2s before"},
		{"was whole, live", true, whole(0), fleet.Warn, "; it was whole 2s before"},
		{"was broken", false, broken(0), fleet.Crit, "; it was no better 2s before"},
		{"was broken, live", true, broken(0), fleet.Crit, "neither end lists it"},
		{"a server that starts, live", true, starting(0), fleet.Warn, "; nobody could say 2s before"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := examine(t, Input{Snapshot: broken(2), Before: c.before, Live: c.live}, "routes")
			if len(got.Findings) != 1 || got.Level != c.level || !strings.HasSuffix(got.Findings[0].What, c.what) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// TestWholeFleetStarted checks that a live view blames no server for its age
// when most of the fleet started with it, and that one look alone does.
func TestWholeFleetStarted(t *testing.T) {
	for _, c := range []struct {
		live          bool
		young, blamed int
	}{{true, 3, 0}, {false, 3, 3}, {true, 1, 1}, {false, 1, 1}} {
		in := healthy()
		in.Live = c.live
		in.Snapshot.Servers = nil
		for i := range 3 {
			start := in.Snapshot.Time.Add(-time.Hour)
			if i < c.young {
				start = in.Snapshot.Time.Add(-10 * time.Second)
			}
			info := server.ServerInfo{ID: string(rune('a' + i)), Name: string(rune('a' + i)), Time: in.Snapshot.Time}
			in.Snapshot.Servers = append(in.Snapshot.Servers, &fleet.Server{Info: info, Statsz: &server.ServerStats{Start: start}})
		}
		if got := examine(t, in, "uptime"); len(got.Findings) != c.blamed {
			t.Errorf("live %t, %d of 3 are young: %d are blamed", c.live, c.young, len(got.Findings))
		}
	}
}
