package tui

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// Limits beyond which a connection is marked.
const (
	pendingWarn = 1 << 20 // bytes that wait for a client
	connRTTWarn = 0.250   // seconds
)

// connRow is one connection of one server.
type connRow struct {
	key      string
	server   string
	serverID string
	kind     string // client, leaf, mqtt, websocket ...
	c        *server.ConnInfo
	t        fleet.Traffic
	now      time.Time // of the server's answer
	max      int64     // its pending limit; 0 when not known
}

type con = *connRow

// connColumns is the table of the Connections page.
var connColumns = []view.Column[con]{
	{Name: "cid", Title: "CID", Help: "connection id on its server", Unit: view.Plain, Value: func(r con) any { return r.id() }},
	{Name: "name", Title: "NAME", Help: "what the client calls itself", Value: func(r con) any { return r.label() }},
	{Name: "server", Title: "SRV", Help: "server that it is connected to", Value: func(r con) any { return r.server }},
	{Name: "account", Title: "ACCOUNT", Help: "account", Value: func(r con) any { return r.c.Account }},
	{Name: "address", Title: "ADDRESS", Help: "remote address", Value: func(r con) any { return r.address() }},
	{Name: "out_msgs_per_second", Title: "OUT/s", Help: "messages sent to it a second", Unit: view.PerSec, Sum: true, Value: func(r con) any { return r.t.OutMsgs.Value() }},
	{Name: "out_bytes_per_second", Title: "OUTB/s", Help: "bytes sent to it a second", Unit: view.BytesSec, Sum: true, Value: func(r con) any { return r.t.OutBytes.Value() }},
	{Name: "in_msgs_per_second", Title: "IN/s", Help: "messages received from it a second", Unit: view.PerSec, Sum: true, Value: func(r con) any { return r.t.InMsgs.Value() }},
	{Name: "in_bytes_per_second", Title: "INB/s", Help: "bytes received from it a second", Unit: view.BytesSec, Sum: true, Value: func(r con) any { return r.t.InBytes.Value() }},
	{Name: "pending_bytes", Title: "PENDING", Help: "bytes that wait for it; marked over 1 MiB", Unit: view.Bytes, Sum: true, Value: func(r con) any { return r.c.Pending }, Level: judged(fleet.Warn, con.pendingHigh)},
	{Name: "subscriptions", Title: "SUBS", Help: "subscriptions", Unit: view.Count, Sum: true, Value: func(r con) any { return r.c.NumSubs }},
	{Name: "rtt_seconds", Title: "RTT", Help: "round trip from its server; marked over 250 ms", Unit: view.Seconds, Value: func(r con) any { return span(r.c.RTT) }, Level: judged(fleet.Warn, con.rttHigh)},
	{Name: "idle_seconds", Title: "IDLE", Help: "since its last activity", Unit: view.Seconds, Value: func(r con) any { return r.idle() }},
	{Name: "kind", Title: "KIND", Help: "client, leaf, mqtt, websocket", Wide: true, Value: func(r con) any { return r.kind }},
	{Name: "user", Title: "USER", Help: "user it authenticated as", Wide: true, Value: func(r con) any { return blank(r.c.AuthorizedUser) }},
	{Name: "lang", Title: "LANG", Help: "client library", Wide: true, Value: func(r con) any { return blank(r.c.Lang) }},
	{Name: "version", Title: "VER", Help: "version of the library", Wide: true, Value: func(r con) any { return blank(r.c.Version) }},
	{Name: "tls", Title: "TLS", Help: "TLS version", Wide: true, Value: func(r con) any { return blank(r.c.TLSVersion) }},
	{Name: "uptime_seconds", Title: "UP", Help: "since it connected", Unit: view.Seconds, Wide: true, Value: func(r con) any { return r.up() }},
	{Name: "stalls", Title: "STALLS", Help: "times it was held back as a publisher", Unit: view.Count, Wide: true, Value: func(r con) any { return r.c.Stalls }},
	{Name: "tags", Title: "TAGS", Help: "user tags", Wide: true, Value: func(r con) any { return []string(r.c.Tags) }},
}

// closedColumns is the table of connections that ended.
var closedColumns = []view.Column[con]{
	{Name: "stopped", Title: "CLOSED", Help: "when it ended", Unit: view.Instant, Value: func(r con) any { return r.stop() }},
	connColumns[0], connColumns[1], connColumns[2], connColumns[3], connColumns[4],
	{Name: "reason", Title: "REASON", Help: "why it ended, in the server's words", Value: func(r con) any { return r.c.Reason }, Level: func(r con) view.Level { return reasonLevel(r.c.Reason) }},
	{Name: "uptime_seconds", Title: "LIVED", Help: "how long it was connected", Unit: view.Seconds, Value: func(r con) any { return r.up() }},
	{Name: "out_msgs", Title: "OUT", Help: "messages sent to it", Unit: view.PerSec, Sum: true, Value: func(r con) any { return r.c.OutMsgs }},
	{Name: "in_msgs", Title: "IN", Help: "messages received from it", Unit: view.PerSec, Sum: true, Value: func(r con) any { return r.c.InMsgs }},
	{Name: "user", Title: "USER", Help: "user it authenticated as", Wide: true, Value: func(r con) any { return blank(r.c.AuthorizedUser) }},
	{Name: "lang", Title: "LANG", Help: "client library", Wide: true, Value: func(r con) any { return blank(r.c.Lang) }},
	{Name: "version", Title: "VER", Help: "version of the library", Wide: true, Value: func(r con) any { return blank(r.c.Version) }},
}

