package simfleet_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/testcluster"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, spec simfleet.Spec) (*simfleet.Fleet, *nats.Conn) {
	t.Helper()
	f, err := simfleet.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	nc, err := f.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return f, nc
}

// ask sends one request and collects want answers; with want < 0 all that come before the inbox has been quiet for a while.
func ask(t *testing.T, nc *nats.Conn, subject, body string, header nats.Header, want int) (out []*nats.Msg) {
	t.Helper()
	sub, err := nc.SubscribeSync(nc.NewInbox())
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Unsubscribe()
	if err := nc.PublishMsg(&nats.Msg{Subject: subject, Reply: sub.Subject, Data: []byte(body), Header: header}); err != nil {
		t.Fatal(err)
	}
	for len(out) != want {
		wait := 20 * time.Second
		if want < 0 {
			wait = 300 * time.Millisecond
		}
		m, err := sub.NextMsg(wait)
		if errors.Is(err, nats.ErrTimeout) && want < 0 {
			return out
		}
		if errors.Is(err, nats.ErrNoResponders) {
			return append(out, &nats.Msg{Header: nats.Header{"Status": {"503"}}})
		}
		if err != nil {
			t.Fatalf("%s: %d answers, want %d: %v", subject, len(out), want, err)
		}
		out = append(out, m)
	}
	return out
}

// sender is who sent an answer.
func sender(t *testing.T, data []byte) server.ServerInfo {
	t.Helper()
	var env struct {
		Server server.ServerInfo `json:"server"`
	}
	if err := json.Unmarshal(data, &env); err != nil {
		t.Fatalf("%v: %.200s", err, data)
	}
	return env.Server
}

// decode reads the data of an answer and refuses what the type does not know.
func decode[T any](t *testing.T, data []byte) (v T) {
	t.Helper()
	var env struct {
		Server json.RawMessage  `json:"server"`
		Stats  json.RawMessage  `json:"statsz"`
		Data   json.RawMessage  `json:"data"`
		Error  *server.ApiError `json:"error"`
	}
	if err := json.Unmarshal(data, &env); err != nil || env.Error != nil {
		t.Fatalf("%v %v", err, env.Error)
	}
	dec := json.NewDecoder(bytes.NewReader(append(env.Stats, env.Data...)))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v: %.300s", err, data)
	}
	return v
}

func TestEveryServerAnswersEveryPing(t *testing.T) {
	const servers = 23
	_, nc := start(t, simfleet.Spec{Servers: servers, Streams: 9, Consumers: 20, Conns: 7})
	for _, kind := range []string{"", ".STATSZ", ".VARZ", ".CONNZ", ".ROUTEZ", ".GATEWAYZ", ".LEAFZ", ".SUBSZ", ".ACCOUNTZ", ".JSZ", ".HEALTHZ", ".RAFTZ", ".IPQUEUESZ", ".EXPVARZ"} {
		seen := map[string]bool{}
		for _, m := range ask(t, nc, "$SYS.REQ.SERVER.PING"+kind, "", nil, servers) {
			seen[sender(t, m.Data).ID] = true
		}
		if len(seen) != servers {
			t.Errorf("PING%s: %d servers", kind, len(seen))
		}
	}
	for _, m := range ask(t, nc, "$SYS.REQ.SERVER.PING.IDZ", "", nil, servers) {
		var id server.ServerID
		if err := json.Unmarshal(m.Data, &id); err != nil || len(id.ID) != 56 {
			t.Errorf("IDZ: %s", m.Data)
		}
	}
}

