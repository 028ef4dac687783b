package fleet_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"
	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

func at(sec float64) time.Time { return fleettest.Epoch.Add(time.Duration(sec * float64(time.Second))) }

func TestConnRows(t *testing.T) {
	stop := at(50)
	sv := fleettest.Answer("A", "a", 100, 1)
	sv.Connz = &server.Connz{Now: at(100), Conns: []*server.ConnInfo{
		{Cid: 1, Start: at(40), LastActivity: at(90), InMsgs: 7}, {Cid: 2, Start: at(10), LastActivity: at(30), Stop: &stop}, {Cid: 3, Start: at(200)}, {Cid: 4},
	}}
	sv.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{
		{ID: 2, Name: "listed"}, {ID: 9, Name: "edge", Account: "APP", IP: "10.0.0.1", Port: 99, RTT: "5ms", InMsgs: 11, OutMsgs: 12, InBytes: 13, OutBytes: 14, NumSubs: 15}, {Name: "no id"}, nil,
	}}
	before := fleettest.Answer("A", "a", 98, 1)
	before.Connz = &server.Connz{Now: at(98), Conns: []*server.ConnInfo{{Cid: 1, Start: at(40), InMsgs: 3}}}
	before.Leafz = &server.Leafz{Now: at(98), Leafs: []*server.LeafInfo{{ID: 9, Name: "edge", InMsgs: 1, OutMsgs: 2, InBytes: 3, OutBytes: 4}}}
	sv.Leafz.Now = at(100)
	s := fleettest.Snapshot(100, sv, fleettest.Answer("B", "b", 100, 1))
	if len(sv.Leafz.Leafs) != 3 {
		t.Errorf("%d leafnodes, one of which is null", len(sv.Leafz.Leafs))
	}
	d := fleet.NewDelta(fleettest.Snapshot(98, before), s)
	rows := fleet.ConnRows(s, d)
	var got []string
	for _, r := range rows {
		got = append(got, strings.Join([]string{r.Server.Info.Name, time.Duration(r.UptimeSeconds * 1e9).String(), time.Duration(r.IdleSeconds * 1e9).String()}, " "))
	}
	if diff := cmp.Diff([]string{"a 1m0s 10s", "a 40s 20s", "a 0s 0s", "a 0s 0s"}, got); diff != "" {
		t.Error(diff)
	}
	if rows[0].Traffic.InMsgs.PerSecond != 2 || rows[1].Traffic.Known() {
		t.Errorf("rates %+v %+v", rows[0].Traffic, rows[1].Traffic)
	}
	leafs := fleet.LeafRows(s, d)
	if len(leafs) != 1 || !leafs[0].Leaf || leafs[0].Server != s.Servers[0] || leafs[0].Traffic.InMsgs.PerSecond != 5 || leafs[0].Traffic.OutBytes.PerSecond != 5 {
		t.Fatalf("%+v", leafs)
	}
	want := &server.ConnInfo{Cid: 9, Kind: "Leafnode", Name: "edge", Account: "APP", IP: "10.0.0.1", Port: 99, RTT: "5ms", InMsgs: 11, OutMsgs: 12, InBytes: 13, OutBytes: 14, NumSubs: 15}
	a, _ := json.Marshal(want)
	b, _ := json.Marshal(leafs[0].Info)
	if diff := cmp.Diff(string(a), string(b)); diff != "" {
		t.Error(diff)
	}
	sv.Connz = nil
	if rows := fleet.LeafRows(s, nil); len(rows) != 0 {
		t.Errorf("leafnodes without connections: %+v", rows)
	}
}

