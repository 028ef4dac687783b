package bench

import (
	"errors"
	"fmt"
	"net"
	"testing"

	"github.com/nats-io/nats.go"
)

// TestRecovers goes on after what a reconnect fixes, and not after a mistake or
// on a connection that is closed for good.
func TestRecovers(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	nc, err := nats.Connect(s.ClientURL())
	if err != nil {
		t.Fatal(err)
	}
	l := &link{nc: nc, wire: &dialer{}}
	write := &net.OpError{Op: "write", Net: "tcp", Err: errors.New("broken pipe")}
	for err, want := range map[error]bool{
		nats.ErrReconnectBufExceeded: true, write: true, fmt.Errorf("publish: %w", write): true, net.ErrClosed: true,
		nats.ErrBadSubject: false, nats.ErrMaxPayload: false, errTimeout: false,
	} {
		if got := l.recovers(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
	nc.Close()
	if l.recovers(write) || l.recovers(nats.ErrReconnectBufExceeded) {
		t.Error("a closed connection recovers")
	}
}