func TestAnswersDecodeAndAgree(t *testing.T) {
	f, nc := start(t, simfleet.Spec{Servers: 20, Streams: 12, Consumers: 30, Conns: 25})
	one := func(name, kind, body string) []byte {
		return ask(t, nc, "$SYS.REQ.SERVER."+f.ID(name)+"."+kind, body, nil, 1)[0].Data
	}
	st := decode[server.ServerStats](t, one("east-1", "STATSZ", ""))
	if st.ActiveServers != 20 || st.Connections != 25 || len(st.Routes) != 16 || len(st.Gateways) != 2 {
		t.Errorf("STATSZ: %+v", st)
	}
	v := decode[server.Varz](t, one("east-1", "VARZ", ""))
	if v.Name != "east-1" || v.Connections != 25 || v.InMsgs != st.Received.Msgs || v.Routes != 16 || v.Leafs != 1 {
		t.Errorf("VARZ: %+v", v)
	}
	if r := decode[server.Routez](t, one("east-1", "ROUTEZ", "")); r.NumRoutes != 16 || r.Routes[0].RemoteID != f.ID("east-2") {
		t.Errorf("ROUTEZ: %+v", r)
	}
	g := decode[server.Gatewayz](t, one("east-1", "GATEWAYZ", ""))
	if g.OutboundGateways["west"].Connection.Name != f.ID("west-1") || len(g.InboundGateways["west"]) != 5 {
		t.Errorf("GATEWAYZ: %+v", g)
	}
	hub, spoke := decode[server.Leafz](t, one("east-1", "LEAFZ", "")), decode[server.Leafz](t, one("site001-1", "LEAFZ", ""))
	if hub.Leafs[0].Name != "site001-1" || hub.Leafs[0].IsSpoke || !spoke.Leafs[0].IsSpoke || spoke.Leafs[0].Name != "east-1" {
		t.Errorf("LEAFZ: hub %+v spoke %+v", hub, spoke)
	}
	streams, consumers := 0, 0
	for _, m := range ask(t, nc, "$SYS.REQ.SERVER.PING.JSZ", `{"streams":true,"consumer":true,"stream_leader_only":true}`, nil, 20) {
		for _, a := range decode[server.JSInfo](t, m.Data).AccountDetails {
			for _, s := range a.Streams {
				streams++
				consumers += len(s.Consumer)
			}
		}
	}
	if streams != 12 || consumers != 30 {
		t.Errorf("JSZ of the leaders: %d streams, %d consumers", streams, consumers)
	}
	if n := len(ask(t, nc, "$SYS.REQ.SERVER.PING.JSZ", `{"leader_only":true}`, nil, -1)); n != 2 {
		t.Errorf("%d meta leaders, want one for the hubs and one for the site", n)
	}
	acc := decode[server.AccountStatz](t, ask(t, nc, "$SYS.REQ.ACCOUNT.PING.STATZ", `{"accounts":["ACC02"]}`, nil, 20)[0].Data)
	if len(acc.Accounts) != 1 || acc.Accounts[0].Conns != 6 {
		t.Errorf("ACCOUNT.STATZ: %+v", acc.Accounts)
	}
	if r := decode[server.RaftzStatus](t, one("east-1", "RAFTZ", "")); r["SYS"]["_meta_"].Size != 15 {
		t.Errorf("RAFTZ: %+v", r)
	}
}

func TestConnzPages(t *testing.T) {
	f, nc := start(t, simfleet.Spec{Servers: 1, Conns: 2502})
	last, total := uint64(0), 0
	for {
		body := fmt.Sprintf(`{"offset":%d,"limit":1000,"auth":true}`, total)
		z := decode[server.Connz](t, ask(t, nc, "$SYS.REQ.SERVER."+f.ID("east-1")+".CONNZ", body, nil, 1)[0].Data)
		for _, c := range z.Conns {
			if c.Cid <= last || c.Account == "" {
				t.Fatalf("cid %d after %d, account %q", c.Cid, last, c.Account)
			}
			last = c.Cid
		}
		if total += len(z.Conns); len(z.Conns) < 1000 {
			break
		}
	}
	if total != 2502 {
		t.Errorf("%d connections", total)
	}
}

func TestFilterAndEncoding(t *testing.T) {
	f, nc := start(t, simfleet.Spec{Servers: 12})
	if got := ask(t, nc, "$SYS.REQ.SERVER.PING.VARZ", `{"server_name":"west","tags":["CLUSTER:west"]}`, nil, -1); len(got) != 5 {
		t.Errorf("%d servers of west", len(got))
	}
	if got := ask(t, nc, "$SYS.REQ.SERVER.PING.VARZ", `{"server_name":"west","exact_match":true}`, nil, -1); len(got) != 0 {
		t.Errorf("%d servers are named west", len(got))
	}
	if err := f.SetFault("west-2", simfleet.Fault{Version: "2.9.25"}); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, nc, "$SYS.REQ.SERVER.PING.VARZ", `{"server_name":"west","exact_match":true}`, nil, -1); len(got) != 1 {
		t.Errorf("an old server ignores exact_match: %d answers", len(got))
	}
	for _, enc := range []string{"gzip", "snappy"} {
		m := ask(t, nc, "$SYS.REQ.SERVER.PING.CONNZ", `{"cluster":"west"}`, nats.Header{"Accept-Encoding": {enc}}, 5)[0]
		var r io.Reader = s2.NewReader(bytes.NewReader(m.Data))
		if enc == "gzip" {
			zr, err := gzip.NewReader(bytes.NewReader(m.Data))
			if err != nil {
				t.Fatal(err)
			}
			r = zr
		}
		plain, err := io.ReadAll(r)
		if m.Header.Get("Content-Encoding") != enc || err != nil || sender(t, plain).Cluster != "west" {
			t.Errorf("%s: %v %v", enc, m.Header, err)
		}
	}
	bad := ask(t, nc, "$SYS.REQ.SERVER.PING.CONNZ", `{"limit":"many"}`, nil, 12)[0]
	if !strings.Contains(string(bad.Data), `"code":400`) {
		t.Errorf("bad request: %s", bad.Data)
	}
}

