package main

import "fmt"

func peerRows(all []scrape) map[string]object {
	rows := map[string]object{}
	for _, s := range all {
		js := s.at["/jsz?raft=1"]
		if js["disabled"] == true {
			continue
		}
		meta := sub(js, "meta_cluster")
		leader := s.name
		if meta != nil {
			leader = fmt.Sprint(meta["leader"])
		}
		cfg := sub(js, "config")
		r := object{
			"domain": text(cfg, "domain"), "cluster": s.cluster, "server": s.name, "role": "follower", "current": true, "online": true,
			"last_seen_seconds": free{}, "lag": free{}, "ha_assets": num(js, "ha_assets"), "streams": num(js, "streams"),
			"streams_leader": s.since(num(js, "streams_leader"), "2.12.1"), "consumers": num(js, "consumers"), "messages": num(js, "messages"),
			"store_bytes": num(js, "storage"), "store_percent": num(js, "storage") / num(cfg, "max_storage") * 100,
			"memory_bytes": num(js, "memory"), "memory_percent": num(js, "memory") / num(cfg, "max_memory") * 100,
			"api_requests": num(sub(js, "api"), "total"), "api_errors": num(sub(js, "api"), "errors"),
		}
		if s.name == leader {
			r["role"] = "leader"
		}
		rows[s.name] = r
	}
	return rows
}

// eachStream calls f for every stream as its leader tells it.
func eachStream(all []scrape, f func(s scrape, account string, stream object)) {
	for _, s := range all {
		for _, acc := range list(s.at[jszAll], "account_details") {
			for _, st := range list(acc, "stream_detail") {
				if leader := text(sub(st, "cluster"), "leader"); leader == "" || leader == s.name {
					f(s, fmt.Sprint(acc["name"]), st)
				}
			}
		}
	}
}

func streamRows(all []scrape) map[string]object {
	rows := map[string]object{}
	eachStream(all, func(s scrape, account string, st object) {
		state, cfg := sub(st, "state"), sub(st, "config")
		rows[account+" "+fmt.Sprint(st["name"])] = object{
			"account": account, "account_name": account, "stream": st["name"], "domain": text(sub(s.at[jszAll], "config"), "domain"), "state": "ok",
			"replicas": num(cfg, "num_replicas"), "replicas_wanted": num(cfg, "num_replicas"), "copies": fmt.Sprint(num(cfg, "num_replicas")), "origins": []any{}, "leader": s.name, "peers": peerNames(st), "lag": free{},
			"messages": num(state, "messages"), "store_bytes": num(state, "bytes"),
			"full_percent": num(state, "bytes") / num(cfg, "max_bytes") * 100, "consumers": num(state, "consumer_count"),
			"subjects": num(state, "num_subjects"), "deleted": num(state, "num_deleted"), "first_sequence": num(state, "first_seq"),
			"last_sequence": num(state, "last_seq"), "last_message": instant(state, "last_ts"), "storage": text(cfg, "storage"),
			"raft_group": st["stream_raft_group"],
		}
	})
	return rows
}

// peerNames are the replicas of a stream or consumer but its leader.
func peerNames(o object) []any {
	out := []any{}
	for _, p := range list(sub(o, "cluster"), "replicas") {
		if p["name"] != sub(o, "cluster")["leader"] {
			out = append(out, p["name"])
		}
	}
	return out
}

func consumerRows(all []scrape) map[string]object {
	rows := map[string]object{}
	for _, s := range all {
		for _, acc := range list(s.at[jszAll], "account_details") {
			for _, st := range list(acc, "stream_detail") {
				for _, c := range list(st, "consumer_detail") {
					if leader := text(sub(c, "cluster"), "leader"); leader != "" && leader != s.name {
						continue
					}
					rows[fmt.Sprint(st["name"], " ", c["name"])] = object{
						"account": acc["name"], "account_name": acc["name"], "stream": st["name"], "consumer": c["name"],
						"domain": text(sub(s.at[jszAll], "config"), "domain"), "state": "ok", "type": "pull", "leader": s.name,
						"copies": fmt.Sprint(num(sub(st, "config"), "num_replicas")), "peers": peerNames(c), "lag": free{}, "pending": num(c, "num_pending"), "ack_pending": num(c, "num_ack_pending"),
						"redelivered": num(c, "num_redelivered"), "waiting": num(c, "num_waiting"),
						"delivered_sequence": num(sub(c, "delivered"), "stream_seq"), "ack_floor_sequence": num(sub(c, "ack_floor"), "stream_seq"),
						"last_ack": nil, "filter": filters(sub(c, "config")), "queue_group": text(sub(c, "config"), "deliver_group"),
						"ack_wait_seconds": num(sub(c, "config"), "ack_wait") / 1e9, "max_ack_pending": limit(sub(c, "config"), "max_ack_pending"),
						"max_deliver": limit(sub(c, "config"), "max_deliver"), "max_waiting": limit(sub(c, "config"), "max_waiting"),
					}
				}
			}
		}
	}
	return rows
}

// filters are the subjects that a consumer is configured to be limited to.
func filters(config object) []any {
	if one := text(config, "filter_subject"); one != "" {
		return []any{one}
	}
	many, _ := config["filter_subjects"].([]any)
	return append([]any{}, many...)
}
