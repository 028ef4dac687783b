package fleet_test

import (
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

func data(msgs, bytes int64) server.DataStats {
	return server.DataStats{MsgBytes: server.MsgBytes{Msgs: msgs, Bytes: bytes}}
}

// counting is a server every counter of which rises by a number of its own in
// each of two seconds.
func counting(sec int64) *fleet.Server {
	sv := fleettest.Answer("A", "a", float64(sec), 0)
	now := sv.Info.Time
	st := sv.Statsz
	st.Received, st.Sent, st.ReceivedFromClients, st.SentToClients = data(11*sec, 12*sec), data(13*sec, 14*sec), data(15*sec, 16*sec), data(17*sec, 18*sec)
	st.Connections, st.TotalConnections, st.SlowConsumers, st.StaleConnections, st.StalledClients = int(100-19*sec), uint64(20*sec), 21*sec, 22*sec, 23*sec
	st.JetStream = &server.JetStreamVarz{Stats: &server.JetStreamStats{API: server.JetStreamAPIStats{Total: uint64(24 * sec), Errors: uint64(25 * sec)}}}
	sv.Subsz = &server.Subsz{Now: now, SublistStats: &server.SublistStats{NumInserts: uint64(26 * sec), NumRemoves: uint64(27 * sec), NumMatches: uint64(28 * sec)}}
	conn := func(cid uint64, from int64) *server.ConnInfo {
		return &server.ConnInfo{Cid: cid, Start: fleettest.Epoch, InMsgs: from * sec, OutMsgs: (from + 1) * sec, InBytes: (from + 2) * sec, OutBytes: (from + 3) * sec, Pending: int((from + 4) * sec)}
	}
	sv.Connz = &server.Connz{Now: now, Conns: []*server.ConnInfo{conn(1, 30)}}
	sv.Routez = &server.Routez{Now: now, Routes: []*server.RouteInfo{{Rid: 2, RemoteID: "B", InMsgs: 40 * sec, OutMsgs: 41 * sec, InBytes: 42 * sec, OutBytes: 43 * sec}}}
	sv.Gatewayz = &server.Gatewayz{
		Now: now, OutboundGateways: map[string]*server.RemoteGatewayz{"x": {Connection: conn(3, 50)}, "none": nil},
		InboundGateways: map[string][]*server.RemoteGatewayz{"x": {{Connection: conn(4, 60)}, nil, {}}},
	}
	sv.Leafz = &server.Leafz{Now: now, Leafs: []*server.LeafInfo{{ID: 5, Name: "edge", InMsgs: 70 * sec, OutMsgs: 71 * sec, InBytes: 72 * sec, OutBytes: 73 * sec}}}
	sv.AccountStatz = &server.AccountStatz{Now: now, Accounts: []*server.AccountStat{{Account: "APP", Received: data(80*sec, 81*sec), Sent: data(82*sec, 83*sec)}}}
	detail := server.StreamDetail{Name: "S", Created: fleettest.Epoch}
	detail.State.LastSeq, detail.State.Bytes = uint64(90*sec), uint64(91*sec)
	sv.Jsz = &server.JSInfo{Now: now, AccountDetails: []*server.AccountDetail{{Name: "APP", Streams: []server.StreamDetail{detail}}}}
	return sv
}

// TestDeltaOfEachField takes the rate of each counter from its own figures.
func TestDeltaOfEachField(t *testing.T) {
	d := fleet.NewDelta(fleettest.Snapshot(1, counting(1)), fleettest.Snapshot(3, counting(3)))
	sd := d.Server("A")
	if d.From != at(1) || d.To != at(3) || sd.ID != "A" || sd.Name != "a" || sd.Cluster != "C" || sd.ElapsedSeconds != 2 {
		t.Errorf("%+v", sd)
	}
	for name, c := range map[string]struct {
		got  fleet.Rate
		want float64
	}{
		"connections": {sd.Connections, -19}, "new connections": {sd.NewConnections, 20}, "slow": {sd.SlowConsumers, 21}, "stale": {sd.StaleConnections, 22}, "stalled": {sd.StalledClients, 23},
		"api": {sd.APIRequests, 24}, "api errors": {sd.APIErrors, 25}, "inserts": {sd.Inserts, 26}, "removes": {sd.Removes, 27}, "matches": {sd.Matches, 28}, "pending": {sd.Pending(1), 34},
		"stream": {d.Stream("", "APP", "S").Msgs, 90}, "growth": {d.Stream("", "APP", "S").Bytes, 91},
	} {
		if c.got != rise(2*c.want, 2) {
			t.Errorf("%s: %+v, want %v", name, c.got, c.want)
		}
	}
	flow := func(inMsgs, outMsgs, inBytes, outBytes float64) fleet.Traffic {
		return fleet.Traffic{InMsgs: rise(2*inMsgs, 2), OutMsgs: rise(2*outMsgs, 2), InBytes: rise(2*inBytes, 2), OutBytes: rise(2*outBytes, 2)}
	}
	total, servers := d.Total()
	for name, c := range map[string]struct{ got, want fleet.Traffic }{
		"all": {sd.Traffic, flow(11, 13, 12, 14)}, "clients": {sd.Clients, flow(15, 17, 16, 18)}, "conn": {sd.Conn(1), flow(30, 31, 32, 33)}, "route": {sd.Route("B"), flow(40, 41, 42, 43)},
		"outbound": {sd.Gateway(3), flow(50, 51, 52, 53)}, "inbound": {sd.Gateway(4), flow(60, 61, 62, 63)}, "leaf": {sd.Leaf(5), flow(70, 71, 72, 73)},
		"account": {sd.Account("APP"), flow(80, 82, 81, 83)}, "account of the fleet": {d.Account("APP"), flow(80, 82, 81, 83)}, "total": {total, flow(11, 13, 12, 14)},
	} {
		if c.got != c.want {
			t.Errorf("%s: %+v, want %+v", name, c.got, c.want)
		}
	}
	if servers != 1 {
		t.Errorf("%d servers", servers)
	}
	second := counting(3)
	second.Info.ID, second.Info.Name = "B", "b"
	past := counting(1)
	past.Info.ID, past.Info.Name = "B", "b"
	d = fleet.NewDelta(fleettest.Snapshot(1, counting(1), past), fleettest.Snapshot(3, counting(3), second))
	if total, servers := d.Total(); servers != 2 || total != flow(22, 26, 24, 28) {
		t.Errorf("%d servers: %+v", servers, total)
	}
	old := counting(3)
	old.Info.Version = "2.12.8"
	if sd := fleet.NewDelta(fleettest.Snapshot(1, counting(1)), fleettest.Snapshot(3, old)).Server("A"); sd.Clients.Known() || !sd.StalledClients.Known {
		t.Errorf("an old server: %+v", sd)
	}
}

// TestDeltaOfAnotherThing knows nothing of a connection, gateway or leafnode
// under the number of one that has ended, and of a stream that was created again.
func TestDeltaOfAnotherThing(t *testing.T) {
	after := counting(3)
	after.Connz.Conns[0].Start = at(2)
	after.Gatewayz.OutboundGateways["x"].Connection.Start = at(2)
	after.Leafz.Leafs[0].Name = "other"
	after.Jsz.AccountDetails[0].Streams[0].Created = at(2)
	after.Statsz.JetStream = nil
	d := fleet.NewDelta(fleettest.Snapshot(1, counting(1)), fleettest.Snapshot(3, after))
	sd := d.Server("A")
	if sd.Conn(1).Known() || sd.Pending(1).Known || sd.Gateway(3).Known() || sd.Leaf(5).Known() || d.Stream("", "APP", "S").Msgs.Known || sd.APIRequests.Known {
		t.Errorf("%+v", sd)
	}
	if !sd.Gateway(4).Known() || !sd.Traffic.Known() {
		t.Errorf("what is the same is not known: %+v", sd)
	}
	noID := counting(3)
	noID.Leafz.Leafs[0].ID = 0
	past := counting(1)
	past.Leafz.Leafs[0].ID = 0
	if sd := fleet.NewDelta(fleettest.Snapshot(1, past), fleettest.Snapshot(3, noID)).Server("A"); sd.Leaf(0).Known() {
		t.Error("leafnodes without a number are distinguished")
	}
}

// TestRatesOfAnything adds rates up only where both are known, and writes each
// so that it reads back.
func TestRatesOfAnything(t *testing.T) {
	rate := rapid.Custom(func(t *rapid.T) fleet.Rate {
		if !rapid.Bool().Draw(t, "known") {
			return fleet.Rate{}
		}
		return rise(float64(rapid.Int32().Draw(t, "by")), 2)
	})
	rapid.Check(t, func(t *rapid.T) {
		a := fleet.Traffic{InMsgs: rate.Draw(t, "in"), OutMsgs: rate.Draw(t, "out"), InBytes: rate.Draw(t, "in bytes"), OutBytes: rate.Draw(t, "out bytes")}
		b := fleet.Traffic{InMsgs: rate.Draw(t, "in"), OutMsgs: rate.Draw(t, "out"), InBytes: rate.Draw(t, "in bytes"), OutBytes: rate.Draw(t, "out bytes")}
		sum := a.Plus(b)
		for _, c := range [][3]fleet.Rate{{a.InMsgs, b.InMsgs, sum.InMsgs}, {a.OutMsgs, b.OutMsgs, sum.OutMsgs}, {a.InBytes, b.InBytes, sum.InBytes}, {a.OutBytes, b.OutBytes, sum.OutBytes}} {
			want := fleet.Rate{}
			if c[0].Known && c[1].Known {
				want = fleet.Rate{PerSecond: c[0].PerSecond + c[1].PerSecond, Increase: c[0].Increase + c[1].Increase, Known: true}
			}
			if c[2] != want || (c[2].Value() == nil) == c[2].Known {
				t.Fatalf("%+v and %+v: %+v", c[0], c[1], c[2])
			}
		}
		if known := sum.InMsgs.Known && sum.OutMsgs.Known && sum.InBytes.Known && sum.OutBytes.Known; sum.Known() != known {
			t.Fatalf("%+v is known: %v", sum, sum.Known())
		}
		doc, err := json.Marshal(sum.InMsgs)
		back := rise(99, 1)
		if err != nil || json.Unmarshal(doc, &back) != nil || back.Known != sum.InMsgs.Known || back.PerSecond != sum.InMsgs.PerSecond {
			t.Fatalf("%s reads as %+v: %v", doc, back, err)
		}
	})
}

// TestTopologyOfAnyOrder derives the same graph in whatever order the servers
// and their lists come.
func TestTopologyOfAnyOrder(t *testing.T) {
	for _, name := range []string{"super", "degraded"} {
		rec := fleettest.Replay(t, name)
		want, err := json.Marshal(fleet.NewTopology(fleettest.Frame(t, rec, 3), fleet.TopologyOptions{}))
		if err != nil {
			t.Fatal(err)
		}
		for seed := range uint64(8) {
			r := rand.New(rand.NewPCG(seed, 7))
			s := fleettest.Frame(t, rec, 3)
			r.Shuffle(len(s.Servers), func(i, j int) { s.Servers[i], s.Servers[j] = s.Servers[j], s.Servers[i] })
			for _, sv := range s.Servers {
				r.Shuffle(len(sv.Routez.Routes), func(i, j int) { sv.Routez.Routes[i], sv.Routez.Routes[j] = sv.Routez.Routes[j], sv.Routez.Routes[i] })
				r.Shuffle(len(sv.Leafz.Leafs), func(i, j int) { sv.Leafz.Leafs[i], sv.Leafz.Leafs[j] = sv.Leafz.Leafs[j], sv.Leafz.Leafs[i] })
			}
			got, err := json.Marshal(fleet.NewTopology(s, fleet.TopologyOptions{}))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), string(got)); diff != "" {
				t.Fatalf("%s, seed %d: %s", name, seed, diff)
			}
		}
	}
}