func TestAccountRows(t *testing.T) {
	stat := func(account, name string, conns, leafs, total int, subs uint32, slow, msgs int64) *server.AccountStat {
		return &server.AccountStat{
			Account: account, Name: name, Conns: conns, LeafNodes: leafs, TotalConns: total, NumSubs: subs, SlowConsumers: slow,
			Received: server.DataStats{MsgBytes: server.MsgBytes{Msgs: msgs, Bytes: 10 * msgs}}, Sent: server.DataStats{MsgBytes: server.MsgBytes{Msgs: 2 * msgs, Bytes: 20 * msgs}},
		}
	}
	a, b := fleettest.Answer("A", "a", 0, 1), fleettest.Answer("B", "b", 0, 1)
	a.AccountStatz = &server.AccountStatz{Accounts: []*server.AccountStat{stat("KEY", "shop", 3, 1, 9, 5, 2, 100), stat("SYS", "SYS", 0, 0, 1, 1, 0, 1)}}
	b.AccountStatz = &server.AccountStatz{Accounts: []*server.AccountStat{stat("KEY", "", 4, 0, 8, 6, 3, 50)}}
	a.Varz = &server.Varz{SystemAccount: "SYS"}
	detail := func(streams ...server.StreamDetail) *server.JSInfo {
		d := &server.AccountDetail{Name: "shop", Id: "KEY", Streams: streams}
		d.Store, d.Memory, d.ReservedStore, d.ReservedMemory = 7, 8, 1000, ^uint64(0)
		return &server.JSInfo{AccountDetails: []*server.AccountDetail{d}}
	}
	a.Jsz = detail(server.StreamDetail{Name: "S", State: server.StreamState{Consumers: 1}, Consumer: []*server.ConsumerInfo{{Name: "x"}, {Name: "y"}}})
	b.Jsz = detail(server.StreamDetail{Name: "S", Consumer: []*server.ConsumerInfo{{Name: "y"}, {Name: "z"}}}, server.StreamDetail{Name: "T"})
	s := fleettest.Snapshot(0, a, b)
	s.Want.JS = fleet.JSWant{Consumers: true, AllReplicas: true}
	rows := fleet.AccountRows(s, nil)
	want := []*fleet.AccountRow{
		{
			Name: "KEY", Label: "shop", Servers: 2, Conns: 7, Leafs: 1, Ever: 17, Subs: 11, Slow: 5, Counters: fleet.Counters{InMsgs: 150, OutMsgs: 300, InBytes: 1500, OutBytes: 3000},
			JS: &fleet.AccountUse{Streams: 2, Consumers: 3, Store: 7, Memory: 8, MaxStore: 1000, MaxMemory: -1},
		},
		{Name: "SYS", System: true, Ever: 1, Subs: 1, Counters: fleet.Counters{InMsgs: 1, OutMsgs: 2, InBytes: 10, OutBytes: 20}},
	}
	if diff := cmp.Diff(want, rows); diff != "" {
		t.Error(diff)
	}
	b.Info.Version = "2.9.1"
	if rows := fleet.AccountRows(s, nil); !rows[0].NoSubs || rows[1].NoSubs {
		t.Error("an old server counts no subscriptions")
	}
	s.Want.JS.AllReplicas = false
	b.Jsz.AccountDetails[0].Streams[1].Cluster = &server.ClusterInfo{Leader: "b", Replicas: []*server.PeerInfo{{Name: "a"}}}
	if rows := fleet.AccountRows(s, nil); rows[0].JS.Consumers != -1 {
		t.Errorf("%d consumers, where only leaders were asked", rows[0].JS.Consumers)
	}
	for _, r := range fleet.StreamRows(s, nil) {
		if n, known := r.Consumers(); known != (r.Name == "S") || known && n != 3 {
			t.Errorf("%s has %d consumers, known %v", r.Name, n, known)
		}
	}
	if pool := fleet.RaftAccounts(s); !slices.Equal(pool, []string{"KEY"}) {
		t.Errorf("%v", pool)
	}
}

