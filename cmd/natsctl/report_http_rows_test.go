package main

import (
	"cmp"
	"fmt"
	"strings"
)

// httpReports is the table of comparisons, one row for each report.
func httpReports() []httpReport {
	return []httpReport{
		{name: "connections", paths: []string{"/connz?auth=1", "/leafz"}, key: []string{"server", "cid"}, rows: connRows},
		{name: "accounts", paths: []string{"/accstatz?unused=1"}, key: []string{"account"}, rows: accountRows},
		{name: "routes", paths: []string{"/routez"}, key: []string{"from", "to"}, rows: routeRows},
		{name: "gateways", paths: []string{"/gatewayz"}, key: []string{"from", "remote_cluster"}, rows: gatewayRows},
		{name: "leafnodes", paths: []string{"/leafz"}, key: []string{"hub", "spoke"}, rows: leafRows},
		{name: "jetstream", paths: []string{"/jsz?raft=1"}, key: []string{"server"}, rows: peerRows},
		{name: "streams", paths: []string{jszAll}, key: []string{"account", "stream"}, rows: streamRows},
		{name: "consumers", paths: []string{jszAll}, key: []string{"stream", "consumer"}, rows: consumerRows},
		{name: "health", paths: []string{"/healthz"}, key: []string{"server"}, rows: perServer(healthRow)},
		{name: "cpu", key: []string{"server"}, rows: perServer(cpuRow)},
		{name: "memory", key: []string{"server"}, rows: perServer(memoryRow)},
		{name: "versions", key: []string{"server"}, rows: perServer(versionRow)},
		{name: "subscriptions", paths: []string{"/subsz"}, key: []string{"server"}, rows: perServer(subsRow)},
		{name: "sharing", args: []string{"APP"}, paths: []string{"/accountz?acc=APP"}, key: []string{"direction", "subject", "local_subject"}, rows: sharingRows},
		{name: "certificates", key: []string{"server", "listener"}, rows: listenerRows},
	}
}

const jszAll = "/jsz?accounts=1&streams=1&consumers=1&config=1&raft=1"

// perServer makes one row of each server.
func perServer(row func(scrape) object) func([]scrape) map[string]object {
	return func(all []scrape) map[string]object {
		rows := map[string]object{}
		for _, s := range all {
			r := row(s)
			r["server"], r["cluster"] = s.name, s.cluster
			rows[s.name] = r
		}
		return rows
	}
}

func counters(r, o object) {
	for _, f := range []string{"in_msgs", "out_msgs", "in_bytes", "out_bytes"} {
		r[f] = num(o, f)
	}
}

func connRows(all []scrape) map[string]object {
	rows := map[string]object{}
	for _, s := range all {
		doc := s.at["/connz?auth=1"]
		for _, c := range list(doc, "connections") {
			r := object{
				"cid": c["cid"], "server": s.name, "cluster": s.cluster, "name": text(c, "name"), "account": text(c, "account"),
				"user": text(c, "authorized_user"), "ip": c["ip"], "port": c["port"], "kind": text(c, "kind"), "type": text(c, "type"),
				"reason": "", "stopped": nil, "subs": num(c, "subscriptions"), "pending_bytes": free{}, "stalls": s.since(num(c, "stalls"), "2.12.0"),
				"rtt_seconds": span(c, "rtt"), "uptime_seconds": since(c, "start", doc["now"]), "idle_seconds": free{},
				"lang": text(c, "lang"), "version": text(c, "version"), "tls_version": text(c, "tls_version"),
				"mqtt_client": text(c, "mqtt_client"), "tags": c["tags"], "started": instant(c, "start"), "subscriptions": nil,
				"own": strings.HasPrefix(fmt.Sprint(text(c, "name")), "natsctl ") && text(c, "kind") == "Client",
			}
			if r["account"] == "SYS" {
				r["subs"] = slack{num(c, "subscriptions"), 20} // system leafnodes learn of the inbox that asks
			}
			if r["rtt_seconds"] == nil {
				r["rtt_seconds"] = free{} // the server measures it when it is first asked
			}
			counters(r, c)
			rows[fmt.Sprint(s.name, " ", c["cid"])] = r
		}
		for _, l := range list(s.at["/leafz"], "leafs") {
			key := fmt.Sprint(s.name, " ", l["id"])
			if l["id"] != nil && rows[key] == nil {
				rows[key] = leafConnRow(s, l)
			}
		}
	}
	return rows
}

