package view_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/view"
)

func TestHealthTable(t *testing.T) {
	cols := view.Health()
	sick := &server.HealthStatus{Status: "error", StatusCode: 503, Error: "in short"}
	reason := &server.HealthzError{Type: server.HealthzErrorStream, Account: "APP", Stream: "S", Consumer: "w", Error: "no leader"}
	sideBySide(t, `
column      | reason     | verdict    | old  | unheard
server      | a          | a          | a    | a
cluster     | C          | C          | C    | C
status      | error crit | error crit | ok   | - () unknown
status_code | 503        | 503        | - () | - ()
type        | STREAM     | - ()       | - () | - ()
account     | APP        | - ()       | - () | - ()
stream      | S          | - ()       | - () | - ()
consumer    | w          | - ()       | - () | - ()
error       | no leader  | in short   |      | - ()
`, row("reason", cols, &fleet.HealthRow{Server: fullServer(), Health: sick, Error: reason}),
		row("verdict", cols, &fleet.HealthRow{Server: fullServer(), Health: sick}),
		row("old", cols, &fleet.HealthRow{Server: fullServer(), Health: &server.HealthStatus{Status: "ok"}}),
		row("unheard", cols, &fleet.HealthRow{Server: fullServer()}))
}

func TestCertificatesTable(t *testing.T) {
	certs := view.Certificates()
	l := fleet.Listener{Name: "route", Host: "10.0.0.2", Port: 6222, TLS: true, NotAfter: noon.Add(24 * time.Hour)}
	sideBySide(t, `
column       | a day left                | no certificate
server       | a                         | a
cluster      | C                         | C
listener     | route                     | mqtt
host         | 10.0.0.2                  |
port         | 6222                      | 1883
tls          | yes (true)                | no (false)
not_after    | 2026-03-02T12:00:00Z crit | - ()
left_seconds | 1d0h (86400) crit         | - ()
`, row("a day left", certs, &fleet.ListenerRow{Server: fullServer(), Listener: l, LeftSeconds: 86400}),
		row("no certificate", certs, &fleet.ListenerRow{Server: fullServer(), Listener: fleet.Listener{Name: "mqtt", Port: 1883}}))
}

func TestSharingAndEventsTables(t *testing.T) {
	cols := view.Sharing()
	full := &fleet.SharingRow{Account: "APP", Export: true, Type: "stream", Subject: "s.>", Local: "l.>", Peers: []string{"X", "Y"}, Private: true, Invalid: true, Name: "prices"}
	sideBySide(t, `
column        | export          | import
account       | APP             | B
direction     | export          | import
type          | stream          |
subject       | s.>             |
local_subject | l.>             |
accounts      | X,Y             |
private       | yes (true)      | no (false)
invalid       | yes (true) warn | no (false)
name          | prices          |
`, row("export", cols, full), row("import", cols, &fleet.SharingRow{Account: "B"}))
	sideBySide(t, `
column  | event
time    | 2026-03-01T12:00:00Z
level   | crit crit
kind    | link_down
cluster | C
server  | a
account | APP
who     | who
where   | where
why     | why
id      | e1
subject | sub
`, row("event", view.Events(), fleet.Event{
		ID: "e1", Time: noon, Kind: fleet.EventLinkDown, Level: fleet.Crit, Server: "a", Cluster: "C", Account: "APP", Who: "who", Where: "where", Why: "why", Subject: "sub",
	}))
	expectHeadings(t, head("events", view.Events(), "Time Level Kind Cluster Server Account Who Where Why", ""))
}

func TestFindingsTable(t *testing.T) {
	cols := view.Findings()
	f := checks.Finding{Check: "cpu", Level: fleet.Crit, Object: "a", Where: "C", What: "busy", Unit: "percent", Value: 97, Limit: 95, Since: noon, Why: "why", Next: "next", Cause: "srv"}
	bare := f
	bare.Unit, bare.Since = "", time.Time{}
	sideBySide(t, `
column | measured  | not measured
level  | crit crit | crit crit
check  | cpu       | cpu
object | a         | a
where  | C         | C
what   | busy      | busy
value  | 97        | - ()
limit  | 95        | - ()
unit   | percent   |
since  | 2026-03-01T12:00:00Z | - ()
why    | why       | why
next   | next      | next
cause  | srv       | srv
`, row("measured", cols, f), row("not measured", cols, bare))
	expectHeadings(t, head("findings", cols, "Level Check Object Where What Next", ""))
}