func TestFaults(t *testing.T) {
	testcluster.Slow(t)
	f, nc := start(t, simfleet.Spec{Servers: 10})
	for _, tc := range []struct {
		name   string
		fault  simfleet.Fault
		pings  int // answers to a request to all
		direct int // answers to the server's id; -1 for 503
	}{
		{"healthy", simfleet.Fault{}, 10, 1},
		{"gone", simfleet.Fault{Gone: true}, 9, -1},
		{"mute", simfleet.Fault{Mute: true}, 9, 0},
		{"mute for another kind", simfleet.Fault{Mute: true, Kinds: []string{"JSZ"}}, 10, 1},
		{"slow", simfleet.Fault{Slow: 50 * time.Millisecond}, 10, 1},
		{"duplicate", simfleet.Fault{Duplicate: true}, 11, 2},
		{"every answer lost", simfleet.Fault{LoseEvery: 1}, 9, 0},
		{"old", simfleet.Fault{Version: "2.9.25"}, 9, -1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := f.SetFault("east-3", tc.fault); err != nil {
				t.Fatal(err)
			}
			if got := len(ask(t, nc, "$SYS.REQ.SERVER.PING.IPQUEUESZ", "", nil, -1)); got != tc.pings {
				t.Errorf("%d answers to all, want %d", got, tc.pings)
			}
			got := ask(t, nc, "$SYS.REQ.SERVER."+f.ID("east-3")+".IPQUEUESZ", "", nil, -1)
			if tc.direct == -1 {
				if len(got) != 1 || got[0].Header.Get("Status") != "503" {
					t.Errorf("answers %v, want 503", got)
				}
			} else if len(got) != tc.direct {
				t.Errorf("%d answers to the id, want %d", len(got), tc.direct)
			}
		})
	}
	if err := f.SetFault("east-3", simfleet.Fault{Garbage: true, ActiveServers: 99}); err != nil {
		t.Fatal(err)
	}
	if m := ask(t, nc, "$SYS.REQ.SERVER."+f.ID("east-3")+".STATSZ", "", nil, 1)[0]; json.Valid(m.Data) {
		t.Errorf("garbage is valid: %s", m.Data)
	}
	if err := f.SetFault("nobody", simfleet.Fault{}); err == nil {
		t.Error("a fault of nobody is accepted")
	}
}

func TestSameSpecSameFleet(t *testing.T) {
	spec := simfleet.Spec{Seed: 7, Servers: 6, Streams: 3, Consumers: 5, Conns: 4, Now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	answers := func() map[string]string {
		f, nc := start(t, spec)
		f.Advance(time.Minute)
		real := nc.ConnectedServerId() // that of the server that carries the messages, another at each start
		out := map[string]string{}
		for _, kind := range []string{"VARZ", "CONNZ", "JSZ", "GATEWAYZ", "ROUTEZ"} {
			for _, m := range ask(t, nc, "$SYS.REQ.SERVER.PING."+kind, `{"streams":true}`, nil, 6) {
				out[kind+sender(t, m.Data).Name] = strings.ReplaceAll(string(m.Data), real, "REAL")
			}
		}
		return out
	}
	a, b := answers(), answers()
	for k, v := range a {
		if b[k] != v {
			t.Errorf("%s differs:\n%s\n%s", k, v, b[k])
		}
	}
}

func TestCountersGrow(t *testing.T) {
	f, nc := start(t, simfleet.Spec{Servers: 1})
	in := func() int64 {
		return decode[server.Varz](t, ask(t, nc, "$SYS.REQ.SERVER.PING.VARZ", "", nil, 1)[0].Data).InMsgs
	}
	before := in()
	f.Advance(10 * time.Second)
	if after := in(); after <= before {
		t.Errorf("in_msgs %d, then %d", before, after)
	}
}
