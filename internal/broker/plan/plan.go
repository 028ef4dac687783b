package plan

import (
	"cmp"
	"net"
	"path/filepath"
	"strconv"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Role is what a port of a node is for.
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

// String is the role in one word.
func (r Role) String() string {
	return [...]string{"client", "monitor", "route", "gateway", "leaf", "websocket", "mqtt"}[r]
}

// Plan is everything that is decided before anything starts: a pure value.
type Plan struct {
	Spec       spec.Spec       `json:"spec"`
	Dir        string          `json:"dir"` // of the whole cluster
	Nodes      []Node          `json:"nodes"`
	Identities []Identity      `json:"identities"`      // of clients, the system user first
	LeafUsers  []Identity      `json:"links"`           // of leaf nodes, one for each account
	Link       string          `json:"link"`            // the password of routes and gateways
	Trust      *Trust          `json:"trust,omitempty"` // of AuthOperator
	PKI        *PKI            `json:"pki,omitempty"`   // of TLS
	Added      []string        `json:"added,omitempty"` // users that were made one by one, beside those of a specification
	Gist       bool            `json:"-"`               // the configuration is without addresses of servers elsewhere, of which any will do
	Exported   bool            `json:"-"`               // the configuration is for somebody else to run
	Doors      map[Link]string `json:"-"`               // the address of the door of each link, empty when links are direct
}

// Node is one server of a plan.
type Node struct {
	Name    string        `json:"name"`
	Cluster string        `json:"cluster"` // for a leaf: the leaf group
	Tags    []string      `json:"tags,omitempty"`
	Leaf    *spec.Leaf    `json:"leaf,omitempty"`   // nil for a node of a cluster
	Domain  string        `json:"domain,omitempty"` // JetStream domain, "" when there is one domain only
	Ports   [NumRoles]int `json:"ports"`            // 0 where it does not listen
	Dir     string        `json:"dir"`              // of this node alone
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

// Isolated says whether the node is a leaf that does not join the system account.
func (n Node) Isolated() bool { return n.Leaf != nil && n.Leaf.Isolated }

// Loopback is where all servers listen.
const Loopback = "127.0.0.1"

// Identity is somebody who can connect to a cluster: a user, the account it is in, and its secrets. Files are paths; what a
// mode of authentication does not need is empty.
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

// System says whether the identity is in the system account.
func (i Identity) System() bool { return i.Account == spec.SystemAccount }

// Link is a connection that one node opens to a listener of another.
type Link struct {
	From, To string // node names
	Role     Role
}

// Nowhere is what servers advertise when their links lead through doors. They tell each other the advertised address and
// try it; nobody can listen there without being root, so the door of the pair, which they are configured with, stays the
// only way from one to the other.
const Nowhere = Loopback + ":1"
