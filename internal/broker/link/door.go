package link

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// door is the proxy listener through which one node reaches a listener of another. With a door for each pair, the origin of a
// connection is known without reading its bytes, which TLS would prevent.
type door struct {
	link   plan.Link
	target string // address of the real listener
	l      net.Listener
	out    *lane // from the connecting to the listening server
	in     *lane

	mu    sync.Mutex
	conns map[net.Conn]bool
	wg    sync.WaitGroup
}

// serve accepts connections until the listener is closed.
func (d *door) serve(ctx context.Context) {
	for {
		conn, err := d.l.Accept()
		if err != nil {
			return
		}
		d.wg.Go(func() { d.carry(ctx, conn) })
	}
}

// carry forwards one accepted connection to its target until either end closes or is cut.
func (d *door) carry(ctx context.Context, near net.Conn) {
	defer d.drop(near)
	early, ok := d.hold(ctx, near)
	if !ok || !d.keep(near) {
		return
	}
	var dialer net.Dialer
	far, err := dialer.DialContext(ctx, "tcp", d.target)
	if err != nil {
		return
	}
	defer d.drop(far)
	if !d.keep(far) {
		return
	}
	var wg sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(ctx, func() { near.Close(); far.Close() }) //nolint:errcheck // both are being closed
	defer stop()
	wg.Go(func() { defer cancel(); pump{d.out, io.MultiReader(bytes.NewReader(early), near), far}.run(ctx) })
	wg.Go(func() { defer cancel(); pump{d.in, far, near}.run(ctx) })
	wg.Wait()
}

// keep registers a connection for cut; false means that the link is cut already.
func (d *door) keep(c net.Conn) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if e, _ := d.out.now(); e.cut || d.conns == nil {
		return false
	}
	if e, _ := d.in.now(); e.cut {
		return false
	}
	d.conns[c] = true
	return true
}

func (d *door) drop(c net.Conn) {
	c.Close() //nolint:errcheck // a failed close cannot be handled
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.conns, c)
}

// cut closes all connections of the door.
func (d *door) cut() {
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.conns {
		c.Close() //nolint:errcheck // see drop
	}
}

// close closes the door permanently and waits for its connections to end.
func (d *door) close() {
	d.l.Close() //nolint:errcheck // see drop
	d.cut()
	d.mu.Lock()
	d.conns = nil
	d.mu.Unlock()
	d.cut()
	d.wg.Wait()
}
