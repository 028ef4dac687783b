package broker

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// ErrNode is wrapped by an error about a node that does not exist or is in the wrong state.
var ErrNode = errors.New("node")

// Node is one server of a [Cluster]. Its methods are safe for concurrent use.
type Node struct {
	cluster *Cluster
	plan    plan.Node

	mu   sync.Mutex
	opts *server.Options
	srv  *server.Server // nil when stopped
}

// Name returns the server name, for example "east-2".
func (n *Node) Name() string { return n.plan.Name }

// Cluster returns the name of the node's cluster; for a leaf node that of its group.
func (n *Node) Cluster() string { return n.plan.Cluster }

// Leaf reports whether the node is a leaf node.
func (n *Node) Leaf() bool { return n.plan.Leaf != nil }

// ClientURL returns the URL for clients, without credentials. It stays the same when the node restarts.
func (n *Node) ClientURL() string { return n.plan.ClientURL() }

// MonitorURL returns the base URL of the monitoring endpoints, for example "http://127.0.0.1:8222".
func (n *Node) MonitorURL() string { return "http://" + n.plan.Addr(plan.RoleMonitor) }

// ConfigFile returns the path of the server's configuration file, which it reads at start and reload.
func (n *Node) ConfigFile() string { return n.plan.ConfigFile() }

// ID returns the server id, a new one after each restart, "" while the node is stopped.
func (n *Node) ID() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.srv == nil {
		return ""
	}
	return n.srv.ID()
}

// Running reports whether the node has been started and not stopped.
func (n *Node) Running() bool { return n.ID() != "" }

// Connect opens a connection to this node only, as the user or the first user of the account of the given name.
func (n *Node) Connect(who string, opts ...nats.Option) (*nats.Conn, error) {
	return client.Fleet{Plan: n.cluster.now()}.Connect(n.ClientURL(), who, opts)
}

// ConnectSys opens a connection to this node only, as the system user.
func (n *Node) ConnectSys(opts ...nats.Option) (*nats.Conn, error) {
	return n.Connect(spec.SystemUser, opts...)
}

// Stop shuts the server down cleanly and waits until it has exited. Its store stays. Stopping a stopped node does nothing.
func (n *Node) Stop() { n.end((*server.Server).Shutdown) }

// Kill ends the server as abruptly as is possible inside one process: the other servers still notice at once. Only a node that
// is a process of its own can be killed as kill -9 does.
func (n *Node) Kill() { n.Stop() }

// LameDuck puts the server into lame duck mode and returns when it has drained and exited, which takes about duration with clients
// and no time without. Grace is the time before the first client is closed and must be shorter than duration.
func (n *Node) LameDuck(duration, grace time.Duration) error {
	if grace >= duration {
		return fmt.Errorf("%w %s: lame duck grace period %v is not shorter than its duration %v", ErrNode, n.Name(), grace, duration)
	}
	if !n.Running() {
		return fmt.Errorf("%w %s: not running", ErrNode, n.Name())
	}
	n.end(func(s *server.Server) {
		n.opts.LameDuckDuration, n.opts.LameDuckGracePeriod = duration, grace
		s.LameDuckShutdown()
	})
	return nil
}

// end removes the server from the node and ends it.
func (n *Node) end(how func(*server.Server)) {
	n.mu.Lock()
	s := n.srv
	n.srv = nil
	n.mu.Unlock()
	if s == nil {
		return
	}
	how(s)
	s.WaitForShutdown()
}

// Restart stops the server if it runs and starts it again with the same name, ports and store. It returns when the server accepts
// clients; use [Cluster.Ready] to wait until it has rejoined the cluster.
func (n *Node) Restart(ctx context.Context) error {
	n.Stop()
	return n.start(ctx)
}

// start starts the server from its configuration file and waits until it accepts clients.
func (n *Node) start(ctx context.Context) error {
	opts := &server.Options{}
	if err := opts.ProcessConfigFile(n.plan.ConfigFile()); err != nil {
		return fmt.Errorf("configuration of %s: %w", n.Name(), err)
	}
	opts.NoSigs = true
	s, err := server.NewServer(opts)
	if err != nil {
		return fmt.Errorf("make %s: %w", n.Name(), err)
	}
	log := newLogger()
	s.SetLoggerV2(log, false, false, false)
	started := make(chan struct{})
	go func() { defer close(started); s.Start() }()
	if err := n.accepts(ctx, s, log); err != nil {
		<-started // a shutdown during a start leaves files behind
		s.Shutdown()
		s.WaitForShutdown()
		return err
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	n.opts, n.srv = opts, s
	return nil
}

// accepts waits until the server accepts clients, has exited, or the context ends.
func (n *Node) accepts(ctx context.Context, s *server.Server, log *logger) error {
	for {
		select {
		case <-ctx.Done():
			return fmt.Errorf("start %s: %w", n.Name(), context.Cause(ctx))
		case words := <-log.fatal:
			if err := portError(n.plan, words); err != nil {
				return err
			}
			return fmt.Errorf("start %s: %s", n.Name(), words)
		default:
		}
		if s.ReadyForConnections(50 * time.Millisecond) {
			return nil
		}
	}
}
