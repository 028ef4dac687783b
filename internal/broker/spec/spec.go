package spec

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// ErrInvalid is wrapped by every error about a [Spec] that cannot become a cluster; nothing was started.
var ErrInvalid = errors.New("invalid cluster specification")

// DefaultName is the name of a cluster whose [Spec] does not give one.
const DefaultName = "dev"

// SystemAccount is the name of the system account of every local cluster, and SystemUser the user in it.
const (
	SystemAccount = "SYS"
	SystemUser    = "sys"
)

// AuthMode is how clients authenticate.
type AuthMode string

// The authentication modes. The zero value of [Spec] means AuthUsers.
const (
	AuthNone     AuthMode = "none"     // a client without credentials is the first user; the system user keeps its password
	AuthUsers    AuthMode = "users"    // users with random passwords; with TLSMutual their certificates name them
	AuthNKey     AuthMode = "nkey"     // users with key pairs: the server never sees a secret
	AuthOperator AuthMode = "operator" // JWTs signed by an operator and its accounts, in a resolver on every server
)

// AuthModes returns all authentication modes.
func AuthModes() []string {
	return []string{string(AuthNone), string(AuthUsers), string(AuthNKey), string(AuthOperator)}
}

// Spec describes a local cluster. The zero value is one server with JetStream, the system account with the user "sys" and
// the account APP with the user "app". The names in the tags are those of a specification file.
type Spec struct {
	Name        string    `json:"name,omitempty"`        // default DefaultName
	Clusters    []Cluster `json:"clusters,omitempty"`    // default one cluster of one node, named as the Spec
	Leafs       []Leaf    `json:"leafnodes,omitempty"`   // leaf nodes, none by default
	Auth        AuthMode  `json:"auth,omitempty"`        // default AuthUsers
	TLS         TLS       `json:"tls,omitzero"`          // default none
	Accounts    []Account `json:"accounts,omitempty"`    // default APP with the user app; the system account is always added
	NoJetStream bool      `json:"noJetStream,omitempty"` // JetStream is on unless this is set
	Faults      bool      `json:"faults,omitempty"`      // lead the links between servers through proxies where faults can disturb them
	StoreDir    string    `json:"-"`                     // where each node gets its own directory; default a temporary one that Close removes
}

// Cluster is one cluster of servers that are connected by routes. Several clusters are connected by gateways.
type Cluster struct {
	Name  string   `json:"name"`            // letters, digits, '-' and '_'; nodes are called NAME-1, NAME-2, ...
	Nodes int      `json:"nodes,omitempty"` // default 1
	Tags  []string `json:"tags,omitempty"`  // server tags of every node, in addition to "cluster:NAME"

	Websocket bool `json:"websocket,omitempty"` // listen for websocket clients too, with TLS if the cluster has it
	MQTT      bool `json:"mqtt,omitempty"`      // listen for MQTT clients too; needs JetStream
}

// Leaf is a group of leaf nodes: servers of their own that join a cluster with a leaf connection.
type Leaf struct {
	Name     string   `json:"name,omitempty"`     // default "leaf"; a group of one is called NAME, larger ones NAME-1, NAME-2, ...
	Count    int      `json:"count,omitempty"`    // default 1
	Remote   string   `json:"remote,omitempty"`   // the cluster they join; default the first
	Account  string   `json:"account,omitempty"`  // the account they join, default the first of Spec.Accounts
	Isolated bool     `json:"isolated,omitempty"` // do not join the system account, so that the leaf answers no system request from outside
	Tags     []string `json:"tags,omitempty"`     // server tags of every node, in addition to "leaf:NAME"
}

// Single is one server.
func Single() Spec { return Nodes(1) }

// Nodes is one cluster of n servers.
func Nodes(n int) Spec { return Spec{Clusters: []Cluster{{Name: DefaultName, Nodes: n}}} }

// Super is a super-cluster: clusters of the given names with n servers each.
func Super(n int, names ...string) Spec {
	var s Spec
	for _, name := range names {
		s.Clusters = append(s.Clusters, Cluster{Name: name, Nodes: n})
	}
	return s
}

// WithLeaf returns the specification with count more leaf nodes, named name, at the cluster remote.
func (s Spec) WithLeaf(name string, count int, remote string) Spec {
	s.Leafs = append(slices.Clone(s.Leafs), Leaf{Name: name, Count: count, Remote: remote})
	return s
}

// Complete fills in the defaults and refuses an invalid specification with an error that wraps [ErrInvalid].
func (s Spec) Complete() (Spec, error) {
	s.Name = cmp.Or(s.Name, DefaultName)
	s.Auth = cmp.Or(s.Auth, AuthUsers)
	s.Clusters = completeClusters(s.Clusters, s.Name)
	s.Accounts = completeAccounts(s.Accounts)
	s.Leafs = completeLeafs(s.Leafs, s.Clusters[0].Name, s.Accounts[0].Name)
	return s, s.validate()
}

func completeClusters(given []Cluster, name string) []Cluster {
	if len(given) == 0 {
		given = []Cluster{{Name: name}}
	}
	out := slices.Clone(given)
	for i := range out {
		out[i].Name = cmp.Or(out[i].Name, name)
		out[i].Nodes = cmp.Or(out[i].Nodes, 1)
	}
	return out
}

