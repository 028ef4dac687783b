package sys

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats-server/v2/server/certidp"

	"github.com/natsctl/natsctl/internal/fleet"
)

// serverA is a server of which every field has a value of its own.
func serverA() server.ServerInfo {
	return server.ServerInfo{Name: "n1", Host: "10.1.1.1", ID: "NA", Cluster: "east", Domain: "hub", Version: "2.11.9", Time: time.Unix(1000, 0).UTC()}
}

func decodeWith(t *testing.T, subject string, body any) decoded {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range topics {
		if matches(row.subject, subject) {
			e, err := row.decode(subject, text)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
	}
	t.Fatalf("no topic for %s", subject)
	return decoded{}
}

func matches(pattern, subject string) bool { return server.SubjectMatchesFilter(subject, pattern) }

// TestEventsDecoded reads one message of every topic and compares all that is
// told of it.
func TestEventsDecoded(t *testing.T) {
	at := time.Unix(2000, 0).UTC()
	typed := server.TypedEvent{Type: "t", ID: "id-1", Time: at}
	client := server.ClientInfo{Host: "10.9.9.9", ID: 77, Account: "APP", User: "bob", Name: "billing", Lang: "go", Version: "1.48", Kind: "Client"}
	leaf := client
	leaf.Kind = "Leafnode"
	mqtt := client
	mqtt.Name, mqtt.MQTTClient, mqtt.User, mqtt.Lang = "", "sensor-1", "", ""
	base := fleet.Event{ID: "id-1", Time: at, Level: fleet.OK, Server: "n1", Cluster: "east", Account: "APP", Who: "billing, user bob, cid 77, go 1.48", Where: "10.9.9.9"}
	with := func(kind fleet.EventKind, edit func(*fleet.Event)) fleet.Event {
		e := base
		e.Kind = kind
		edit(&e)
		return e
	}
	why := func(level fleet.Level, reason string) func(*fleet.Event) {
		return func(e *fleet.Event) { e.Level, e.Why = level, reason }
	}
	disconnect := func(c server.ClientInfo, reason string) server.DisconnectEventMsg {
		return server.DisconnectEventMsg{TypedEvent: typed, Server: serverA(), Client: c, Reason: reason}
	}
	failed := client
	failed.Account = "$G"
	for _, tc := range []struct {
		subject string
		body    any
		want    fleet.Event
	}{
		{"$SYS.ACCOUNT.APP.CONNECT", server.ConnectEventMsg{TypedEvent: typed, Server: serverA(), Client: client}, with(fleet.EventConnect, func(*fleet.Event) {})},
		{"$SYS.ACCOUNT.APP.CONNECT", server.ConnectEventMsg{TypedEvent: typed, Server: serverA(), Client: leaf}, with(fleet.EventLeafConnect, func(*fleet.Event) {})},
		{"$SYS.ACCOUNT.APP.CONNECT", server.ConnectEventMsg{TypedEvent: typed, Server: serverA(), Client: mqtt}, with(fleet.EventConnect, func(e *fleet.Event) { e.Who = "sensor-1, cid 77" })},
		{"$SYS.ACCOUNT.APP.DISCONNECT", disconnect(client, "Client Closed"), with(fleet.EventDisconnect, why(fleet.OK, "Client Closed"))},
		{"$SYS.ACCOUNT.APP.DISCONNECT", disconnect(client, "Slow Consumer (Pending Bytes)"), with(fleet.EventDisconnect, why(fleet.Warn, "Slow Consumer (Pending Bytes)"))},
		{"$SYS.ACCOUNT.APP.DISCONNECT", disconnect(leaf, "Client Closed"), with(fleet.EventLeafDisconnect, why(fleet.Warn, "Client Closed"))},
		{"$SYS.ACCOUNT.APP.DISCONNECT", disconnect(failed, "Authentication Failure"), with(fleet.EventAuthError, func(e *fleet.Event) { e.Level, e.Why, e.Account = fleet.Warn, "Authentication Failure", "" })},
		{"$SYS.SERVER.NA.CLIENT.AUTH.ERR", disconnect(failed, "Authentication Timeout"), with(fleet.EventAuthError, func(e *fleet.Event) { e.Level, e.Why, e.Account = fleet.Warn, "Authentication Timeout", "" })},
		{"$SYS.SERVER.NA.CLIENT.AUTH.ERR", disconnect(client, "Authentication Expired"), with(fleet.EventAuthError, why(fleet.Warn, "Authentication Expired"))},
		{
			"$SYS.SERVER.NA.LAMEDUCK", serverA(),
			fleet.Event{Kind: fleet.EventLameDuck, Level: fleet.Warn, Time: serverA().Time, Server: "n1", Cluster: "east", Who: "n1", Where: "10.1.1.1", Why: "lame duck mode: its clients are asked to reconnect elsewhere, and it no longer answers system requests"},
		},
		{
			"$SYS.SERVER.NA.SHUTDOWN", serverA(),
			fleet.Event{Kind: fleet.EventShutdown, Level: fleet.Warn, Time: serverA().Time, Server: "n1", Cluster: "east", Who: "n1", Where: "10.1.1.1", Why: "the server is shutting down"},
		},
		{
			"$SYS.ACCOUNT.APP.SERVER.CONNS",
			server.AccountNumConns{TypedEvent: typed, Server: serverA(), AccountStat: server.AccountStat{Account: "AKEY", Name: "APP", Conns: 1, LeafNodes: 2, TotalConns: 3}},
			fleet.Event{ID: "id-1", Kind: fleet.EventAccountConns, Level: fleet.OK, Time: at, Server: "n1", Cluster: "east", Account: "AKEY", Who: "APP", Why: "1 client and 2 leafnodes on this server, 3 connections in all"},
		},
		{
			"$SYS.SERVER.NA.OCSP.PEER.CONN.REJECT",
			server.OCSPPeerRejectEventMsg{TypedEvent: typed, Server: serverA(), Kind: "client", Peer: certidp.CertInfo{Subject: "CN=eve"}, Reason: "revoked"},
			fleet.Event{ID: "id-1", Kind: fleet.EventOCSP, Level: fleet.Warn, Time: at, Server: "n1", Cluster: "east", Who: "CN=eve", Why: "certificate of the client peer rejected: revoked"},
		},
		{
			"$SYS.SERVER.NA.OCSP.PEER.LINK.INVALID",
			server.OCSPPeerChainlinkInvalidEventMsg{TypedEvent: typed, Server: serverA(), Link: certidp.CertInfo{Subject: "CN=ca"}, Peer: certidp.CertInfo{Subject: "CN=eve"}, Reason: "unknown"},
			fleet.Event{ID: "id-1", Kind: fleet.EventOCSP, Level: fleet.Warn, Time: at, Server: "n1", Cluster: "east", Who: "CN=eve", Why: "certificate CN=ca in its chain is invalid: unknown"},
		},
		{
			"$JS.EVENT.ADVISORY.STREAM.QUORUM_LOST.S1",
			map[string]any{"type": "io.nats.jetstream.advisory.v1.stream_quorum_lost", "id": "id-1", "timestamp": at, "account": "APP", "stream": "S1", "cluster": "west", "server": "n9", "replicas": []any{map[string]any{"name": "n2", "offline": true}, map[string]any{"name": "n3"}}},
			fleet.Event{ID: "id-1", Kind: fleet.EventAdvisory, Level: fleet.Crit, Time: at, Server: "n9", Cluster: "west", Account: "APP", Who: "stream S1", Why: "stream quorum lost, offline: n2"},
		},
		{
			"$JS.EVENT.ADVISORY.CONSUMER.LEADER_ELECTED.S1.C1",
			map[string]any{"type": "io.nats.jetstream.advisory.v1.consumer_leader_elected", "id": "id-1", "timestamp": at, "stream": "S1", "consumer": "C1", "leader": "n2"},
			fleet.Event{ID: "id-1", Kind: fleet.EventAdvisory, Level: fleet.Info, Time: at, Who: "consumer S1 > C1", Why: "consumer leader elected, leader n2"},
		},
		{
			"$JS.EVENT.ADVISORY.API.LIMIT_REACHED",
			map[string]any{"type": "io.nats.jetstream.advisory.v1.api_limit_reached", "id": "id-1", "timestamp": at, "domain": "hub", "dropped": 12, "action": "a", "reason": "r", "error": "e"},
			fleet.Event{ID: "id-1", Kind: fleet.EventAdvisory, Level: fleet.Warn, Time: at, Who: "domain hub", Why: "api limit reached, a, r, e, 12 requests dropped"},
		},
		{
			"$JS.EVENT.ADVISORY.SERVER.OUT_OF_STORAGE",
			map[string]any{"type": "x", "id": "id-1", "timestamp": at},
			fleet.Event{ID: "id-1", Kind: fleet.EventAdvisory, Level: fleet.Crit, Time: at, Who: "JetStream", Why: "x"},
		},
	} {
		if got := decodeWith(t, tc.subject, tc.body).Event; fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", tc.want) {
			t.Errorf("%s\n got %+v\nwant %+v", tc.subject, got, tc.want)
		}
	}
}

