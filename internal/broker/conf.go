package broker

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
)

// confWriter writes the configuration language of nats-server: blocks of keys and values, every string quoted.
type confWriter struct {
	b     strings.Builder
	depth int
	vars  map[string]string // not nil: secrets stand here, by name, and the configuration refers to them
}

// secret writes one key with a string that is a secret; an empty one is left out.
func (w *confWriter) secret(key, name, value string) {
	if value != "" {
		w.refer(key, name, quote(value))
	}
}

// secrets writes one key with a list of strings that hold secrets.
func (w *confWriter) secrets(key, name string, values []string) {
	w.refer(key, name, "["+quoteAll(values)+"]")
}

func (w *confWriter) refer(key, name, text string) {
	if w.vars == nil {
		w.line("%s: %s", key, text)
		return
	}
	name = strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
	w.vars[name] = text
	w.line("%s: $%s", key, name)
}

// items writes one key with a list of blocks.
func (w *confWriter) items(key string, body func()) {
	w.line("%s: [", key)
	w.depth++
	body()
	w.depth--
	w.line("]")
}

func (w *confWriter) line(format string, args ...any) {
	w.b.WriteString(strings.Repeat("  ", w.depth))
	fmt.Fprintf(&w.b, format, args...)
	w.b.WriteByte('\n')
}

// str writes one key with a string; an empty string is left out.
func (w *confWriter) str(key, value string) {
	if value != "" {
		w.line("%s: %s", key, quote(value))
	}
}

// list writes one key with a list of strings; an empty list is left out.
func (w *confWriter) list(key string, values []string) {
	if len(values) == 0 {
		return
	}
	w.line("%s: [%s]", key, quoteAll(values))
}

// block writes one key with a block that body fills.
func (w *confWriter) block(key string, body func()) {
	w.line("%s {", strings.TrimSpace(key))
	w.depth++
	body()
	w.depth--
	w.line("}")
}

func quote(s string) string { return strconv.Quote(s) }

func quoteAll(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = quote(v)
	}
	return strings.Join(quoted, ", ")
}

// JetStream limits of each node: enough for a rehearsal, far from what a laptop has.
const (
	maxMemoryStore = "256MB"
	maxFileStore   = "1GB"
)

// config is the complete configuration text of a node.
func (p plan) config(n nodePlan) string {
	w := &confWriter{}
	p.configure(w, n)
	return w.b.String()
}

func (p plan) configure(w *confWriter, n nodePlan) {
	w.str("server_name", n.Name)
	w.str("listen", n.bind(RoleClient))
	w.str("http", n.bind(RoleMonitor))
	w.list("server_tags", n.Tags)
	if !p.Exported {
		w.str("log_file", filepath.Join(n.Dir, logName))
		w.line("logtime: true")
	}
	w.str("write_deadline", "2s")
	w.str("lame_duck_duration", "30s")
	w.str("lame_duck_grace_period", "1s")
	p.tls(w, n, tlsClient)
	if !p.Spec.NoJetStream {
		w.block("jetstream", func() {
			w.str("store_dir", filepath.Join(n.Dir, "js"))
			w.str("domain", n.Domain)
			w.line("max_memory_store: %s", maxMemoryStore)
			w.line("max_file_store: %s", maxFileStore)
		})
	}
	if p.Trust != nil {
		p.resolver(w, n)
	} else {
		p.accounts(w)
	}
	p.websocket(w, n)
	p.mqtt(w, n)
	if n.Leaf != nil {
		p.leafRemotes(w, n)
		return
	}
	p.routes(w, n)
	p.gateways(w, n)
	p.leafListener(w, n)
}

func permissions(w *confWriter, p Permissions) {
	if p.empty() {
		return
	}
	w.block("permissions", func() {
		subjects(w, "publish", p.Pub, p.DenyPub)
		subjects(w, "subscribe", p.Sub, p.DenySub)
	})
}

func (p Permissions) empty() bool {
	return len(p.Pub)+len(p.Sub)+len(p.DenyPub)+len(p.DenySub) == 0
}

func subjects(w *confWriter, key string, allow, deny []string) {
	if len(allow)+len(deny) == 0 {
		return
	}
	w.block(key, func() {
		w.list("allow", allow)
		w.list("deny", deny)
	})
}
