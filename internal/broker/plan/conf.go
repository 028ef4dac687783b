package plan

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/internal/broker/spec"
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
		w.refer(key, name, Quote(value))
	}
}

// secrets writes one key with a list of strings that hold secrets.
func (w *confWriter) secrets(key, name string, values []string) {
	w.refer(key, name, "["+QuoteList(values)+"]")
}

func (w *confWriter) refer(key, name, text string) {
	if w.vars == nil {
		w.line("%s: %s", key, text)
		return
	}
	base := strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
	name = base
	for i := 2; w.vars[name] != "" && w.vars[name] != text; i++ { // of a user whose name differs in what a variable cannot have
		name = fmt.Sprintf("%s_%d", base, i)
	}
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
		w.line("%s: %s", key, Quote(value))
	}
}

// list writes one key with a list of strings; an empty list is left out.
func (w *confWriter) list(key string, values []string) {
	if len(values) == 0 {
		return
	}
	w.line("%s: [%s]", key, QuoteList(values))
}

// block writes one key with a block that body fills.
func (w *confWriter) block(key string, body func()) {
	w.line("%s {", strings.TrimSpace(key))
	w.depth++
	body()
	w.depth--
	w.line("}")
}

// Quote returns a string in configuration syntax.
func Quote(s string) string { return strconv.Quote(s) }

// QuoteList returns strings as a list in configuration syntax.
func QuoteList(values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = Quote(v)
	}
	return strings.Join(quoted, ", ")
}

// MaxMemoryStore and MaxFileStore are the JetStream limits of each node: enough for tests, far below what a laptop has.
const (
	MaxMemoryStore = "256MB"
	MaxFileStore   = "1GB"
)

// LogName is the log of a node in its directory.
const LogName = "nats.log"

// Lame duck mode of a local node, which a nats-server that is not the embedded one takes from its configuration: the server's own
// two minutes and ten seconds are long for a rehearsal.
const (
	lameDuckDuration = "30s"
	lameDuckGrace    = "1s"
)

// config is the configuration of one node while it is written.
type config struct {
	Plan
	*confWriter
	node Node
}

func (c config) write() {
	n := c.node
	c.str("server_name", n.Name)
	c.str("listen", n.bind(RoleClient))
	c.str("http", n.bind(RoleMonitor))
	c.list("server_tags", n.Tags)
	if !c.Exported {
		c.str("log_file", filepath.Join(n.Dir, LogName))
		c.line("logtime: true")
		c.str("lame_duck_duration", lameDuckDuration)
		c.str("lame_duck_grace_period", lameDuckGrace)
	}
	c.tls(tlsClient)
	if !c.Spec.NoJetStream {
		c.block("jetstream", func() {
			c.str("store_dir", filepath.Join(n.Dir, "js"))
			c.str("domain", n.Domain)
			c.line("max_memory_store: %s", MaxMemoryStore)
			c.line("max_file_store: %s", MaxFileStore)
		})
	}
	if c.Trust != nil {
		c.resolver()
	} else {
		c.accounts()
	}
	c.websocket()
	c.mqtt()
	if n.Leaf != nil {
		c.leafRemotes()
		return
	}
	c.routes()
	c.gateways()
	c.leafListener()
}

func permissions(w *confWriter, p spec.Permissions) {
	if p.IsEmpty() {
		return
	}
	w.block("permissions", func() {
		subjects(w, "publish", p.Pub, p.DenyPub)
		subjects(w, "subscribe", p.Sub, p.DenySub)
	})
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
