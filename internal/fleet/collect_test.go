package fleet_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
)

// asked are the requests that the fixtures hold, with their options.
var asked = map[fleet.Kind]string{
	fleet.Varz:      ``,
	fleet.Connz:     `{"auth":true,"limit":1024,"state":2}`,
	fleet.Routez:    ``,
	fleet.Gatewayz:  ``,
	fleet.Leafz:     ``,
	fleet.Subsz:     ``,
	fleet.Accountz:  ``,
	fleet.Jsz:       `{"accounts":true,"streams":true,"consumer":true,"config":true,"raft":true}`,
	fleet.Healthz:   `{"details":true}`,
	fleet.Raftz:     ``,
	fleet.Ipqueuesz: `{"all":true}`,
}

type envelope struct {
	Server server.ServerInfo   `json:"server"`
	Statsz *server.ServerStats `json:"statsz"`
	Data   json.RawMessage     `json:"data"`
	Error  json.RawMessage     `json:"error"`
}

// gather asks every server everything, plainly: a second opinion beside
// internal/sys, for fixtures and tests of this package.
func gather(ctx context.Context, t *testing.T, nc *nats.Conn, servers int) *fleet.Snapshot {
	t.Helper()
	begun := time.Now()
	snap := &fleet.Snapshot{Schema: fleet.Schema, AskedBy: nc.ConnectedServerName()}
	for kind := range asked {
		snap.Want.Kinds = append(snap.Want.Kinds, kind)
	}
	snap.Want.Kinds = append(snap.Want.Kinds, fleet.AccountStatz)
	snap.Want.Conns.State = "all"
	snap.Want.JS = fleet.JSWant{Streams: true, Consumers: true, Config: true, Raft: true, AllReplicas: true}
	for _, e := range scatter(ctx, t, nc, "$SYS.REQ.SERVER.PING.STATSZ", servers) {
		snap.Servers = append(snap.Servers, &fleet.Server{
			Info: e.Server, Statsz: e.Statsz, RTTSeconds: time.Since(begun).Seconds(),
		})
		snap.Counted = max(snap.Counted, e.Statsz.ActiveServers)
	}
	for _, e := range scatter(ctx, t, nc, "$SYS.REQ.ACCOUNT.PING.STATZ", servers) {
		decode(t, e.Data, &snap.Server(e.Server.ID).AccountStatz)
	}
	for _, sv := range snap.Servers {
		for kind, body := range asked {
			ask(ctx, t, nc, snap, sv, kind, body)
		}
	}
	snap.Time = time.Now().UTC()
	snap.TookSeconds = snap.Time.Sub(begun).Seconds()
	snap.Expected = len(snap.Servers)
	snap.Finish()
	return snap
}

func scatter(ctx context.Context, t *testing.T, nc *nats.Conn, subject string, servers int) []envelope {
	t.Helper()
	inbox := nc.NewRespInbox()
	sub, err := nc.SubscribeSync(inbox)
	if err != nil {
		t.Fatal(err)
	}
	defer sub.Unsubscribe()
	if err := nc.PublishRequest(subject, inbox, []byte(`{"include_unused":true}`)); err != nil {
		t.Fatal(err)
	}
	var out []envelope
	for len(out) < servers {
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			t.Fatalf("%s: %d of %d answered: %v", subject, len(out), servers, err)
		}
		var e envelope
		decode(t, m.Data, &e)
		out = append(out, e)
	}
	return out
}

func ask(ctx context.Context, t *testing.T, nc *nats.Conn, snap *fleet.Snapshot, sv *fleet.Server, kind fleet.Kind, body string) {
	t.Helper()
	m, err := nc.RequestWithContext(ctx, fmt.Sprintf("$SYS.REQ.SERVER.%s.%s", sv.Info.ID, kind), []byte(body))
	if errors.Is(err, nats.ErrNoResponders) && !fleet.Reports(sv.Info.Version, fleet.FieldLeafID) {
		snap.Problems = append(snap.Problems, fleet.Problem{
			ServerID: sv.Info.ID, Server: sv.Info.Name, Kind: kind, Reason: fleet.Unsupported, Detail: "server " + sv.Info.Version,
		})
		return
	}
	if err != nil {
		t.Fatalf("%s %s: %v", sv.Info.Name, kind, err)
	}
	var e envelope
	decode(t, m.Data, &e)
	targets := map[fleet.Kind]any{
		fleet.Varz: &sv.Varz, fleet.Connz: &sv.Connz, fleet.Routez: &sv.Routez, fleet.Gatewayz: &sv.Gatewayz,
		fleet.Leafz: &sv.Leafz, fleet.Subsz: &sv.Subsz, fleet.Accountz: &sv.Accountz, fleet.Jsz: &sv.Jsz,
		fleet.Healthz: &sv.Healthz, fleet.Raftz: &sv.Raftz, fleet.Ipqueuesz: &sv.Ipqueuesz,
	}
	decode(t, e.Data, targets[kind])
}

func decode(t *testing.T, data []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatalf("%T: %v in %.200s", into, err, data)
	}
}
