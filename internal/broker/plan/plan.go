package plan

import (
	"cmp"
	"net"
	"path/filepath"
	"strconv"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Role is the purpose of a port of a node.
type Role int

// The roles in the order of a node's ports.
const (
	RoleClient Role = iota
	RoleMonitor
	RoleRoute
	RoleGateway
	RoleLeaf
	RoleWebsocket
	RoleMQTT
	NumRoles
)

// String returns the role in one word.
func (r Role) String() string {
	return [...]string{"client", "monitor", "route", "gateway", "leaf", "websocket", "mqtt"}[r]
}

// Plan is everything that is decided before a server starts: a pure value.
type Plan struct {
	Spec       spec.Spec       `json:"spec"`
	Dir        string          `json:"dir"` // of the whole cluster
	Nodes      []Node          `json:"nodes"`
	Identities []Identity      `json:"identities"`      // of clients, the system user first
	LeafUsers  []Identity      `json:"links"`           // of leaf nodes, one for each account
	Link       string          `json:"link"`            // the password of routes and gateways
	Trust      *Trust          `json:"trust,omitempty"` // of AuthOperator
	PKI        *PKI            `json:"pki,omitempty"`   // of TLS
	Added      []string        `json:"added,omitempty"` // users that were added individually, besides those of the specification
	Gist       bool            `json:"-"`               // the configuration omits addresses of servers in other clusters
	Exported   bool            `json:"-"`               // the configuration is for use without natsctl
	Proxies    map[Link]string `json:"-"`               // the address of the proxy of each link, empty when links are direct
}

// Node is one server of a plan.
type Node struct {
	Name    string        `json:"name"`
	Cluster string        `json:"cluster"` // for a leaf: the leaf group
	Tags    []string      `json:"tags,omitempty"`
	Leaf    *spec.Leaf    `json:"leaf,omitempty"`   // nil for a node of a cluster
	Domain  string        `json:"domain,omitempty"` // JetStream domain, "" when there is one domain only
	Ports   [NumRoles]int `json:"ports"`            // 0 where it does not listen
	Dir     string        `json:"dir"`              // of this node only
	TLS     bool          `json:"tls,omitempty"`
	Host    string        `json:"-"` // of an exported node: how others reach it, default loopback
	Bind    string        `json:"-"` // of an exported node: where it listens, default loopback
}

// ConfigFile is the configuration file of the node.
func (n Node) ConfigFile() string { return filepath.Join(n.Dir, "nats.conf") }

// Addr is the address of one of the node's listeners.
func (n Node) Addr(r Role) string {
	return net.JoinHostPort(cmp.Or(n.Host, Loopback), strconv.Itoa(n.Ports[r]))
}

// bind is the address on which one of the node's listeners listens.
func (n Node) bind(r Role) string {
	return net.JoinHostPort(cmp.Or(n.Bind, Loopback), strconv.Itoa(n.Ports[r]))
}

// Isolated reports whether the node is a leaf node that does not join the system account.
func (n Node) Isolated() bool { return n.Leaf != nil && n.Leaf.Isolated }

// Loopback is the address on which all servers listen.
const Loopback = "127.0.0.1"

// Identity is a user who can connect to a cluster, with the user's account and secrets. Files are paths; fields that the
// authentication mode does not need are empty.
type Identity struct {
	Account  string `json:"account"`
	User     string `json:"user"`
	Password string `json:"password,omitempty"`
	Public   string `json:"public,omitempty"` // public key of AuthNKey and AuthOperator
	Secret   string `json:"secret,omitempty"` // what Seed or Creds holds
	Seed     string `json:"seed_file,omitempty"`
	Creds    string `json:"creds_file,omitempty"`
	CA       string `json:"ca_file,omitempty"`
	Cert     string `json:"cert_file,omitempty"` // of TLSMutual
	Key      string `json:"key_file,omitempty"`
}

// System reports whether the identity is in the system account.
func (i Identity) System() bool { return i.Account == spec.SystemAccount }

// Link is a connection that one node opens to a listener of another.
type Link struct {
	From, To string // node names
	Role     Role
}

// Nowhere is the address that servers advertise when their links lead through proxies. Servers gossip the advertised address and
// try it; only root can listen there, so the configured proxy of the pair stays the only way from one to the other.
const Nowhere = Loopback + ":1"
