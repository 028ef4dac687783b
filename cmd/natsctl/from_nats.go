package main

// fromNats maps commands that natsctl does not have, most of them of the nats
// CLI, to the command that does the same; an empty value means that only the
// nats CLI has it.
var fromNats = map[string]string{
	"server list":              "server ls",
	"server watch":             "top",
	"server check":             "check",
	"server config":            "server reload",
	"server account":           "account ls",
	"server tls":               "server report certificates",
	"server report conns":      "server report connections",
	"server report conn":       "server report connections",
	"server report connz":      "server report connections",
	"server report acct":       "server report accounts",
	"server report jsz":        "server report jetstream",
	"server report js":         "server report jetstream",
	"server report super":      "server report gateways",
	"server report gateway":    "server report gateways",
	"server report leaf":       "server report leafnodes",
	"server report leafz":      "server report leafnodes",
	"server report route":      "server report routes",
	"server report mem":        "server report memory",
	"server request kick":      "server kick",
	"server request profile":   "server profile",
	"server request variables": "server request varz",
	"cluster node lame-duck":   "cluster lame-duck",
	"cluster node drain":       "cluster lame-duck",
	"cluster heal":             "cluster fault heal",
	"account report":           "account conns",
	"report":                   "server report",
	"srv":                      "server",
	"sys":                      "server",
	"rtt":                      "context validate",
	"latency":                  "bench request",
	"graph":                    "server graph",
	"kick":                     "conn kick",
	"ls":                       "server ls",
	"ping":                     "server ping",
	"stream":                   "",
	"consumer":                 "",
	"kv":                       "",
	"object":                   "",
	"pub":                      "",
	"publish":                  "",
	"sub":                      "",
	"subscribe":                "",
	"req":                      "",
	"request":                  "",
	"reply":                    "",
	"service":                  "",
	"trace":                    "",
}

// flagsFromNats maps flags of the nats CLI, and of other commands here, to the
// equivalent; it is named where the command has it.
var flagsFromNats = map[string]string{
	"--json":   "-o json",
	"--top":    "--limit",
	"--format": "-o",
	"--ctx":    "--context",
	"--for":    "--duration",
}
