package simfleet

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// Fleet is a running simulation. Its methods are safe for concurrent use.
type Fleet struct {
	spec     Spec
	epoch    time.Time // the servers' clock at the start
	age      atomic.Int64
	nodes    []*node
	clusters []*cluster
	streams  []*stream

	real     *server.Server
	nc       *nats.Conn
	requests chan *nats.Msg
	done     chan struct{}
	wg       sync.WaitGroup
	once     sync.Once

	mu      sync.Mutex
	lineOf  map[string][]*nats.Subscription // by server id
	targets map[string]target               // by subject
}

// startTimeout bounds the start of the embedded server.
const startTimeout = 20 * time.Second

// Start invents a fleet and makes it answer. The caller closes it.
func Start(spec Spec) (_ *Fleet, err error) {
	f := &Fleet{
		spec: spec.complete(), requests: make(chan *nats.Msg, 64<<10), done: make(chan struct{}),
		lineOf: map[string][]*nats.Subscription{}, targets: map[string]target{},
	}
	if f.spec.Version == "" {
		f.spec.Version = server.VERSION
	}
	if f.epoch = f.spec.Now; f.epoch.IsZero() {
		f.epoch = time.Now().UTC()
	}
	if err := f.invent(); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			f.Close()
		}
	}()
	if err := f.carry(); err != nil {
		return nil, err
	}
	return f, f.open()
}

// carry starts the server that carries the messages. It has no system account, so that it answers none of the requests
// itself and no account of it has them imported.
func (f *Fleet) carry() error {
	real, err := server.NewServer(&server.Options{
		ServerName: f.nodes[0].info.Name, Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true,
		NoSystemAccount: true, MaxPayload: 32 << 20, MaxPending: 1 << 30, WriteDeadline: time.Minute,
	})
	if err != nil {
		return fmt.Errorf("make the server of the simulation: %w", err)
	}
	f.real = real
	f.nodes[0].info.ID = real.ID() // clients are connected to this one
	real.Start()
	if !real.ReadyForConnections(startTimeout) {
		return errors.New("the server of the simulation does not accept connections")
	}
	f.nc, err = nats.Connect(real.ClientURL(), nats.Name("simfleet"), nats.FlusherTimeout(time.Minute))
	if err != nil {
		return fmt.Errorf("connect the simulation: %w", err)
	}
	return nil
}

// open subscribes every server and starts to answer.
func (f *Fleet) open() error {
	for i := range endpoints {
		if endpoints[i].direct {
			continue
		}
		if err := f.subscribe("", &endpoints[i], nil); err != nil {
			return err
		}
	}
	for _, n := range f.nodes {
		if err := f.listen(n); err != nil {
			return err
		}
	}
	f.wg.Go(f.serve)
	if err := f.nc.FlushTimeout(startTimeout); err != nil {
		return fmt.Errorf("subscribe the simulated servers: %w", err)
	}
	return nil
}

// URL is where clients connect, without credentials; they may ask as system users do.
func (f *Fleet) URL() string { return f.real.ClientURL() }

// Connect opens a connection; the caller closes it.
func (f *Fleet) Connect(opts ...nats.Option) (*nats.Conn, error) {
	nc, err := nats.Connect(f.URL(), opts...)
	if err != nil {
		return nil, fmt.Errorf("connect to the simulation: %w", err)
	}
	return nc, nil
}

// Names returns the names of all servers, grouped by cluster, hubs first.
func (f *Fleet) Names() []string {
	out := make([]string, len(f.nodes))
	for i, n := range f.nodes {
		out[i] = n.info.Name
	}
	return out
}

// ID returns the id of the server of this name, or "".
func (f *Fleet) ID(name string) string {
	if n := f.find(name); n != nil {
		return n.info.ID
	}
	return ""
}

// Age returns how much simulated time has passed since the start.
func (f *Fleet) Age() time.Duration { return time.Duration(f.age.Load()) }

// Advance lets simulated time pass: counters grow at each server's rates, and the times in the answers advance.
func (f *Fleet) Advance(d time.Duration) {
	f.age.Add(int64(d))
	f.clearCache()
}

// now returns the simulated time.
func (f *Fleet) now() time.Time { return f.epoch.Add(f.Age()) }

// clearCache drops the cached answers after a change to their content.
func (f *Fleet) clearCache() {
	for _, n := range f.nodes {
		n.mu.Lock()
		clear(n.cache)
		n.mu.Unlock()
	}
}

// Close ends the simulation and waits until everything of it has ended. A second call does nothing.
func (f *Fleet) Close() {
	f.once.Do(func() {
		close(f.done)
		if f.nc != nil {
			f.nc.Close()
		}
		f.wg.Wait()
		if f.real != nil {
			f.real.Shutdown()
			f.real.WaitForShutdown()
		}
	})
}
