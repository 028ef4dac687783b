package main

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/view"
)

// fromNats are words of the nats CLI that natsctl has no command of, with the
// command that does the same; an empty one: that is left to the nats CLI.
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
	"auth":                     "",
}

// flagsFromNats are flags of the nats CLI, with what does the same here.
var flagsFromNats = map[string]string{
	"--json":   "-o json",
	"--top":    "--limit",
	"--format": "-o",
	"--ctx":    "--context",
}

// noCommand is the error of a word that is no command.
func noCommand(w *walk, word string) error {
	path := word
	if w.name() != "" {
		path = w.name() + " " + word
	}
	ours, known := fromNats[path]
	switch {
	case known && ours == "":
		return fmt.Errorf("%s has no command %q, which is left to the nats CLI; it uses the same contexts", w.program(), word)
	case known:
		return fmt.Errorf("%s has no command %q; natsctl %s does that", w.program(), word, ours)
	}
	return fmt.Errorf("%s has no command %q%s", w.program(), word, view.Suggest(word, values(commandNames(w.commands()))))
}