// TestEventsAreReported reports each change with its level, its words and its place,
// the worst first.
func TestEventsAreReported(t *testing.T) {
	before := fleettest.Snapshot(0, fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b"))
	a, b, d := fleettest.Member("a"), fleettest.Member("b"), fleettest.Member("d", "a", "b")
	a.Info.ID, a.Statsz.Start, a.Info.Version = "ID-a2", at(1), "2.16.0"
	after := fleettest.Snapshot(2, a, b, d)
	after.Missing = []fleet.Missing{{ID: "ID-c", Name: "c", Cluster: "C", Reason: fleet.Gone}}
	after.Servers[1].Info.Host = "10.0.0.2"
	type told struct {
		Kind            fleet.EventKind
		Level           fleet.Level
		Server, Who     string
		Cluster, Reason string
	}
	var got []told
	for _, e := range fleet.DeriveEvents(before, after) {
		got = append(got, told{e.Kind, e.Level, e.Server, e.Who, e.Cluster, e.Why})
		if !e.Derived || !e.Time.Equal(at(2)) {
			t.Errorf("%+v", e)
		}
	}
	want := []told{
		{fleet.EventServerDown, fleet.Crit, "c", "c", "C", "does not answer: dead or cut off"},
		{fleet.EventLinkDown, fleet.Warn, "a", "route a - b", "C", "neither end lists it"},
		{fleet.EventServerRestart, fleet.Warn, "a", "a", "C", "started at 2026-01-02T03:04:06Z"},
		{fleet.EventServerUp, fleet.Info, "d", "d", "C", "not seen before"},
		{fleet.EventVersionChange, fleet.Info, "a", "a", "C", "from 2.15.2 to 2.16.0"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	up := fleet.DeriveEvents(after, fleettest.Snapshot(4, a, fleettest.Member("b", "a"), d))
	if len(up) != 0 && up[0].Kind == fleet.EventLinkUp {
		t.Errorf("half a route is up: %+v", up)
	}
	whole := fleettest.Member("a", "b")
	whole.Info, whole.Statsz.Start = a.Info, a.Statsz.Start
	up = fleet.DeriveEvents(after, fleettest.Snapshot(4, whole, fleettest.Member("b", "a"), d))
	if len(up) != 1 || up[0].Kind != fleet.EventLinkUp || up[0].Level != fleet.Info || up[0].Who != "route a - b" {
		t.Errorf("%+v", up)
	}
}

// TestEventsOfLeafs tells that a leafnode outside the system account left, which
// only its hub can tell.
func TestEventsOfLeafs(t *testing.T) {
	hub := func(leafs ...*server.LeafInfo) *fleet.Snapshot {
		sv := fleettest.Member("hub")
		sv.Leafz = &server.Leafz{Leafs: leafs}
		return fleettest.Snapshot(float64(len(leafs)), sv)
	}
	far := &server.LeafInfo{ID: 1, Name: "far", Account: "APP"}
	down := fleet.DeriveEvents(hub(far), hub())
	if len(down) != 1 || down[0].Kind != fleet.EventLinkDown || down[0].Level != fleet.Warn || down[0].Who != "leaf hub - far" || down[0].Why != "neither end lists it any more" {
		t.Errorf("%+v", down)
	}
	up := fleet.DeriveEvents(hub(), hub(far))
	if len(up) != 1 || up[0].Kind != fleet.EventLinkUp || up[0].Who != "leaf hub - far" {
		t.Errorf("%+v", up)
	}
	config := func(digest string, loaded time.Time) *fleet.Snapshot {
		sv := fleettest.Answer("A", "a", 0, 1)
		sv.Varz = &server.Varz{ConfigDigest: digest, ConfigLoadTime: loaded}
		return fleettest.Snapshot(0, sv)
	}
	for _, c := range []struct {
		a, b *fleet.Snapshot
		why  string
	}{
		{config("x", at(0)), config("y", at(0)), "the configuration changed"},
		{config("x", at(0)), config("x", at(1)), "the configuration was reloaded"},
		{config("", at(0)), config("y", at(1)), "the configuration was reloaded"},
		{config("", at(0)), config("y", at(0)), ""},
	} {
		got := fleet.DeriveEvents(c.a, c.b)
		if c.why == "" && len(got) != 0 || c.why != "" && (len(got) != 1 || got[0].Why != c.why || got[0].Level != fleet.Info) {
			t.Errorf("%s: %+v", c.why, got)
		}
	}
}