// connTotals replaces the rates when totals are shown.
var connTotals = map[string]view.Column[con]{
	"out_msgs_per_second":  {Name: "out_msgs", Title: "OUT", Help: "messages sent to it", Unit: view.PerSec, Sum: true, Value: func(r con) any { return r.c.OutMsgs }},
	"out_bytes_per_second": {Name: "out_bytes", Title: "OUTB", Help: "bytes sent to it", Unit: view.Bytes, Sum: true, Value: func(r con) any { return r.c.OutBytes }},
	"in_msgs_per_second":   {Name: "in_msgs", Title: "IN", Help: "messages received from it", Unit: view.PerSec, Sum: true, Value: func(r con) any { return r.c.InMsgs }},
	"in_bytes_per_second":  {Name: "in_bytes", Title: "INB", Help: "bytes received from it", Unit: view.Bytes, Sum: true, Value: func(r con) any { return r.c.InBytes }},
}

// newConnRows lists every connection that the servers reported, and the
// leafnode connections that CONNZ of newer servers leaves out.
func newConnRows(snap *fleet.Snapshot, d *fleet.Delta) []*connRow {
	n := 0
	for _, sv := range snap.Servers {
		if sv.Connz != nil {
			n += len(sv.Connz.Conns) + 8
		}
	}
	rows := make([]connRow, 0, n)
	for _, sv := range snap.Servers {
		rows = appendConns(rows, sv, d.Server(sv.Info.ID))
	}
	out := make([]*connRow, len(rows))
	for i := range rows {
		out[i] = &rows[i]
	}
	return out
}

func appendConns(rows []connRow, sv *fleet.Server, sd *fleet.ServerDelta) []connRow {
	if sv.Connz == nil {
		return rows
	}
	base := connRow{server: sv.Info.Name, serverID: sv.Info.ID, now: sv.Connz.Now}
	if sv.Varz != nil {
		base.max = sv.Varz.MaxPending
	}
	listed := map[uint64]bool{}
	for _, c := range sv.Connz.Conns {
		r := base
		r.c, r.kind, r.t = c, connKind(c), sd.Conn(c.Cid)
		r.key = sv.Info.ID + "/" + strconv.FormatUint(c.Cid, 10)
		if r.kind == "leaf" {
			listed[c.Cid] = true
		}
		rows = append(rows, r)
	}
	if sv.Leafz == nil {
		return rows
	}
	for _, l := range sv.Leafz.Leafs {
		if l.ID == 0 || listed[l.ID] {
			continue
		}
		r := base
		r.c, r.kind, r.t = leafConn(l), "leaf", sd.Leaf(l.ID)
		r.key = sv.Info.ID + "/" + strconv.FormatUint(l.ID, 10)
		rows = append(rows, r)
	}
	return rows
}

// leafConn is a leafnode connection in the form of the others.
func leafConn(l *server.LeafInfo) *server.ConnInfo {
	return &server.ConnInfo{
		Cid: l.ID, Kind: "Leafnode", Name: l.Name, Account: l.Account, IP: l.IP, Port: l.Port, RTT: l.RTT,
		InMsgs: l.InMsgs, OutMsgs: l.OutMsgs, InBytes: l.InBytes, OutBytes: l.OutBytes, NumSubs: l.NumSubs,
	}
}

// connKind is the short word for what is connected.
func connKind(c *server.ConnInfo) string {
	switch {
	case c.Kind == "Leafnode":
		return "leaf"
	case c.Type != "" && c.Type != "nats":
		return c.Type
	case c.Kind == "":
		return "client"
	}
	return strings.ToLower(c.Kind)
}

// id is the connection id, with a letter in front for what is not a client.
func (r *connRow) id() string {
	id := strconv.FormatUint(r.c.Cid, 10)
	if r.kind == "leaf" {
		return "L" + id
	}
	return id
}

// label is the client's name with its kind, where that is not plain.
func (r *connRow) label() string {
	name := r.c.Name
	if r.kind == "mqtt" && r.c.MQTTClient != "" {
		name = r.c.MQTTClient
	}
	if r.kind != "client" {
		name = strings.TrimSpace(fmt.Sprintf("%s (%s)", name, r.kind))
	}
	return name
}

func (r *connRow) address() string {
	if r.c.IP == "" {
		return ""
	}
	return net.JoinHostPort(r.c.IP, strconv.Itoa(r.c.Port))
}

func (r *connRow) pendingHigh() bool { return r.c.Pending > pendingWarn }

func (r *connRow) rttHigh() bool {
	s, ok := span(r.c.RTT).(float64)
	return ok && s > connRTTWarn
}

// idle is the time since the last activity by the server's clock.
func (r *connRow) idle() any {
	if r.c.LastActivity.IsZero() {
		return span(r.c.Idle)
	}
	return age(r.now, r.c.LastActivity).Truncate(time.Second).Seconds()
}

func (r *connRow) up() any {
	switch {
	case r.c.Start.IsZero():
		return nil
	case r.c.Stop != nil:
		return age(*r.c.Stop, r.c.Start).Truncate(time.Second).Seconds()
	}
	return age(r.now, r.c.Start).Truncate(time.Second).Seconds()
}

func (r *connRow) stop() any {
	if r.c.Stop == nil {
		return nil
	}
	return *r.c.Stop
}

func (r *connRow) level() fleet.Level {
	switch {
	case r.c.Stop != nil:
		return reasonLevel(r.c.Reason)
	case r.pendingHigh() || r.rttHigh():
		return fleet.Warn
	}
	return fleet.OK
}

// reasonLevel judges why a connection ended.
func reasonLevel(reason string) fleet.Level {
	switch {
	case strings.HasPrefix(reason, "Slow Consumer"), strings.HasPrefix(reason, "Authentication"), strings.HasPrefix(reason, "Maximum"):
		return fleet.Crit
	case reason == "", reason == "Client Closed", reason == "Server Shutdown":
		return fleet.OK
	}
	return fleet.Warn
}
