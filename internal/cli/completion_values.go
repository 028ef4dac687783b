package cli

import (
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	natsctx "github.com/natsctl/natsctl/internal/context"
)

// source returns the candidates for the value of a flag or an argument. It may
// only read files.
type source func(e *Env, w *Line) Offer

// Value says where the values of a flag or an argument come from.
type Value struct {
	command string // the command, or the beginning of its name; "" for all
	name    string // --flag, or the name of an argument
	from    source
}

// Complete returns a row of the table of values.
func Complete(command, name string, from source) Value {
	return Value{command: command, name: name, from: from}
}

// commonValues complete values that many commands share. Flags whose
// placeholder is FILE complete files without a row, enumerations their words.
func commonValues() []Value {
	return []Value{
		Complete("", "--context", SavedContexts),
		Complete("", "--output", Words(Formats...)),
		Complete("", "--account-context", SavedContexts),
		Complete("", "--probe-context", SavedContexts),
		Complete("server", "name", knownServers),
		Complete("", "--name", knownServers),
		Complete("", "--server-name", knownServers),
		Complete("", "server", knownServers),
		Complete("", "--cluster", knownClusters),
		Complete("", "cluster", knownClusters),
		Complete("", "--account", knownAccounts),
		Complete("", "account", knownAccounts),
		Complete("account", "name", knownAccounts),
	}
}

// lookup returns the first matching row for a name in the command; rows of the
// commands come before the common ones.
func (w *Line) lookup(name string) source {
	command := w.Name()
	for _, row := range slices.Concat(w.values, commonValues()) {
		inside := row.command == "" || command == row.command || strings.HasPrefix(command, row.command+" ")
		if inside && (row.name == name || row.name == "" && !strings.HasPrefix(name, "--")) {
			return row.from
		}
	}
	return nil
}

// flagSource returns the source of the values of a flag.
func (w *Line) flagSource(f *kingpin.FlagModel) source {
	if enum := choices(f.Value); len(enum) > 0 {
		return func(*Env, *Line) Offer { return Offer{Words: enum} }
	}
	if from := w.lookup("--" + f.Name); from != nil {
		return from
	}
	if p := f.PlaceHolder; p == "FILE" || p == "PATH" || p == "DIR" {
		return localFiles
	}
	return Nothing
}

// argSource returns the source of the values of an argument.
func (w *Line) argSource(a *kingpin.ArgModel) source {
	if enum := choices(a.Value); len(enum) > 0 {
		return func(*Env, *Line) Offer { return Offer{Words: enum} }
	}
	if from := w.lookup(a.Name); from != nil {
		return from
	}
	switch a.Name {
	case "file", "files", "path", "dir", "recording", "baseline":
		return localFiles
	}
	return Nothing
}

// Nothing offers no candidates.
func Nothing(*Env, *Line) Offer { return Offer{} }

func localFiles(*Env, *Line) Offer { return Offer{files: true} }

// Words offers fixed words.
func Words(list ...string) source {
	return func(*Env, *Line) Offer {
		var o Offer
		for _, word := range list {
			o.Words = append(o.Words, Candidate{Value: word})
		}
		return o
	}
}

// described is the maximum number of contexts that are read for their
// descriptions. With more of them it would take too long.
const described = 50

// SavedContexts offers the names of the store, with their descriptions.
func SavedContexts(e *Env, _ *Line) (o Offer) {
	store, err := e.Store()
	if err != nil {
		return o
	}
	names, err := store.Names()
	if err != nil {
		return o
	}
	for _, name := range names {
		word := Candidate{Value: name}
		if len(names) <= described {
			word.Help = aboutContext(store, name)
		}
		o.Words = append(o.Words, word)
	}
	return o
}

// aboutContext returns the description of a context, or its servers.
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

// offered is how long a name is offered after it was last seen.
const offered = 24 * time.Hour

// roster returns the names saved by earlier commands for the fleet of this command line.
func (w *Line) roster(e *Env) *roster {
	store, err := e.Store()
	if err != nil {
		return &roster{}
	}
	_, none := w.Flags["no-context"]
	t, err := natsctx.Resolve(store, natsctx.Overrides{
		Context: w.Flags["context"], NoContext: none,
		Settings: natsctx.Settings{URL: w.Flags["server"]}, AllowURLOverride: true,
	}, e.Getenv)
	if err != nil {
		return &roster{}
	}
	return openRoster(e, t)
}

func knownServers(e *Env, w *Line) (o Offer) {
	for _, k := range w.roster(e).known {
		if e.Now().Sub(k.Seen) < offered {
			o.Words = append(o.Words, Candidate{k.Name, k.Cluster})
		}
	}
	return o
}

func knownClusters(e *Env, w *Line) (o Offer) {
	for _, k := range w.roster(e).known {
		if k.Cluster != "" && e.Now().Sub(k.Seen) < offered {
			o.Words = append(o.Words, Candidate{Value: k.Cluster})
		}
	}
	return o
}

func knownAccounts(e *Env, w *Line) (o Offer) {
	for name, seen := range w.roster(e).accounts() {
		if e.Now().Sub(seen) < offered {
			o.Words = append(o.Words, Candidate{Value: name})
		}
	}
	return o
}

// AccountsOrFiles offers the accounts that earlier commands saw, and files.
func AccountsOrFiles(e *Env, w *Line) Offer {
	o := knownAccounts(e, w)
	o.files = true
	return o
}
