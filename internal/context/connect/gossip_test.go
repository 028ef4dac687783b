package connect

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/testcluster"
)

// naming is the greeting of a server that names another one.
const naming = `INFO {"server_id":"N","version":"2.12.0","proto":1,"max_payload":1024,"connect_urls":[%q]}` + "\r\n"

// TestAGreetingNamesNobody has servers that refuse the login, or close, and name
// another one, which is not dialed before a login and keeps the reason.
func TestAGreetingNamesNobody(t *testing.T) {
	for name, c := range map[string]struct {
		said string
		more []nats.Option
		want error
	}{
		"refused":  {"-ERR 'Authorization Violation'\r\n", []nats.Option{nats.UserInfo("bob", "hunter2")}, nats.ErrAuthorization},
		"with TLS": {"", []nats.Option{nats.Secure(), nats.UserInfo("bob", "hunter2")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			stranger, dialed := recorder(t)
			_, err := Connect(t.Context(), options(t, "nats://"+listen(t, fmt.Sprintf(naming, stranger)+c.said), 500*time.Millisecond, c.more...))
			if err == nil || c.want != nil && !errors.Is(err, c.want) || errors.Is(err, errStranger) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if n := dialed(); n != 0 {
				t.Errorf("the other server was dialed %d times", n)
			}
		})
	}
}

// TestALoginNamesTheCluster has a server that accepts the login, names another one
// and closes: that one is dialed then.
func TestALoginNamesTheCluster(t *testing.T) {
	testcluster.Slow(t)
	stranger, dialed := recorder(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		_, _ = fmt.Fprintf(conn, naming, stranger)
		for lines := bufio.NewScanner(conn); lines.Scan() && lines.Text() != "PING"; {
			continue
		}
		_, _ = fmt.Fprint(conn, "PONG\r\n")
		_ = conn.Close()
	}()
	o := options(t, "nats://"+l.Addr().String(), 5*time.Second, nats.ReconnectWait(time.Millisecond), nats.ReconnectJitter(0, 0))
	o.AllowReconnect = true
	nc, err := Connect(t.Context(), o)
	must(t, err)
	defer nc.Close()
	testcluster.Await(t, "connection to the named server", func() bool { return dialed() > 0 })
}

// recorder counts the connections to an address.
func recorder(t *testing.T) (address string, dialed func() int64) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	var n atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for conn, err := l.Accept(); err == nil; conn, err = l.Accept() {
			n.Add(1)
			_ = conn.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String(), n.Load
}
