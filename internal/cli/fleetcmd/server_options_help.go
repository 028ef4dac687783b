package fleetcmd

// optionHelp is the help of the request options; the names are from nats-server
// (monitor.go).
var optionHelp = map[string]string{
	"acc":                  "Only this account.",
	"account":              "Only this account.",
	"account_name":         "Only this account.",
	"accounts":             "Include the accounts.",
	"all":                  "Include empty queues.",
	"auth":                 "Include user and account of each connection.",
	"cid":                  "Show only the connection with this id.",
	"config":               "Include the configuration of streams and consumers.",
	"consumer":             "Include the consumers of each stream.",
	"debug":                "Form of the profile: 0 for go tool pprof, 1 or 2 for text.",
	"details":              "Include what is wrong.",
	"direct_consumer":      "Include consumers of other servers' sources and mirrors.",
	"duration":             "How long to measure; CPU profile only, at most 15s.",
	"filter":               "Show only queues whose name contains this.",
	"filter_subject":       "Show only connections that subscribe to this subject; needs the account.",
	"group":                "Show only this Raft group.",
	"include_unused":       "Include accounts without connections.",
	"js-enabled":           "Check only that JetStream is enabled (old name).",
	"js-enabled-only":      "Check only that JetStream is enabled.",
	"js-meta-only":         "Check only the meta group.",
	"js-server-only":       "Check the server, not its streams and consumers.",
	"leader_only":          "Only the meta leader answers.",
	"mqtt_client":          "Show only the connection of this MQTT client.",
	"name":                 "Show only this one.",
	"raft":                 "Include Raft groups.",
	"sort":                 "Sort order of the server: cid, start, subs, pending, msgs_to, msgs_from, bytes_to, bytes_from, last, idle, uptime, stop, reason, rtt.",
	"stream":               "Show only this stream.",
	"stream_leader_only":   "Report streams only from their leaders.",
	"streams":              "Include the streams.",
	"subscriptions":        "Include the subscriptions.",
	"subscriptions_detail": "Include the subscriptions and their counters.",
	"test":                 "Show only subscriptions that match this subject.",
	"user":                 "Show only this user.",
}

// helpFor describes an option; an option that is not in this table gets its name.
func helpFor(name string) string {
	if help := optionHelp[name]; help != "" {
		return help
	}
	return "Option " + name + " of the request."
}