// leafConnRow is a leafnode connection that /connz leaves out.
func leafConnRow(s scrape, l object) object {
	r := object{
		"cid": l["id"], "server": s.name, "cluster": s.cluster, "name": text(l, "name"), "account": text(l, "account"), "user": "",
		"ip": l["ip"], "port": l["port"], "kind": "Leafnode", "type": "", "reason": "", "stopped": nil,
		"subs": slack{num(l, "subscriptions"), 20}, "pending_bytes": nil, "stalls": nil, "uptime_seconds": nil, "idle_seconds": nil,
		"lang": "", "version": "", "tls_version": "", "mqtt_client": "", "tags": nil, "started": nil, "subscriptions": nil,
		"rtt_seconds": free{}, "own": false,
	}
	counters(r, l)
	return r
}

func accountRows(all []scrape) map[string]object {
	rows := map[string]object{}
	for _, s := range all {
		for _, a := range list(s.at["/accstatz?unused=1"], "account_statz") {
			name := fmt.Sprint(a["acc"])
			r := rows[name]
			if r == nil {
				r = object{
					"account": name, "label": "", "system": name == "SYS", "servers": 0.0, "deaf": false,
					"streams": nil, "consumers": nil, "store_bytes": nil, "memory_bytes": nil,
				}
				rows[name] = r
			}
			r["deaf"] = r["deaf"] == true || s.older("2.10.0")
			if num(a, "conns")+num(a, "leafnodes") > 0 {
				r["servers"] = num(r, "servers") + 1
			}
			add(r, a, "conns", "leafnodes", "total_conns", "num_subscriptions", "slow_consumers")
			for prefix, side := range map[string]string{"in": "received", "out": "sent"} {
				r[prefix+"_msgs"] = num(r, prefix+"_msgs") + num(sub(a, side), "msgs")
				r[prefix+"_bytes"] = num(r, prefix+"_bytes") + num(sub(a, side), "bytes")
			}
		}
	}
	for name, r := range rows {
		r["leafs"], r["subs"] = r["leafnodes"], r["num_subscriptions"]
		if name == "SYS" { // the connection that asks is in it
			r["conns"], r["subs"] = slack{num(r, "conns"), 1}, slack{num(r, "subs"), 100}
			r["servers"], r["total_conns"] = slack{num(r, "servers"), 1}, slack{num(r, "total_conns"), 2}
		}
		if r["deaf"] == true { // the sum would not be one of all servers
			r["subs"] = nil
		}
	}
	return rows
}

func routeRows(all []scrape) map[string]object {
	ids, rows, rtts := serverIDs(all), map[string]object{}, roundTrips{}
	for _, s := range all {
		doc := s.at["/routez"]
		for _, rt := range list(doc, "routes") {
			remote := ids[fmt.Sprint(rt["remote_id"])]
			key := s.name + " " + remote
			if s.name > remote { // the pair is told by the first of the two, but for the larger of both round trip times
				rtts.add(remote+" "+s.name, rt)
				continue
			}
			rtts.add(key, rt)
			r := rows[key]
			if r == nil {
				r = object{
					"cluster": s.cluster, "from": s.name, "to": remote, "state": fast(), "why": free{}, "subs": 0.0, "pending_bytes": free{},
					"compression": oneOf{}, "uptime_seconds": free{},
				}
				rows[key] = r
			}
			if text(rt, "account") == "" {
				r["pools"] = num(r, "pools") + 1
			} else {
				r["accounts"] = num(r, "accounts") + 1
			}
			compressions(r, rt)
			add(r, rt, "in_msgs", "out_msgs", "in_bytes", "out_bytes", "subscriptions")
		}
	}
	for key, r := range rows {
		r["rtt_seconds"] = rtts[key]
		r["pool"], r["dedicated"] = fmt.Sprint(num(r, "pools")), fmt.Sprint(num(r, "accounts"))
		r["subs"] = slack{num(r, "subscriptions"), 20}
	}
	return rows
}

