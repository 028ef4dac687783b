package view_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/view"
)

func TestHealthTables(t *testing.T) {
	cols := view.Health()
	sick := &server.HealthStatus{Status: "error", StatusCode: 503, Error: "in short"}
	reason := &server.HealthzError{Type: server.HealthzErrorStream, Account: "APP", Stream: "S", Consumer: "w", Error: "no leader"}
	expect(t, "reason", sheet(cols, &fleet.HealthRow{Server: fullServer(), Health: sick, Error: reason}), `
server: a
cluster: C
status: error crit
status_code: 503
type: STREAM
account: APP
stream: S
consumer: w
error: no leader
`)
	expect(t, "verdict", sheet(cols, &fleet.HealthRow{Server: fullServer(), Health: sick}), `
server: a
cluster: C
status: error crit
status_code: 503
type: - ()
account: - ()
stream: - ()
consumer: - ()
error: in short
`)
	expect(t, "old", sheet(cols, &fleet.HealthRow{Server: fullServer(), Health: &server.HealthStatus{Status: "ok"}}), `
server: a
cluster: C
status: ok
status_code: - ()
type: - ()
account: - ()
stream: - ()
consumer: - ()
error:
`)
	expect(t, "unheard", sheet(cols, &fleet.HealthRow{Server: fullServer()}), `
server: a
cluster: C
status: - () unknown
status_code: - ()
type: - ()
account: - ()
stream: - ()
consumer: - ()
error: - ()
`)

	certs := view.Certificates()
	l := fleet.Listener{Name: "route", Host: "10.0.0.2", Port: 6222, TLS: true, NotAfter: noon.Add(24 * time.Hour)}
	expect(t, "certificate", sheet(certs, &fleet.ListenerRow{Server: fullServer(), Listener: l, LeftSeconds: 86400}), `
server: a
cluster: C
listener: route
host: 10.0.0.2
port: 6222
tls: yes (true)
not_after: 2026-03-02T12:00:00Z crit
left_seconds: 1d0h (86400) crit
`)
	expect(t, "no certificate", sheet(certs, &fleet.ListenerRow{Server: fullServer(), Listener: fleet.Listener{Name: "mqtt", Port: 1883}, LeftSeconds: 0}), `
server: a
cluster: C
listener: mqtt
host: 
port: 1883
tls: no (false)
not_after: - ()
left_seconds: - ()
`)
}

func TestSharingAndEventsTables(t *testing.T) {
	cols := view.Sharing()
	expect(t, "export", sheet(cols, &fleet.SharingRow{
		Account: "APP", Export: true, Type: "stream", Subject: "s.>", Local: "l.>", Peers: []string{"X", "Y"}, Private: true, Invalid: true, Name: "prices",
	}), `
account: APP
direction: export
type: stream
subject: s.>
local_subject: l.>
accounts: X,Y
private: yes (true)
invalid: yes (true) warn
name: prices
`)
	expect(t, "import", sheet(cols, &fleet.SharingRow{Account: "B"}), `
account: B
direction: import
type: 
subject: 
local_subject: 
accounts: 
private: no (false)
invalid: no (false)
name:
`)
	expect(t, "event", sheet(view.Events(), fleet.Event{
		ID: "e1", Time: noon, Kind: fleet.EventLinkDown, Level: fleet.Crit, Server: "a", Cluster: "C", Account: "APP", Who: "who", Where: "where", Why: "why", Subject: "sub",
	}), `
time: 2026-03-01T12:00:00Z
level: crit crit
kind: link_down
cluster: C
server: a
account: APP
who: who
where: where
why: why
id: e1
subject: sub
`)
	expect(t, "people", people(view.Events()), "Time Level Kind Cluster Server Account Who Where Why")
}

func TestFindingsTable(t *testing.T) {
	cols := view.Findings()
	f := checks.Finding{Check: "cpu", Level: fleet.Crit, Object: "a", Where: "C", What: "busy", Unit: "percent", Value: 97, Limit: 95, Why: "why", Next: "next"}
	expect(t, "measured", sheet(cols, f), `
level: crit crit
check: cpu
object: a
where: C
what: busy
value: 97
limit: 95
unit: percent
why: why
next: next
`)
	f.Unit = ""
	expect(t, "not measured", sheet(cols, f), `
level: crit crit
check: cpu
object: a
where: C
what: busy
value: - ()
limit: - ()
unit: 
why: why
next: next
`)
	expect(t, "people", people(cols), "Level Check Object Where What Next")
}