func TestAccountDetailsHoldNoToken(t *testing.T) {
	claim := jwt.NewAccountClaims("AX")
	claim.Imports = jwt.Imports{&jwt.Import{Name: "in", Token: "TOKEN-SECRET"}, nil}
	info := &server.AccountInfo{AccountName: "APP", Jwt: "JWT-SECRET", Claim: claim, Imports: []server.ExtImport{{Import: jwt.Import{Name: "in", Token: "TOKEN-SECRET"}}}}
	sv := fleettest.Answer("A", "a", 0, 1)
	sv.Accountz = &server.Accountz{Account: info}
	s := fleettest.Snapshot(0, fleettest.Answer("B", "0", 0, 1), sv)
	got, _ := json.Marshal(fleet.AccountDetails(s))
	if strings.Contains(string(got), "SECRET") || !strings.Contains(string(got), `"APP"`) {
		t.Errorf("%s", got)
	}
	if info.Jwt != "JWT-SECRET" || claim.Imports[0].Token != "TOKEN-SECRET" || info.Imports[0].Token != "TOKEN-SECRET" {
		t.Error("the snapshot changed")
	}
	if fleet.AccountDetails(fleettest.Snapshot(0)) != nil {
		t.Error("details of nothing")
	}
	s.Problems = []fleet.Problem{
		{Server: "0", Kind: fleet.Accountz, Reason: fleet.Refused}, {Server: "0", Kind: fleet.Accountz, Reason: fleet.Late}, {Server: "0", Kind: fleet.Connz, Reason: fleet.Refused},
	}
	if told := s.WithoutRefusals(fleet.Accountz); len(told.Problems) != 2 || len(s.Problems) != 3 {
		t.Errorf("%+v", told.Problems)
	}
	sv.Accountz = nil
	if told := s.WithoutRefusals(fleet.Accountz); len(told.Problems) != 3 {
		t.Errorf("where every server refused: %+v", told.Problems)
	}
	if told := s.WithoutRefusals(fleet.Connz); len(told.Problems) != 2 {
		t.Errorf("%+v", told.Problems)
	}
}

func TestSharingRows(t *testing.T) {
	acc := &server.AccountInfo{AccountName: "APP"}
	acc.Exports = []server.ExtExport{
		{Export: jwt.Export{Name: "z", Subject: "s.z", Type: jwt.Service}},
		{Export: jwt.Export{Name: "a", Subject: "s.a", Type: jwt.Stream, TokenReq: true}},
		{Export: jwt.Export{Name: "b", Subject: "s.b", Type: jwt.Stream}, ApprovedAccounts: []string{"X"}},
	}
	acc.Imports = []server.ExtImport{
		{Import: jwt.Import{Name: "i", Subject: "i.x", Type: jwt.Stream, Account: "OTHER", LocalSubject: "l.x"}, Invalid: true},
		{Import: jwt.Import{Name: "j", Subject: "i.a", Type: jwt.Stream, Account: "OTHER", To: "old"}}, //nolint:staticcheck // what older claims say
	}
	sv := fleettest.Answer("A", "a", 0, 1)
	sv.Accountz = &server.Accountz{Account: acc}
	sv.AccountStatz = &server.AccountStatz{Accounts: []*server.AccountStat{{Account: "OTHER", Name: "Other"}}}
	name, rows := fleet.SharingRows(fleettest.Snapshot(0, fleettest.Answer("B", "0", 0, 1), sv))
	want := []*fleet.SharingRow{
		{Account: "APP", Export: true, Type: "service", Subject: "s.z", Name: "z"},
		{Account: "APP", Export: true, Type: "stream", Subject: "s.a", Name: "a", Private: true},
		{Account: "APP", Export: true, Type: "stream", Subject: "s.b", Name: "b", Private: true, Peers: []string{"X"}, PeerNames: []string{"X"}},
		{Account: "APP", Type: "stream", Subject: "i.a", Local: "old", Name: "j", Peers: []string{"OTHER"}, PeerNames: []string{"Other"}},
		{Account: "APP", Type: "stream", Subject: "i.x", Local: "l.x", Name: "i", Peers: []string{"OTHER"}, PeerNames: []string{"Other"}, Invalid: true},
	}
	if diff := cmp.Diff(want, rows); diff != "" || name != "APP" {
		t.Errorf("%s: %s", name, diff)
	}
	if name, rows := fleet.SharingRows(fleettest.Snapshot(0)); name != "" || rows != nil {
		t.Errorf("%q %v", name, rows)
	}
}