// roundTrips are the round trip times that the connections of a link tell, on
// both ends; those that are not measured yet tell none.
type roundTrips map[string]oneOf

func (r roundTrips) add(link string, conn object) {
	if rtt, _ := span(conn, "rtt").(float64); rtt > 0 {
		r[link] = append(r[link], rtt)
	}
}

// fast is the state of a good link, which is called slow where a busy machine
// made one round trip time far longer than the others.
func fast() oneOf { return oneOf{"ok", "slow"} }

// compressions collects those of the connections of a link, which each choose
// their own by their round trip time.
func compressions(r, conn object) {
	if c := conn["compression"]; c != nil {
		r["compression"] = append(r["compression"].(oneOf), c)
	}
}

// serverIDs gives the name of each id.
func serverIDs(all []scrape) map[string]string {
	ids := map[string]string{}
	for _, s := range all {
		ids[fmt.Sprint(s.at["/varz"]["server_id"])] = s.name
	}
	return ids
}

func gatewayRows(all []scrape) map[string]object {
	ids, rows, rtts := serverIDs(all), map[string]object{}, roundTrips{}
	for _, s := range all {
		doc := s.at["/gatewayz"]
		for _, v := range sub(doc, "inbound_gateways") {
			for _, g := range v.([]any) {
				c := sub(g.(object), "connection")
				rtts.add(fmt.Sprint(ids[fmt.Sprint(c["name"])], " ", s.cluster, " ", s.name), c)
			}
		}
		for remote, v := range sub(doc, "outbound_gateways") {
			c := sub(v.(object), "connection")
			r := object{
				"cluster": s.cluster, "from": s.name, "remote_cluster": remote, "to": ids[fmt.Sprint(c["name"])], "state": fast(), "why": free{},
				"pending_bytes": free{}, "subs": slack{num(c, "subscriptions"), 20}, "compression": nil,
				"uptime_seconds": free{},
			}
			counters(r, c)
			rtts.add(fmt.Sprint(s.name, " ", remote, " ", r["to"]), c)
			rows[s.name+" "+remote] = r
		}
	}
	for key, r := range rows {
		r["rtt_seconds"] = rtts[fmt.Sprint(key, " ", r["to"])]
	}
	return rows
}

func leafRows(all []scrape) map[string]object {
	leaf, rows, rtts := "", map[string]object{}, roundTrips{}
	var spokes []object // the connections as the leaf sees them
	for _, s := range all {
		if sub(s.at["/varz"], "leaf")["port"] == nil {
			leaf, spokes = s.name, list(s.at["/leafz"], "leafs") // the only one that nobody can be a leaf of
		}
	}
	for _, s := range all {
		for _, l := range list(s.at["/leafz"], "leafs") {
			if s.name == leaf {
				continue // told by the hub
			}
			spoke := leaf // which servers before 2.9.15 do not say
			if !s.older("2.9.15") {
				spoke = fmt.Sprint(l["name"])
			}
			key := s.name + " " + spoke
			r := rows[key]
			if r == nil {
				r = object{
					"cluster": s.cluster, "hub": s.name, "spoke": spoke, "state": "ok", "why": "",
					"pending_bytes": free{}, "uptime_seconds": nil, "domain": "edge", "compression": oneOf{},
				}
				rows[key] = r
			}
			set, _ := r["set"].(map[string]bool)
			if set == nil {
				set = map[string]bool{}
				r["set"] = set
			}
			set[fmt.Sprint(l["account"])] = true
			rtts.add(key, l)
			compressions(r, l)
			r["n"] = num(r, "n") + 1
			add(r, l, "in_msgs", "out_msgs", "in_bytes", "out_bytes", "subscriptions")
		}
	}
	for key, r := range rows {
		var accounts []any
		for _, name := range names(r["set"].(map[string]bool)) {
			accounts = append(accounts, name)
		}
		if len(rtts[key]) == 0 {
			rtts[key] = oneOf{nil}
		}
		for _, l := range spokes { // of which an old one does not say where it leads
			rtts.add(key, l)
		}
		r["rtt_seconds"] = rtts[key]
		r["accounts"], r["connections"], r["subs"] = accounts, fmt.Sprint(num(r, "n")), slack{num(r, "subscriptions"), 20}
	}
	return rows
}

