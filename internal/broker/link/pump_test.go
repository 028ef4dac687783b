package link

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// carried is what arrives through a pump, and when.
type carried struct {
	begun time.Time
	at    []time.Duration
	text  bytes.Buffer
}

func (c *carried) Write(b []byte) (int, error) {
	c.at = append(c.at, time.Since(c.begun))
	return c.text.Write(b)
}

// feed is a source of chunks: each with how long after the one before it comes.
type feed struct {
	chunks []string
	pause  time.Duration
}

func (f *feed) Read(b []byte) (int, error) {
	if len(f.chunks) == 0 {
		return 0, io.EOF
	}
	<-time.After(f.pause)
	n := copy(b, f.chunks[0])
	f.chunks = f.chunks[1:]
	return n, nil
}

// TestPump carries bytes through each effect: late, in order, at a rate, and not at all until it is over.
func TestPump(t *testing.T) {
	for name, c := range map[string]struct {
		eff  effect
		want []time.Duration // when each of three chunks of ten bytes arrives, which come a millisecond apart
	}{
		"nothing": {effect{}, []time.Duration{1, 2, 3}},
		"late":    {effect{delay: 50 * time.Millisecond}, []time.Duration{51, 52, 53}},
		"slow":    {effect{rate: 1000}, []time.Duration{1, 11, 21}}, // 10 bytes at 1000 a second
		"both":    {effect{rate: 1000, delay: 50 * time.Millisecond}, []time.Duration{51, 61, 71}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newPath()
				l.set(c.eff)
				out := &carried{begun: time.Now()}
				pump{l, &feed{[]string{"0123456789", "abcdefghij", "ABCDEFGHIJ"}, time.Millisecond}, out}.run(t.Context())
				for i := range out.at {
					out.at[i] /= time.Millisecond
				}
				if !slices.Equal(out.at, c.want) || out.text.String() != "0123456789abcdefghijABCDEFGHIJ" {
					t.Errorf("%q at %v, want %v", out.text.String(), out.at, c.want)
				}
			})
		})
	}
}

// TestPumpJitter never lets a later byte arrive before an earlier one, nor any too early or too late.
func TestPumpJitter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPath()
		l.set(effect{delay: 20 * time.Millisecond, jitter: 30 * time.Millisecond})
		out := &carried{begun: time.Now()}
		var chunks []string
		for i := range 100 {
			chunks = append(chunks, fmt.Sprintf("%02d", i))
		}
		pump{l, &feed{slices.Clone(chunks), time.Millisecond}, out}.run(t.Context())
		if out.text.String() != strings.Join(chunks, "") || !slices.IsSorted(out.at) {
			t.Errorf("%s at %v", out.text.String(), out.at)
		}
		early, late := 0, 0
		for i, at := range out.at {
			sent := time.Duration(i+1) * time.Millisecond
			if at < sent+20*time.Millisecond || at >= sent+50*time.Millisecond {
				t.Errorf("chunk %d: sent at %v, arrived at %v", i, sent, at)
			}
			if at == sent+20*time.Millisecond {
				early++
			}
			if at > sent+30*time.Millisecond {
				late++
			}
		}
		if late == 0 {
			t.Errorf("no jitter: %d early, %d late", early, late)
		}
	})
}

// TestPumpHolds keeps bytes while the path is held, and lets them go in order afterwards; the end of the context ends it.
func TestPumpHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newPath()
		l.set(effect{hold: true})
		out := &carried{begun: time.Now()}
		time.AfterFunc(time.Second, func() { l.set(effect{}) })
		pump{l, &feed{[]string{"a", "b"}, time.Millisecond}, out}.run(t.Context())
		if out.text.String() != "ab" || out.at[0] != time.Second {
			t.Errorf("%q at %v", out.text.String(), out.at)
		}
		l.set(effect{hold: true})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		ended := &carried{begun: time.Now()}
		pump{l, &feed{[]string{"a"}, time.Millisecond}, ended}.run(ctx)
		if time.Since(ended.begun) != time.Minute || ended.text.Len() > 0 {
			t.Errorf("%q after %v", ended.text.String(), time.Since(ended.begun))
		}
	})
}

// TestHold keeps a new connection waiting while its link is cut, gives what it said meanwhile on, and lets the second of two
// servers through a moment later than the first.
func TestHold(t *testing.T) {
	for name, c := range map[string]struct {
		link  plan.Link
		path  string // which is cut
		after time.Duration
	}{
		"first": {plan.Link{From: "a", To: "b", Role: plan.RoleRoute}, "out", time.Second}, "second": {plan.Link{From: "b", To: "a", Role: plan.RoleRoute}, "in", time.Second + healDelay},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := &proxy{link: c.link, out: newPath(), in: newPath()}
				cut := map[string]*path{"out": d.out, "in": d.in}[c.path]
				near, far := net.Pipe()
				defer near.Close()
				defer far.Close()
				if early, ok := d.hold(t.Context(), near); !ok || early != nil {
					t.Errorf("an open link: %q %v", early, ok)
				}
				cut.set(effect{cut: true})
				begun := time.Now()
				go func() {
					far.Write([]byte("hel"))
					far.Write([]byte("lo"))
					<-time.After(time.Second)
					cut.set(effect{})
				}()
				early, ok := d.hold(t.Context(), near)
				if !ok || string(early) != "hello" || time.Since(begun) != c.after {
					t.Errorf("%q %v after %v", early, ok, time.Since(begun))
				}
			})
		})
	}
}

// TestHoldEnds when the one who waits goes, or all ends.
func TestHoldEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &proxy{out: newPath(), in: newPath()}
		d.out.set(effect{cut: true})
		near, far := net.Pipe()
		far.Close()
		if _, ok := d.hold(t.Context(), near); ok {
			t.Error("who has gone is let through")
		}
		near, far = net.Pipe()
		defer far.Close()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, ok := d.hold(ctx, near); ok {
			t.Error("let through at the end")
		}
		if _, err := near.Write([]byte("x")); err == nil {
			t.Error("the connection is left open")
		}
	})
}
