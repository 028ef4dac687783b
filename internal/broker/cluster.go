package broker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Cluster is a running local cluster. Its methods are safe for concurrent use.
type Cluster struct {
	mu    sync.Mutex // guards the plan, which only AddUser and Revoke change
	plan  plan.Plan
	nodes []*Node
	links *link.Proxies // nil without Spec.Faults
	temp  string        // the directory to remove, "" when the caller gave one
	once  sync.Once
}

// startTries is how often Start retries when a port was taken between its reservation and its use.
const startTries = 5

// gatewayDelay replaces the second that a nats-server waits before it connects its gateways, during which the JetStream of a
// super-cluster loses its first election and then waits seconds for the next. It is one setting for the whole process.
var gatewayDelay = sync.OnceFunc(func() { server.SetGatewaysSolicitDelay(100 * time.Millisecond) })

// Start makes the cluster that the specification describes inside this process and returns when it is ready as
// [Cluster.Ready] says. When that fails or the context ends, everything that was made is undone. The errors wrap
// [spec.ErrInvalid], [ErrPortInUse] or [client.ErrNotReady], or are those of the operating system.
func Start(ctx context.Context, sp spec.Spec) (*Cluster, error) {
	sp, err := sp.Complete()
	if err != nil {
		return nil, err
	}
	gatewayDelay()
	for try := 1; ; try++ {
		c, err := start(ctx, sp)
		if err == nil || try == startTries || !errors.Is(err, ErrPortInUse) {
			return c, err
		}
	}
}

func start(ctx context.Context, sp spec.Spec) (c *Cluster, err error) {
	c = &Cluster{}
	defer func() {
		if err != nil {
			c, err = nil, errors.Join(err, c.Close())
		}
	}()
	dir := sp.StoreDir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "natsctl-"); err != nil {
			return c, fmt.Errorf("make a store: %w", err)
		}
		c.temp = dir
	}
	ports, err := reserve(ctx, sp.AllNodes()*int(plan.NumRoles))
	if err != nil {
		return c, err
	}
	next := func(int, int, plan.Role) int { p := ports[0]; ports = ports[1:]; return p }
	if c.plan, err = plan.New(sp, dir, next, nil); err != nil {
		return c, err
	}
	if sp.Faults {
		if c.links, err = link.Open(ctx, c.plan); err != nil {
			return c, err
		}
		c.plan.Proxies = c.links.Addrs()
	}
	if err := c.startNodes(ctx); err != nil {
		return c, err
	}
	if err := c.Ready(ctx); err != nil {
		return c, err
	}
	return c, client.Fleet{Plan: c.plan}.Push(ctx)
}

// startNodes starts all servers at once: started one by one, the first would lose its election because it has no peers.
func (c *Cluster) startNodes(ctx context.Context) error {
	for _, np := range c.plan.Nodes {
		c.nodes = append(c.nodes, &Node{cluster: c, plan: np})
	}
	g, ctx := errgroup.WithContext(ctx)
	if err := host.WriteAll(c.plan.Files()); err != nil {
		return err
	}
	for _, n := range c.nodes {
		g.Go(func() error { return n.start(ctx) })
	}
	return g.Wait()
}

// Name returns the name of the whole cluster.
func (c *Cluster) Name() string { return c.plan.Spec.Name }

// Nodes returns all nodes in the order of the specification, leaf nodes last.
func (c *Cluster) Nodes() []*Node { return slices.Clone(c.nodes) }

// Node returns the node of the given name, or nil.
func (c *Cluster) Node(name string) *Node {
	for _, n := range c.nodes {
		if n.Name() == name {
			return n
		}
	}
	return nil
}

// URLs returns the client URLs of all nodes that are not leaf nodes, without credentials.
func (c *Cluster) URLs() []string {
	return c.plan.ClientURLs("")
}

// Identities returns all users with their secrets, the system user first.
func (c *Cluster) Identities() []plan.Identity { return slices.Clone(c.now().Identities) }

// now returns the current plan.
func (c *Cluster) now() plan.Plan {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.plan
}

// Identity returns the user of the given name, or the first user of the account of that name.
func (c *Cluster) Identity(who string) (plan.Identity, bool) { return c.now().Find(who) }

// Connect opens a connection as the user, or the first user of the account, of the given name. The caller closes it.
func (c *Cluster) Connect(who string, opts ...nats.Option) (*nats.Conn, error) {
	return client.Fleet{Plan: c.now()}.Connect(strings.Join(c.URLs(), ","), who, opts)
}

// ConnectSys opens a connection as the system user. The caller closes it.
func (c *Cluster) ConnectSys(opts ...nats.Option) (*nats.Conn, error) {
	return c.Connect(spec.SystemUser, opts...)
}

// Ready waits until every running server reaches every other over the system account, all agree on the number of servers, with
// JetStream each is current with the meta leader and known to it, and all links between them are complete at both ends: the
// pools of the routes, and the gateways in both directions. The error wraps [ErrNotReady] and says what was missing.
func (c *Cluster) Ready(ctx context.Context) error {
	return client.Fleet{Plan: c.plan}.Ready(ctx, func(name string) bool { return c.Node(name).Running() })
}

// Close stops all servers and removes what Start created. A second call does nothing.
func (c *Cluster) Close() error {
	var err error
	c.once.Do(func() {
		var wg sync.WaitGroup
		for _, n := range c.nodes {
			wg.Go(n.Stop)
		}
		wg.Wait()
		if c.links != nil {
			c.links.Close()
		}
		if c.temp != "" {
			err = os.RemoveAll(c.temp)
		}
	})
	return err
}