func healthRow(s scrape) object {
	return object{
		"status": s.at["/healthz"]["status"], "status_code": s.since(200.0, "2.10.0"), "type": nil, "account": nil, "stream": nil, "consumer": nil,
		"error": text(s.at["/healthz"], "error"),
	}
}

func cpuRow(s scrape) object {
	v := s.at["/varz"]
	r := object{
		"cpu_percent": free{}, "load_percent": free{}, "cores": num(v, "cores"), "gomaxprocs": free{}, // of this process, which another test may change
		"conns": slack{num(v, "connections"), 1}, "subs": slack{num(v, "subscriptions"), 50},
	}
	counters(r, v)
	return r
}

func memoryRow(s scrape) object {
	v := s.at["/varz"]
	return object{
		"mem_bytes": free{}, "limit_bytes": v["gomemlimit"], "used_percent": nil, "conns": slack{num(v, "connections"), 1},
		"subs": slack{num(v, "subscriptions"), 50}, "memory_store_bytes": memoryStore(v),
		"slow_consumers": num(v, "slow_consumers"),
	}
}

// memoryStore is nil without JetStream.
func memoryStore(v object) any {
	stats := sub(sub(v, "jetstream"), "stats")
	if stats == nil {
		return nil
	}
	return num(stats, "memory")
}

func versionRow(s scrape) object {
	v := s.at["/varz"]
	return object{
		"version": v["version"], "version_skew": s.skewed, "config_digest": v["config_digest"], "config_skew": s.since(false, "2.11.0"),
		"config_loaded": instant(v, "config_load_time"), "started": instant(v, "start"), "go": v["go"],
		"git_commit": text(v, "git_commit"), "id": v["server_id"],
	}
}

func subsRow(s scrape) object {
	v := s.at["/subsz"]
	return object{
		"subs": slack{num(v, "num_subscriptions"), 50}, "cache": slack{num(v, "num_cache"), 200}, "inserts": num(v, "num_inserts"),
		"removes": num(v, "num_removes"), "matches": num(v, "num_matches"), "cache_hit_percent": free{}, "max_fanout": free{}, "avg_fanout": free{},
	}
}

func listenerRows(all []scrape) map[string]object {
	rows := map[string]object{}
	for _, s := range all {
		v := s.at["/varz"]
		put := func(name string, host, port, tls any) {
			if p, _ := port.(float64); p == 0 {
				return
			}
			rows[s.name+" "+name] = object{
				"server": s.name, "cluster": s.cluster, "listener": name, "host": host, "port": port, "tls": tls == true,
				"not_after": nil, "left_seconds": nil,
			}
		}
		put("client", v["host"], v["port"], v["tls_required"])
		put("route", sub(v, "cluster")["addr"], sub(v, "cluster")["cluster_port"], sub(v, "cluster")["tls_required"])
		for name, field := range map[string]string{"gateway": "gateway", "leafnode": "leaf", "websocket": "websocket", "mqtt": "mqtt"} {
			put(name, cmp.Or(fmt.Sprint(sub(v, field)["host"]), ""), sub(v, field)["port"], sub(v, field)["tls_required"])
		}
	}
	return rows
}

// partner is the account of an import; nil for an export to anybody.
func partner(o object) any {
	if o["account"] == nil {
		return nil
	}
	return []any{o["account"]}
}

func sharingRows(all []scrape) map[string]object {
	rows := map[string]object{}
	detail := sub(all[0].at["/accountz?acc=APP"], "account_detail")
	for direction, items := range map[string][]object{"export": list(detail, "exports"), "import": list(detail, "imports")} {
		for _, i := range items {
			local := cmp.Or(fmt.Sprint(text(i, "local_subject")), fmt.Sprint(text(i, "to")))
			rows[fmt.Sprint(direction, " ", i["subject"], " ", local)] = object{
				"account": detail["account_name"], "direction": direction, "type": i["type"], "subject": i["subject"], "local_subject": local,
				"accounts": partner(i), "private": false, "invalid": i["invalid"] == true, "name": text(i, "name"),
			}
		}
	}
	return rows
}
