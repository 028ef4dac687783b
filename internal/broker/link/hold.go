package link

import (
	"context"
	"errors"
	"net"
	"os"
	"time"
)

// turn is how much later the second of two servers that connect to each other gets through when their link is healed: of two
// routes that are made at the same instant both may be dropped.
const turn = 100 * time.Millisecond

// earlySize is the most that one who connects says before it hears anything: the beginning of a TLS handshake.
const earlySize = 16 << 10

// hold keeps a new connection waiting while its link is cut, as packets that nobody answers would, so that it goes on at the
// instant of healing: a server that was refused comes back after a second at the earliest, and with bad luck after two. It
// returns what the one who connects has said meanwhile; false means that it has gone, or that all ends.
func (d *door) hold(ctx context.Context, near net.Conn) (early []byte, ok bool) {
	open, changed := d.open()
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
		case <-said: //nolint:errcheck // it has lost its patience, why does not matter
			return nil, false
		case <-changed[0]:
		case <-changed[1]:
		case <-ctx.Done():
			near.Close() //nolint:errcheck // ends the reading
			<-said       //nolint:errcheck // it has been closed just now
			return nil, false
		}
		open, changed = d.open()
	}
	if d.link.From > d.link.To {
		until(ctx, time.Now().Add(turn), nil)
	}
	near.SetReadDeadline(time.Unix(1, 0)) //nolint:errcheck // ends the reading, as does the end of the connection
	err := <-said
	near.SetReadDeadline(time.Time{}) //nolint:errcheck // see above
	return early, errors.Is(err, os.ErrDeadlineExceeded) && ctx.Err() == nil
}

// open says whether the link is not cut, and what closes when that may have changed.
func (d *door) open() (bool, [2]<-chan struct{}) {
	out, out2 := d.out.now()
	in, in2 := d.in.now()
	return !out.cut && !in.cut, [2]<-chan struct{}{out2, in2}
}
