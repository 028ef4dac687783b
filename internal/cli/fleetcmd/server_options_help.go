package fleetcmd

// optionHelp says what the options of requests mean; the names are those of
// nats-server (monitor.go).
var optionHelp = map[string]string{
	"acc":                  "Only this account.",
	"account":              "Only this account.",
	"account_name":         "Only this account.",
	"accounts":             "With the accounts.",
	"all":                  "Empty queues too.",
	"auth":                 "With user and account of each connection.",
	"cid":                  "Only the connection of this number.",
	"config":               "With the configuration of streams and consumers.",
	"consumer":             "With the consumers of each stream.",
	"debug":                "Form of the profile: 0 for go tool pprof, 1 or 2 for text.",
	"details":              "With what is wrong.",
	"direct_consumer":      "With consumers of other servers' sources and mirrors.",
	"duration":             "How long to measure; only for the cpu profile, at most 15s.",
	"filter":               "Only queues whose name contains this.",
	"filter_subject":       "Only connections that subscribe to this subject; needs the account.",
	"group":                "Only this Raft group.",
	"include_unused":       "Accounts without connections too.",
	"js-enabled":           "Check no more than that JetStream is enabled (old name).",
	"js-enabled-only":      "Check no more than that JetStream is enabled.",
	"js-meta-only":         "Check no more than the meta group.",
	"js-server-only":       "Check the server, not its streams and consumers.",
	"leader_only":          "Only the meta leader answers.",
	"mqtt_client":          "Only the connection of this MQTT client.",
	"name":                 "Only this one.",
	"raft":                 "With Raft groups.",
	"sort":                 "Order of the server: cid, start, subs, pending, msgs_to, msgs_from, bytes_to, bytes_from, last, idle, uptime, stop, reason, rtt.",
	"stream":               "Only this stream.",
	"stream_leader_only":   "Streams only from their leaders.",
	"streams":              "With the streams.",
	"subscriptions":        "With the subscriptions.",
	"subscriptions_detail": "With the subscriptions and their figures.",
	"test":                 "Only subscriptions that this subject would reach.",
	"user":                 "Only this user.",
}

// helpFor describes an option; one that is newer than this table has its name.
func helpFor(name string) string {
	if help := optionHelp[name]; help != "" {
		return help
	}
	return "Option " + name + " of the request."
}
