// Package proxy is a TCP proxy in front of a NATS server that does to messages what networks do: it loses, duplicates, reorders
// and corrupts those that a test chooses, delays all traffic, and cuts connections.
//
// It must not know the code that is tested. Only tests import it.
package proxy

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Proxy is the proxy of one server. Its methods are safe for concurrent use.
type Proxy struct {
	listener net.Listener
	target   string
	group    sync.WaitGroup

	faultMu sync.Mutex
	faults  []Fault

	mu     sync.Mutex
	open   chan struct{} // closed unless the proxy is paused
	resume func()        // closes open
	conns  []net.Conn
	closed bool
}

// New starts a proxy in front of the address of a server; it is closed when the test ends. The faults are applied in this order
// to each message from the server to a client.
func New(t testing.TB, target string, faults ...Fault) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: l, target: target, faults: faults}
	p.Pause()()
	p.group.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// URL returns the address that clients connect to.
func (p *Proxy) URL() string { return "nats://" + p.listener.Addr().String() }

// Pause delays all traffic, in both directions, until resume is called. Connections stay open.
func (p *Proxy) Pause() (resume func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	open := make(chan struct{})
	p.open, p.resume = open, sync.OnceFunc(func() { close(open) })
	return p.resume
}

// Cut closes all connections; the proxy goes on to accept new ones.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.conns = nil
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.resume()
	p.mu.Unlock()
	_ = p.listener.Close()
	p.Cut()
	p.group.Wait()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		if !p.add(client, server) {
			return
		}
		p.group.Go(func() { p.copy(server, client) })
		p.group.Go(func() { p.deliver(client, server) })
	}
}

// add notes the two sides of a connection for Cut; it closes them if the proxy has been closed.
func (p *Proxy) add(client, server net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		_, _ = client.Close(), server.Close()
		return false
	}
	p.conns = append(p.conns, client, server)
	return true
}

// deliver sends what comes from the server to the client, with the faults.
func (p *Proxy) deliver(client, server net.Conn) {
	if len(p.faults) == 0 {
		p.copy(client, server)
		return
	}
	p.copyMessages(client, &gated{server, p})
	_ = client.Close()
}

// copy sends what it reads until one of both ends, and closes dst.
func (p *Proxy) copy(dst io.WriteCloser, src io.Reader) {
	_, _ = io.Copy(struct{ io.Writer }{dst}, &gated{src, p}) // only Write: net.Conn would copy past the gate
	_ = dst.Close()
}

// gated hands out what it read only while the proxy is not paused.
type gated struct {
	io.Reader
	p *Proxy
}

func (g *gated) Read(buf []byte) (int, error) {
	n, err := g.Reader.Read(buf)
	g.p.mu.Lock()
	open := g.p.open
	g.p.mu.Unlock()
	<-open
	return n, err
}
