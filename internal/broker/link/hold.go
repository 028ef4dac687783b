package link

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// healDelay is the delay of the second of two servers that connect to each other when their link is healed: two routes that are made
// at the same instant may both be dropped.
const healDelay = 100 * time.Millisecond

// earlySize is the maximum that a connecting server sends before it receives anything: the start of a TLS handshake.
const earlySize = 16 << 10

// hold keeps a new connection waiting while its link is cut, like packets without an answer, so that it continues as soon as the
// link is healed: a server that was refused reconnects after one to two seconds. It returns the bytes that the connecting server
// has sent meanwhile; false means that it has disconnected, or that the proxy closes.
func (p *proxy) hold(ctx context.Context, near net.Conn) (early []byte, ok bool) {
	open, changed := p.isOpen()
	if open {
		return nil, true
	}
	said := make(chan error, 1)
	go func() {
		early = make([]byte, 0, earlySize)
		for {
			n, err := near.Read(early[len(early):earlySize])
			early = early[:len(early)+n]
			if err != nil {
				said <- err
				return
			}
		}
	}()
	for !open {
		select {
		case <-said: //nolint:errcheck // it has disconnected; the reason does not matter
			return nil, false
		case <-changed[0]:
		case <-changed[1]:
		case <-ctx.Done():
			near.Close() //nolint:errcheck // ends the reading
			<-said       //nolint:errcheck // it has just been closed
			return nil, false
		}
		open, changed = p.isOpen()
	}
	if p.link.From > p.link.To {
		until(ctx, time.Now().Add(healDelay), nil)
	}
	near.SetReadDeadline(time.Unix(1, 0)) //nolint:errcheck // ends the reading, as does the end of the connection
	err := <-said
	near.SetReadDeadline(time.Time{}) //nolint:errcheck // see above
	return early, errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil
}

// isOpen reports whether the link is not cut, and returns a channel that closes when that may have changed.
func (p *proxy) isOpen() (bool, [2]<-chan struct{}) {
	out, out2 := p.out.current()
	in, in2 := p.in.current()
	return !out.cut && !in.cut, [2]<-chan struct{}{out2, in2}
}
