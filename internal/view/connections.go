package view

import (
	"cmp"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Connections returns the columns of a table of connections. With rates, they
// replace the totals; with closed, the reason comes first.
func Connections(rates, closed bool) []Column[*fleet.ConnRow] {
	cols := []Column[*fleet.ConnRow]{
		{Name: "cid", Title: "CID", Help: "Connection id, unique on its server.", Value: func(r *fleet.ConnRow) any { return r.Info.Cid }},
		{Name: "name", Title: "Name", Help: "Name that the client gave itself; (own) is natsctl itself.", Value: func(r *fleet.ConnRow) any { return r.Info.Name }, Label: ownLabel},
		{Name: "server", Title: "Server", Short: "Srv", Help: "Server name.", Value: func(r *fleet.ConnRow) any { return r.Server.Info.Name }},
		{Name: "cluster", Title: "Cluster", Help: "Cluster of the server.", Wide: true, Value: func(r *fleet.ConnRow) any { return r.Server.Info.Cluster }},
		{Name: "account", Title: "Account", Help: "Account that it is in.", Value: func(r *fleet.ConnRow) any { return r.Info.Account }, Label: func(r *fleet.ConnRow) string { return cmp.Or(r.AccountName, r.Info.NameTag) }},
		{Name: "user", Title: "User", Help: "User name or public key.", Wide: true, Value: func(r *fleet.ConnRow) any { return r.Info.AuthorizedUser }, Label: func(r *fleet.ConnRow) string { return fleet.UserName(r.Info) }},
		{Name: "ip", Title: "IP", Help: "Address that it comes from.", Value: func(r *fleet.ConnRow) any { return r.Info.IP }},
		{Name: "port", Title: "Port", Help: "Port that it comes from.", Wide: true, Value: func(r *fleet.ConnRow) any { return r.Info.Port }},
		{Name: "kind", Title: "Kind", Help: "Client or Leafnode.", Wide: true, Value: func(r *fleet.ConnRow) any { return r.Info.Kind }},
		{Name: "type", Title: "Type", Help: "Protocol: nats, mqtt or websocket.", Wide: true, Value: func(r *fleet.ConnRow) any { return r.Info.Type }},
		{Name: "own", Title: "Own", Help: "Whether it is a connection of natsctl, by its name.", Wide: true, Value: func(r *fleet.ConnRow) any { return r.Own() }},
		{Name: "reason", Title: "Reason", Help: "Why it was closed, in the server's words.", Wide: !closed, Value: func(r *fleet.ConnRow) any { return r.Info.Reason }, Level: reasonLevel},
		{Name: "stopped", Title: "Closed", Help: "When it was closed.", Unit: Instant, Wide: !closed, Value: stopped},
		{Name: "subs", Title: "Subs", Help: "Subscriptions.", Unit: Count, Sum: true, Value: func(r *fleet.ConnRow) any { return r.Info.NumSubs }},
	}
	cols = append(cols, TrafficColumns(rates, func(r *fleet.ConnRow) fleet.Traffic { return r.Traffic })...)
	cols = append(cols, CounterColumns(rates, func(r *fleet.ConnRow) fleet.Counters {
		return fleet.Counters{InMsgs: r.Info.InMsgs, OutMsgs: r.Info.OutMsgs, InBytes: r.Info.InBytes, OutBytes: r.Info.OutBytes}
	})...)
	return append(cols, connectionState()...)
}

// ownLabel marks the connections of natsctl itself.
func ownLabel(r *fleet.ConnRow) string {
	if r.Own() {
		return r.Info.Name + " (own)"
	}
	return ""
}

func connectionState() []Column[*fleet.ConnRow] {
	return []Column[*fleet.ConnRow]{
		{
			Name: "pending_bytes", Title: "Pending", Help: "Bytes that wait to be sent; marked from 25 % of max_pending.", Unit: Bytes, Sum: true,
			Value: func(r *fleet.ConnRow) any { return unlessLeaf(r, r.Info.Pending) }, Level: pendingLevel,
		},
		{Name: "stalls", Title: "Stalls", Help: "Times that publishers were held back for it (2.12).", Unit: Count, Wide: true, Sum: true, Value: func(r *fleet.ConnRow) any {
			return unlessLeaf(r, reported(r.Server, fleet.FieldStalledClients, r.Info.Stalls))
		}},
		{Name: "rtt_seconds", Title: "RTT", Help: "Round trip time as its server measured it last.", Unit: Seconds, Value: func(r *fleet.ConnRow) any { return duration(r.Info.RTT) }},
		{Name: "uptime_seconds", Title: "Uptime", Short: "Up", Help: "Since it connected; until it was closed.", Unit: Seconds, Value: func(r *fleet.ConnRow) any { return since(r.Info.Start, r.UptimeSeconds) }},
		{Name: "idle_seconds", Title: "Idle", Help: "Since it last sent or received something.", Unit: Seconds, Value: func(r *fleet.ConnRow) any { return since(r.Info.LastActivity, r.IdleSeconds) }},
		{Name: "lang", Title: "Lang", Help: "Language of the client library.", Wide: true, Value: func(r *fleet.ConnRow) any { return r.Info.Lang }},
		{Name: "version", Title: "Version", Short: "Ver", Help: "Version of the client library.", Wide: true, Value: func(r *fleet.ConnRow) any { return r.Info.Version }},
		{Name: "tls_version", Title: "TLS", Help: "TLS version; empty without TLS.", Wide: true, Value: func(r *fleet.ConnRow) any { return r.Info.TLSVersion }},
		{Name: "mqtt_client", Title: "MQTT id", Help: "MQTT client id.", Wide: true, Value: func(r *fleet.ConnRow) any { return r.Info.MQTTClient }},
		{Name: "tags", Title: "Tags", Help: "Tags of its user.", Wide: true, Value: func(r *fleet.ConnRow) any { return []string(r.Info.Tags) }},
		{Name: "started", Title: "Started", Help: "When it connected.", Unit: Instant, Wide: true, Value: func(r *fleet.ConnRow) any { return unlessLeaf(r, instant(r.Info.Start)) }},
		{Name: "subscriptions", Title: "Subscriptions", Help: "Subjects subscribed to; needs --subscriptions.", Wide: true, Value: func(r *fleet.ConnRow) any {
			if r.Info.Subs == nil {
				return nil
			}
			return r.Info.Subs
		}},
	}
}

// unlessLeaf returns v, or nil in a row from LEAFZ, which does not report it.
func unlessLeaf(r *fleet.ConnRow, v any) any {
	if r.Leaf {
		return nil
	}
	return v
}

func stopped(r *fleet.ConnRow) any {
	if r.Info.Stop == nil {
		return nil
	}
	return *r.Info.Stop
}

// since returns the time since an instant that may be unknown.
func since(then time.Time, seconds float64) any {
	if then.IsZero() {
		return nil
	}
	return seconds
}

// reasonLevel judges why a connection ended; an open one has no reason.
func reasonLevel(r *fleet.ConnRow) Level {
	switch reason := r.Info.Reason; {
	case strings.HasPrefix(reason, "Slow Consumer"), strings.HasPrefix(reason, "Authentication"), strings.HasPrefix(reason, "Maximum"):
		return fleet.Crit
	case reason == "", reason == "Client Closed", reason == "Server Shutdown":
		return fleet.OK
	}
	return fleet.Warn
}

func pendingLevel(r *fleet.ConnRow) Level {
	if r.Leaf || r.Server.Varz == nil || r.Server.Varz.MaxPending <= 0 || r.Info.Stop != nil {
		return fleet.OK
	}
	return byLimit("pending_percent", float64(r.Info.Pending)/float64(r.Server.Varz.MaxPending)*100)
}

// duration parses a duration as servers write it, into seconds; nil if there is
// none.
func duration(s string) any {
	d, err := time.ParseDuration(s)
	if err != nil {
		return nil
	}
	return d.Seconds()
}

// Accounts returns the columns of a table of accounts.
func Accounts(rates bool) []Column[*fleet.AccountRow] {
	cols := []Column[*fleet.AccountRow]{
		{Name: "account", Title: "Account", Help: "Name or public key.", Value: func(r *fleet.AccountRow) any { return r.Name }, Label: func(r *fleet.AccountRow) string { return r.Label }},
		{Name: "label", Title: "Name tag", Help: "Name that its JWT gives it.", Wide: true, Value: func(r *fleet.AccountRow) any { return r.Label }},
		{Name: "system", Title: "System", Help: "Whether it is the system account (needs VARZ).", Wide: true, Value: func(r *fleet.AccountRow) any { return r.System }},
		{Name: "servers", Title: "Servers", Short: "Srv", Help: "Servers with a connection of it.", Unit: Count, Value: func(r *fleet.AccountRow) any { return r.Servers }},
		{Name: "conns", Title: "Conns", Short: "Conn", Help: "Client connections.", Unit: Count, Sum: true, Value: func(r *fleet.AccountRow) any { return r.Conns }},
		{Name: "leafs", Title: "Leafs", Short: "Leaf", Help: "Leafnode connections; one counts at each of its ends that answers.", Unit: Count, Sum: true, Value: func(r *fleet.AccountRow) any { return r.Leafs }},
		{Name: "subs", Title: "Subs", Help: "Subscriptions in the lists of all servers, where one stands on each that knows of it (2.10).", Unit: Count, Sum: true, Value: accountSubs},
	}
	cols = append(cols, TrafficColumns(rates, func(r *fleet.AccountRow) fleet.Traffic { return r.Traffic })...)
	cols = append(cols, CounterColumns(rates, func(r *fleet.AccountRow) fleet.Counters { return r.Counters })...)
	return append(cols, []Column[*fleet.AccountRow]{
		{Name: "slow_consumers", Title: "Slow", Help: "Slow consumers since the servers started.", Unit: Count, Sum: true, Value: func(r *fleet.AccountRow) any { return r.Slow }, Level: slowAccount},
		{Name: "total_conns", Title: "Conns ever", Short: "Ever", Help: "Connections since the servers started.", Unit: Count, Wide: true, Sum: true, Value: func(r *fleet.AccountRow) any { return r.Ever }},
		{Name: "streams", Title: "Streams", Help: "Streams; needs --jetstream.", Unit: Count, Wide: true, Sum: true, Value: use(func(u *fleet.AccountUse) any { return u.Streams })},
		{Name: "consumers", Title: "Consumers", Short: "Cons", Help: "Consumers; needs --jetstream.", Unit: Count, Wide: true, Sum: true, Value: use(accountConsumers)},
		{Name: "store_bytes", Title: "Store", Help: "Bytes in files, over all replicas; needs --jetstream.", Unit: Bytes, Wide: true, Sum: true, Value: use(func(u *fleet.AccountUse) any { return u.Store })},
		{Name: "memory_bytes", Title: "Memory", Short: "Mem", Help: "Bytes in memory streams, over all replicas; needs --jetstream.", Unit: Bytes, Wide: true, Sum: true, Value: use(func(u *fleet.AccountUse) any { return u.Memory })},
	}...)
}

func accountSubs(r *fleet.AccountRow) any {
	if r.NoSubs {
		return nil
	}
	return r.Subs
}

func slowAccount(r *fleet.AccountRow) Level {
	if r.Slow > 0 {
		return fleet.Warn
	}
	return fleet.OK
}

func accountConsumers(u *fleet.AccountUse) any {
	if u.Consumers < 0 {
		return nil
	}
	return u.Consumers
}

func use(value func(*fleet.AccountUse) any) func(*fleet.AccountRow) any {
	return func(r *fleet.AccountRow) any {
		if r.JS == nil {
			return nil
		}
		return value(r.JS)
	}
}