func completeLeafs(given []Leaf, cluster, account string) []Leaf {
	out := slices.Clone(given)
	for i := range out {
		out[i].Name = cmp.Or(out[i].Name, "leaf")
		out[i].Count = cmp.Or(out[i].Count, 1)
		out[i].Remote = cmp.Or(out[i].Remote, cluster)
		out[i].Account = cmp.Or(out[i].Account, account)
	}
	return out
}

// limits prevent a typo from starting a thousand servers on a laptop.
const (
	MaxClusters = 9
	maxNodes    = 9
)

// nameRE matches valid names of clusters, nodes, accounts and users: safe in a file name, a subject token and a configuration.
var nameRE = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$`)

func (s Spec) validate() error {
	if !slices.Contains(AuthModes(), string(s.Auth)) {
		return Errorf("authentication %q is unknown: %s", s.Auth, strings.Join(AuthModes(), ", "))
	}
	if err := s.TLS.check(); err != nil {
		return err
	}
	if n := len(s.Clusters) + len(s.Leafs); n > MaxClusters {
		return Errorf("%d clusters and leaf groups: at most %d are possible", n, MaxClusters)
	}
	if err := CheckName("name", s.Name); err != nil {
		return err
	}
	seen := map[string]string{}
	for _, c := range s.Clusters {
		if err := checkGroup(seen, "cluster", c.Name, c.Nodes); err != nil {
			return err
		}
		if c.MQTT && s.NoJetStream {
			return Errorf("cluster %q has MQTT, which needs JetStream, but the specification has no JetStream", c.Name)
		}
	}
	for _, l := range s.Leafs {
		if err := s.checkLeaf(seen, l); err != nil {
			return err
		}
	}
	if err := s.checkNodes(); err != nil {
		return err
	}
	return s.CheckAccounts()
}

// checkNodes refuses groups of which two nodes would have one name, such as the second of "east" and the only one of "east-2".
func (s Spec) checkNodes() error {
	seen := map[string]bool{}
	for _, c := range s.Clusters {
		for i := range c.Nodes {
			seen[c.Node(i+1)] = true
		}
	}
	for _, l := range s.Leafs {
		for i := range l.Count {
			name := l.Node(i + 1)
			if seen[name] {
				return Errorf("%q would be the name of two nodes", name)
			}
			seen[name] = true
		}
	}
	return nil
}

// Node is the name of a node by its number, which counts from 1.
func (c Cluster) Node(number int) string { return fmt.Sprintf("%s-%d", c.Name, number) }

// Node is the name of a node by its number; the only one of its group has the name of the group.
func (l Leaf) Node(number int) string {
	if l.Count == 1 {
		return l.Name
	}
	return fmt.Sprintf("%s-%d", l.Name, number)
}

func (s Spec) checkLeaf(seen map[string]string, l Leaf) error {
	if err := checkGroup(seen, "leaf", l.Name, l.Count); err != nil {
		return err
	}
	if !slices.ContainsFunc(s.Clusters, func(c Cluster) bool { return c.Name == l.Remote }) {
		return Errorf("leaf %q joins the cluster %q, which does not exist", l.Name, l.Remote)
	}
	if !slices.ContainsFunc(s.Accounts, func(a Account) bool { return a.Name == l.Account }) {
		return Errorf("leaf %q joins the account %q, which does not exist", l.Name, l.Account)
	}
	return nil
}

func checkGroup(seen map[string]string, what, name string, count int) error {
	if err := CheckName(what, name); err != nil {
		return err
	}
	if other, dup := seen[name]; dup {
		return Errorf("%s %q has the name of another %s", what, name, other)
	}
	seen[name] = what
	if count < 1 || count > maxNodes {
		return Errorf("%s %q has %d nodes: 1 to %d are possible", what, name, count, maxNodes)
	}
	return nil
}

// ValidName reports whether a name is safe in a file name, a subject token and a configuration.
func ValidName(name string) bool { return nameRE.MatchString(name) }

// CheckName refuses a name that is not [ValidName], wrapping [ErrInvalid].
func CheckName(what, name string) error {
	if !nameRE.MatchString(name) {
		return Errorf("%s %q: letters, digits, '-' and '_' only, at most 40", what, name)
	}
	return nil
}

// Errorf makes an error that wraps [ErrInvalid].
func Errorf(format string, args ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{ErrInvalid}, args...)...)
}

// AllNodes is the number of nodes of the specification.
func (s Spec) AllNodes() int {
	n := s.CoreNodes()
	for _, l := range s.Leafs {
		n += l.Count
	}
	return n
}

// CoreNodes is the number of nodes that are not leaf nodes.
func (s Spec) CoreNodes() int {
	n := 0
	for _, c := range s.Clusters {
		n += c.Nodes
	}
	return n
}

// Cluster is the cluster of the name; zero for a leaf group.
func (s Spec) Cluster(name string) Cluster {
	for _, c := range s.Clusters {
		if c.Name == name {
			return c
		}
	}
	return Cluster{}
}
