package stub

import (
	"encoding/json"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// Server is the server that carries the messages. Its methods are safe for concurrent use.
type Server struct {
	id, name string
	account  string // of every client, as servers since 2.12 report it; "": not reported
	done     chan struct{}
	wg       sync.WaitGroup

	mu       sync.Mutex
	conns    map[*conn]bool
	closers  []func()
	handlers []handler
	deny     []string
	silent   bool
	refusal  string // why connections are rejected; "": they are not
}

type handler struct {
	pattern string
	answer  func(Message) bool
}

// New makes a server of this name and id, that is closed when the test ends.
func New(t testing.TB, name, id string) *Server {
	t.Helper()
	s := &Server{id: id, name: name, done: make(chan struct{}), conns: map[*conn]bool{}}
	t.Cleanup(s.close)
	return s
}

// InAccount makes the server tell each client that it is in an account; sys reports whether that is the system account.
func (s *Server) InAccount(name string) *Server {
	s.account = name
	return s
}

// Announce tells all clients their account, as servers do after they have accepted a client.
func (s *Server) Announce(account string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		c.write(s.info(account))
	}
}

// Deny refuses publications and subscriptions that match.
func (s *Server) Deny(pattern string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deny = append(s.deny, pattern)
}

// Handle passes messages that match to answer, in the goroutine of their sender's connection. answer returns whether it
// responds to the subject: the first handler that does ends the search, and if none does the sender gets a 503.
func (s *Server) Handle(pattern string, answer func(Message) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handlers = append(s.handlers, handler{pattern, answer})
}

// Expel sends every client an error with this reason, and closes its connection. Those that reconnect get the same error.
func (s *Server) Expel(why string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refusal = why
	for c := range s.conns {
		c.write(fmt.Appendf(nil, "-ERR '%s'\r\n", why))
		c.write(nil)
	}
}

// Silence makes the server read but send nothing at all, like one that hangs.
func (s *Server) Silence(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.silent = on
}

// Send delivers a message to every subscription that matches, and reports whether there is one.
func (s *Server) Send(m Message) (delivered bool) {
	s.mu.Lock()
	if s.silent {
		s.mu.Unlock()
		return false
	}
	conns := make([]*conn, 0, len(s.conns))
	for c := range s.conns {
		conns = append(conns, c)
	}
	s.mu.Unlock()
	for _, c := range conns {
		delivered = c.deliver(m) || delivered
	}
	return delivered
}

// handle passes a client's message to the subscriptions and handlers.
func (s *Server) handle(m Message) {
	heard := s.Send(m)
	s.mu.Lock()
	handlers := s.handlers
	s.mu.Unlock()
	for _, h := range handlers {
		if Match(h.pattern, m.Subject) && h.answer(m) {
			return
		}
	}
	if !heard && m.Reply != "" {
		s.Send(Message{Subject: m.Reply, Status: 503})
	}
}

func (s *Server) denied(subject string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.deny {
		if Match(p, subject) {
			return true
		}
	}
	return false
}

// InProcessConn implements [nats.InProcessConnProvider].
func (s *Server) InProcessConn() (net.Conn, error) {
	client, server := net.Pipe()
	s.serve(server)
	return client, nil
}

// serve greets a client and handles it until it leaves.
func (s *Server) serve(nc net.Conn) {
	c := newConn(s, nc)
	s.mu.Lock()
	s.conns[c] = true
	s.mu.Unlock()
	s.wg.Go(c.writeLoop)
	s.wg.Go(func() {
		c.readLoop()
		_ = nc.Close() // the client has left
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	})
	c.write(s.info(""))
}

// greet answers a client's PING, and reports its account.
func (s *Server) greet(c *conn) {
	s.mu.Lock()
	why := s.refusal
	s.mu.Unlock()
	if why != "" {
		c.write(fmt.Appendf(nil, "-ERR '%s'\r\n", why))
		c.write(nil)
		return
	}
	c.write([]byte("PONG\r\n"))
	if s.account != "" {
		c.write(s.info(s.account))
	}
}

func (s *Server) info(account string) []byte {
	info := map[string]any{
		"server_id": s.id, "server_name": s.name, "version": "2.12.0", "proto": 1, "headers": true, "max_payload": 64 << 20, "client_id": 7,
	}
	if account != "" {
		info["remote_account"], info["acc_is_sys"] = account, account == SystemAccount
	}
	text, err := json.Marshal(info)
	if err != nil {
		panic(err)
	}
	return fmt.Appendf(nil, "INFO %s\r\n", text)
}

// SystemAccount is the name of the system account.
const SystemAccount = "$SYS"

// Connect connects a client without a socket, which is closed when the test ends.
func (s *Server) Connect(t testing.TB, opts ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := nats.Connect("", append([]nats.Option{nats.InProcessServer(s), nats.ReconnectJitter(0, 0)}, opts...)...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// Listen accepts clients on a free port of the loopback address too, and returns the URL.
func (s *Server) Listen(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.closers = append(s.closers, func() { _ = l.Close() })
	s.mu.Unlock()
	s.wg.Go(func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			s.serve(nc)
		}
	})
	return "nats://" + l.Addr().String()
}

// close ends the server and waits until nothing of it runs.
func (s *Server) close() {
	close(s.done)
	s.mu.Lock()
	for _, end := range s.closers {
		end()
	}
	for c := range s.conns {
		_ = c.conn.Close()
	}
	s.mu.Unlock()
	s.wg.Wait()
}

// Elapse lets time pass on the clock of a testing/synctest bubble.
func Elapse(d time.Duration) { <-time.After(d) }
