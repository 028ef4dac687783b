package link

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// proxy is the listener through which one node reaches a listener of another. With a proxy for each pair, the origin of a
// connection is known without reading its bytes, which TLS would prevent.
type proxy struct {
	link   plan.Link
	target string // address of the real listener
	l      net.Listener
	out    *path // from the connecting to the listening server
	in     *path

	mu    sync.Mutex
	conns map[net.Conn]bool
	wg    sync.WaitGroup
}

// serve accepts connections until the listener is closed.
func (p *proxy) serve(ctx context.Context) {
	for {
		conn, err := p.l.Accept()
		if err != nil {
			return
		}
		p.wg.Go(func() { p.forward(ctx, conn) })
	}
}

// forward forwards one accepted connection to its target until either end closes or is cut.
func (p *proxy) forward(ctx context.Context, near net.Conn) {
	defer p.remove(near)
	early, ok := p.hold(ctx, near)
	if !ok || !p.register(near) {
		return
	}
	var dialer net.Dialer
	far, err := dialer.DialContext(ctx, "tcp", p.target)
	if err != nil {
		return
	}
	defer p.remove(far)
	if !p.register(far) {
		return
	}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { near.Close(); far.Close() }) //nolint:errcheck // both are being closed
	defer stop()
	wg.Go(func() { defer cancel(); pump{p.out, io.MultiReader(bytes.NewReader(early), near), far}.run(ctx) })
	wg.Go(func() { defer cancel(); pump{p.in, far, near}.run(ctx) })
	wg.Wait()
}

// register registers a connection for cut; false means that the link is cut already.
func (p *proxy) register(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if e, _ := p.out.current(); e.cut || p.conns == nil {
		return false
	}
	if e, _ := p.in.current(); e.cut {
		return false
	}
	p.conns[c] = true
	return true
}

func (p *proxy) remove(c net.Conn) {
	c.Close() //nolint:errcheck // a failed close cannot be handled
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, c)
}

// cut closes all connections of the proxy.
func (p *proxy) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		c.Close() //nolint:errcheck // see drop
	}
}

// close closes the proxy permanently and waits for its connections to end.
func (p *proxy) close() {
	p.l.Close() //nolint:errcheck // see drop
	p.cut()
	p.mu.Lock()
	p.conns = nil
	p.mu.Unlock()
	p.cut()
	p.wg.Wait()
}