// TestUnhealthyReasons: ends of connections that somebody should look at are
// warnings, those that were wanted are not.
func TestUnhealthyReasons(t *testing.T) {
	bad := []string{
		"Slow Consumer (Write Deadline)", "Stale Connection", "Write Deadline", "TLS Handshake Failure", "Protocol Violation", "Parse Error",
		"Maximum Payload Exceeded", "Maximum Connections Exceeded", "Authentication Expired", "Credentials Revoked", "Missing Account",
		"Cluster Name Conflict", "Minimum Version Required",
	}
	good := []string{"Client Closed", "Server Shutdown", "Read Error", "Kicked", "Duplicate Client ID", ""}
	for _, reason := range bad {
		if !unhealthy(reason) {
			t.Errorf("%q is no warning", reason)
		}
	}
	for _, reason := range good {
		if unhealthy(reason) {
			t.Errorf("%q is a warning", reason)
		}
	}
}

// TestNews tells each event once, what repeats itself only when it changes, and
// what has no id always.
func TestNews(t *testing.T) {
	f := newRepeatFilter()
	event := func(kind fleet.EventKind, id, key, state string) decoded {
		return decoded{Event: fleet.Event{Kind: kind, ID: id}, key: key, state: state}
	}
	for i, tc := range []struct {
		e    decoded
		want bool
	}{
		{event("a", "1", "", ""), true},
		{event("a", "1", "", ""), false},
		{event("a", "2", "", ""), true},
		{event("b", "1", "", ""), false}, // an id is one event, whatever it becomes
		{event("a", "", "", ""), true},
		{event("a", "", "", ""), true}, // nothing tells it from another
		{event("a", "", "k", ""), true},
		{event("a", "9", "k", ""), false}, // a key goes before an id
		{event("b", "", "k", ""), true},
		{event("c", "", "k", "up"), true},
		{event("c", "", "k", "up"), false},
		{event("c", "", "k", "down"), true},
		{event("c", "", "k", "up"), true},
		{event("c", "", "other", "up"), true},
		{event("c", "", "k", "up"), false},
	} {
		if got := f.isNew(tc.e); got != tc.want {
			t.Errorf("%d: %+v: %v", i, tc.e, got)
		}
	}
	for i := range newsMemory { // what is remembered is bounded
		f.isNew(event("a", fmt.Sprint("n", i), "", ""))
	}
	if len(f.seen) > newsMemory || !f.isNew(event("a", "1", "", "")) {
		t.Errorf("%d events are remembered, for ever", len(f.seen))
	}
	if f.isNew(event("a", fmt.Sprint("n", newsMemory-1), "", "")) {
		t.Error("the last event is forgotten")
	}
	for i := range stateMemory + 1 {
		if f.isNew(event("c", "", fmt.Sprint(i), "up")); len(f.state) > stateMemory {
			t.Fatalf("%d states are remembered", len(f.state))
		}
	}
}

