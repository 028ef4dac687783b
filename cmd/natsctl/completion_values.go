package main

import (
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	natsctx "github.com/natsctl/natsctl/internal/context"
)

// source gives the candidates for the value of a flag or an argument. It may
// read files, and nothing else.
type source func(e *env, w *walk) offer

// valueRow says where the values of a flag or an argument come from.
type valueRow struct {
	command string // the command, or the beginning of its name; "" for all
	name    string // --flag, or the name of an argument
	from    source
}

// value makes a row of the table of values.
func value(command, name string, from source) valueRow {
	return valueRow{command: command, name: name, from: from}
}

// commonValues complete what is the same in many commands. Flags whose place
// holder is FILE complete files without a row, enumerations their words.
func commonValues() []valueRow {
	return []valueRow{
		value("", "--context", savedContexts),
		value("", "--output", words(formats...)),
		value("", "--account-context", savedContexts),
		value("", "--probe-context", savedContexts),
		value("server", "name", knownServers),
		value("", "--name", knownServers),
		value("", "--server-name", knownServers),
		value("", "server", knownServers),
		value("", "--cluster", knownClusters),
		value("", "cluster", knownClusters),
		value("", "--account", knownAccounts),
		value("", "account", knownAccounts),
		value("account", "name", knownAccounts),
	}
}

// lookup finds the row for a name in a command: the first that matches, those
// of the commands before the common ones.
func (e *env) lookup(command, name string) source {
	for _, row := range slices.Concat(e.app.values, commonValues()) {
		inside := row.command == "" || command == row.command || strings.HasPrefix(command, row.command+" ")
		if inside && (row.name == name || row.name == "" && !strings.HasPrefix(name, "--")) {
			return row.from
		}
	}
	return nil
}

// flagSource is where the values of a flag come from.
func (e *env) flagSource(command string, f *kingpin.FlagModel) source {
	if enum := choices(f.Value); len(enum) > 0 {
		return func(*env, *walk) offer { return offer{words: enum} }
	}
	if from := e.lookup(command, "--"+f.Name); from != nil {
		return from
	}
	if p := f.PlaceHolder; p == "FILE" || p == "PATH" || p == "DIR" {
		return localFiles
	}
	return nothing
}

// argSource is where the values of an argument come from.
func (e *env) argSource(command string, a *kingpin.ArgModel) source {
	if enum := choices(a.Value); len(enum) > 0 {
		return func(*env, *walk) offer { return offer{words: enum} }
	}
	if from := e.lookup(command, a.Name); from != nil {
		return from
	}
	switch a.Name {
	case "file", "files", "path", "dir", "recording", "baseline":
		return localFiles
	}
	return nothing
}

func (w *walk) values(e *env, from source) offer { return from(e, w) }

func nothing(*env, *walk) offer { return offer{} }

func localFiles(*env, *walk) offer { return offer{files: true} }

// words offers fixed words.
func words(list ...string) source {
	return func(*env, *walk) offer {
		var o offer
		for _, word := range list {
			o.words = append(o.words, candidate{value: word})
		}
		return o
	}
}

// described is up to how many contexts are read to say what each is for. With
// more of them nobody reads that, and it would take long.
const described = 50

// savedContexts offers the names of the store, with what they are for.
func savedContexts(e *env, _ *walk) (o offer) {
	store, err := e.store()
	if err != nil {
		return o
	}
	names, err := store.Names()
	if err != nil {
		return o
	}
	for _, name := range names {
		word := candidate{value: name}
		if len(names) <= described {
			word.help = aboutContext(store, name)
		}
		o.words = append(o.words, word)
	}
	return o
}

// aboutContext is the description of a context, or its servers.
func aboutContext(store *natsctx.Store, name string) string {
	c, err := store.Load(name)
	switch {
	case err != nil:
		return "cannot be read"
	case c.Description != "":
		return c.Description
	}
	return natsctx.RedactURL(c.URLOrDefault())
}

// offered is how long after it was seen a name is offered.
const offered = 24 * time.Hour

// roster is what the last commands learned of the fleet that the line is about.
func (w *walk) roster(e *env) *roster {
	store, err := e.store()
	if err != nil {
		return &roster{}
	}
	_, none := w.flags["no-context"]
	t, err := natsctx.Resolve(store, natsctx.Overrides{
		Context: w.flags["context"], NoContext: none,
		Settings: natsctx.Settings{URL: w.flags["server"]}, AllowURLOverride: true,
	}, e.getenv)
	if err != nil {
		return &roster{}
	}
	return e.openRoster(t)
}

func knownServers(e *env, w *walk) (o offer) {
	for _, k := range w.roster(e).known {
		if e.now().Sub(k.Seen) < offered {
			o.words = append(o.words, candidate{k.Name, k.Cluster})
		}
	}
	return o
}

func knownClusters(e *env, w *walk) (o offer) {
	for _, k := range w.roster(e).known {
		if k.Cluster != "" && e.now().Sub(k.Seen) < offered {
			o.words = append(o.words, candidate{value: k.Cluster})
		}
	}
	return o
}

func knownAccounts(e *env, w *walk) (o offer) {
	for name, seen := range w.roster(e).accounts() {
		if e.now().Sub(seen) < offered {
			o.words = append(o.words, candidate{value: name})
		}
	}
	return o
}