func TestHealthRows(t *testing.T) {
	sick, well, mute := fleettest.Answer("A", "a", 0, 1), fleettest.Answer("B", "b", 0, 1), fleettest.Answer("C", "c", 0, 1)
	sick.Healthz = &server.HealthStatus{Status: "error", Errors: []server.HealthzError{{Error: "one"}, {Error: "two"}}}
	well.Healthz = &server.HealthStatus{Status: "ok"}
	var got []string
	for _, r := range fleet.HealthRows(fleettest.Snapshot(0, well, mute, sick)) {
		line := r.Server.Info.Name + " " + r.Level().String()
		if r.Error != nil {
			line += " " + r.Error.Error
		}
		got = append(got, line)
	}
	if diff := cmp.Diff([]string{"a crit one", "a crit two", "c unknown", "b ok"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestListenerRows(t *testing.T) {
	a, b := fleettest.Answer("A", "a", 100, 1), fleettest.Answer("B", "b", 100, 1)
	a.Varz, b.Varz = &server.Varz{Host: "h", Port: 4222, TLSRequired: true, TLSCertNotAfter: at(500)}, &server.Varz{Port: 4222}
	b.Varz.LeafNode.Port, b.Varz.LeafNode.TLSCertNotAfter = 7422, at(50)
	b.Info.Time = time.Time{}
	s := fleettest.Snapshot(110, a, b)
	var got []string
	for _, r := range fleet.ListenerRows(s) {
		got = append(got, strings.Join([]string{r.Server.Info.Name, r.Name, time.Duration(r.LeftSeconds * 1e9).String()}, " "))
	}
	if diff := cmp.Diff([]string{"b leafnode -1m0s", "a client 6m40s", "b client 0s"}, got); diff != "" {
		t.Error(diff)
	}
	v := &server.Varz{Host: "h1", Port: 1, TLSRequired: true}
	v.Cluster.Host, v.Cluster.Port, v.Cluster.TLSRequired, v.Cluster.TLSCertNotAfter = "h2", 2, true, at(2)
	v.Gateway.Host, v.Gateway.Port, v.Gateway.TLSRequired, v.Gateway.TLSCertNotAfter = "h3", 3, true, at(3)
	v.LeafNode.Host, v.LeafNode.Port, v.LeafNode.TLSRequired, v.LeafNode.TLSCertNotAfter = "h4", 4, true, at(4)
	v.Websocket.Host, v.Websocket.Port, v.Websocket.NoTLS, v.Websocket.TLSCertNotAfter = "h5", 5, true, at(5)
	v.MQTT.Host, v.MQTT.Port, v.MQTT.TLSCertNotAfter = "h6", 6, at(6)
	v.TLSCertNotAfter = at(1)
	want := []fleet.Listener{
		{Name: "client", Host: "h1", Port: 1, TLS: true, NotAfter: at(1)},
		{Name: "route", Host: "h2", Port: 2, TLS: true, NotAfter: at(2)},
		{Name: "gateway", Host: "h3", Port: 3, TLS: true, NotAfter: at(3)},
		{Name: "leafnode", Host: "h4", Port: 4, TLS: true, NotAfter: at(4)},
		{Name: "websocket", Host: "h5", Port: 5, NotAfter: at(5)},
		{Name: "mqtt", Host: "h6", Port: 6, TLS: true, NotAfter: at(6)},
	}
	if diff := cmp.Diff(want, fleet.Listeners(v)); diff != "" {
		t.Error(diff)
	}
}

// TestLevelsOfAnything orders levels by urgency: ok, info, warn, unknown, crit.
func TestLevelsOfAnything(t *testing.T) {
	order := []fleet.Level{fleet.OK, fleet.Info, fleet.Warn, fleet.Unknown, fleet.Crit}
	level := rapid.IntRange(0, len(order)-1)
	rapid.Check(t, func(t *rapid.T) {
		i, j := level.Draw(t, "one"), level.Draw(t, "two")
		a, b := order[i], order[j]
		if got := a.Worse(b); got != order[max(i, j)] {
			t.Fatalf("%s or %s is %s", a, b, got)
		}
		if got := a.Compare(b); (got > 0) != (i > j) || (got < 0) != (i < j) {
			t.Fatalf("%s to %s: %d", a, b, got)
		}
		text, err := a.MarshalText()
		var back fleet.Level
		if err != nil || back.UnmarshalText(text) != nil || back != a {
			t.Fatalf("%s reads back as %s", a, back)
		}
	})
	for text, want := range map[string]string{"": "unknown", "WARN": "unknown", "crit": "crit"} {
		l := fleet.Info
		if err := l.UnmarshalText([]byte(text)); err != nil || l.String() != want {
			t.Errorf("%q is %s, %v", text, l, err)
		}
	}
	if fleet.Level(-1).String() != "unknown" || fleet.Level(5).String() != "unknown" {
		t.Error("a level that does not exist has a name")
	}
}