// TestTopicsFor subscribes to what can yield the wanted kinds, and to no more.
func TestTopicsFor(t *testing.T) {
	subjects := func(list []topic) (out []string) {
		for _, t := range list {
			out = append(out, t.subject)
		}
		return out
	}
	if got := subjects(topicsFor(nil)); len(got) != len(topics) {
		t.Errorf("without a kind: %v", got)
	}
	got := subjects(topicsFor([]fleet.EventKind{fleet.EventLeafDisconnect, fleet.EventShutdown}))
	if want := []string{"$SYS.ACCOUNT.*.DISCONNECT", "$SYS.SERVER.*.SHUTDOWN"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	kinds := EventKinds()
	for i, k := range kinds {
		if slices.Index(kinds, k) != i {
			t.Errorf("%s twice in %v", k, kinds)
		}
		if len(topicsFor([]fleet.EventKind{k})) == 0 {
			t.Errorf("%s comes from nowhere", k)
		}
	}
	if len(kinds) != 10 {
		t.Errorf("kinds %v", kinds)
	}
}

// TestDecodersSurvive gives every decoder what is no event.
func TestDecodersSurvive(t *testing.T) {
	for _, row := range topics {
		for _, body := range []string{"", "{", "[]", "7", "null", `"x"`, strings.Repeat("[", 100_000)} {
			if e, err := row.decode(row.subject, []byte(body)); err == nil && body != "null" {
				t.Errorf("%s: %.20q became %+v", row.subject, body, e)
			}
		}
	}
}
