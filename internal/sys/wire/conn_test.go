package wire_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/sys/failure"
	"github.com/natsctl/natsctl/internal/sys/wire"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// server answers echo at once and late after two seconds, never answers never, and denies denied.
func server(t *testing.T) *stub.Server {
	t.Helper()
	s := stub.New(t, "n1", "N1")
	answer := func(m stub.Message) bool { return s.Send(stub.Message{Subject: m.Reply, Data: m.Data}) || true }
	s.Handle("echo", answer)
	s.Handle("late", func(m stub.Message) bool {
		time.AfterFunc(2*time.Second, func() { answer(m) })
		return true
	})
	s.Handle("never", func(stub.Message) bool { return true })
	s.Deny("denied")
	s.Deny("$denied")
	return s
}

func quiet() nats.Option {
	return nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})
}

// TestRequest ends with the answer, or with the right reason, at the right time.
func TestRequest(t *testing.T) {
	for _, tt := range []struct {
		name, subject string
		also          func(*nats.Conn) // after a second
		timeout       time.Duration    // of the caller; 0: none
		want          error
		took          time.Duration
	}{
		{name: "answered", subject: "echo"},
		{name: "answered late", subject: "late", took: 2 * time.Second},
		{name: "nobody", subject: "nobody", want: nats.ErrNoResponders},
		{name: "silent", subject: "never", want: failure.ErrSilent, took: 5 * time.Second},
		{name: "the caller ends first", subject: "never", timeout: 3 * time.Second, want: context.DeadlineExceeded, took: 3 * time.Second},
		{name: "denied", subject: "denied", want: failure.ErrPermission},
		{name: "another is denied", subject: "late", also: func(nc *nats.Conn) { _ = nc.Publish("denied", nil) }, took: 2 * time.Second},
		{name: "an inbox is denied", subject: "late", also: func(nc *nats.Conn) { _, _ = nc.SubscribeSync("denied") }, want: failure.ErrPermission, took: time.Second},
		{name: "events are denied", subject: "late", also: func(nc *nats.Conn) { _, _ = nc.SubscribeSync("$denied") }, took: 2 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := server(t)
				nc := s.Connect(t, quiet())
				c := wire.New(nc)
				ctx := t.Context()
				if tt.timeout > 0 {
					limited, cancel := context.WithTimeout(ctx, tt.timeout)
					defer cancel()
					ctx = limited
				}
				if tt.also != nil {
					time.AfterFunc(time.Second, func() { tt.also(nc) })
				}
				began := time.Now()
				m, err := c.Request(ctx, 5*time.Second, &nats.Msg{Subject: tt.subject, Data: []byte("hello")})
				if took := time.Since(began); !errors.Is(err, tt.want) || (err == nil) != (m != nil && string(m.Data) == "hello") || took != tt.took {
					t.Errorf("%v after %v, want %v after %v", err, took, tt.want, tt.took)
				}
				var silent *failure.SilentError
				if errors.As(err, &silent) && (silent.Subject != tt.subject || silent.After != tt.took) {
					t.Errorf("%+v", silent)
				}
				if errors.Is(tt.want, failure.ErrSilent) != errors.Is(err, failure.ErrSilent) {
					t.Errorf("silence: %v", err)
				}
			})
		})
	}
}

// TestRequestWithoutConnection sends nothing over a connection that is lost, and says why it is.
func TestRequestWithoutConnection(t *testing.T) {
	for sentence, want := range map[string]error{
		"User Authentication Expired":    nats.ErrAuthExpired,
		"User Authentication Revoked":    nats.ErrAuthRevoked,
		"Account Authentication Expired": nats.ErrAccountAuthExpired,
		"Authorization Violation":        nats.ErrAuthorization,
		"maintenance":                    nil,
	} {
		synctest.Test(t, func(t *testing.T) {
			s := server(t)
			c := wire.New(s.Connect(t, quiet(), nats.MaxReconnects(3)))
			if c.Err() != nil {
				t.Errorf("while connected: %v", c.Err())
			}
			s.Expel(sentence)
			stub.Elapse(time.Minute) // it is refused when it reconnects, too
			began := time.Now()
			_, err := c.Request(t.Context(), 5*time.Second, &nats.Msg{Subject: "echo"})
			if !errors.Is(err, failure.ErrDisconnected) || want != nil && !errors.Is(err, want) || time.Since(began) > 0 {
				t.Errorf("%s: %v after %v", sentence, err, time.Since(began))
			}
			for _, other := range []error{nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrAccountAuthExpired, nats.ErrAuthorization} {
				if errors.Is(err, other) != errors.Is(want, other) {
					t.Errorf("%s is taken for %v", sentence, other)
				}
			}
			if left := errors.New("silent"); !errors.Is(c.Leave(left), left) || !errors.Is(c.Leave(left), nats.ErrConnectionClosed) {
				t.Errorf("%s: leaving a closed connection: %v", sentence, c.Leave(left))
			}
		})
	}
}

// TestDeniedIsNoReasonOfALoss names no permission as the reason why a connection was lost.
func TestDeniedIsNoReasonOfALoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server(t)
		nc := s.Connect(t, quiet(), nats.NoReconnect())
		c := wire.New(nc)
		if err := nc.Publish("denied", nil); err != nil {
			t.Fatal(err)
		}
		if err := c.Flush(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
		nc.Close()
		if err := c.Err(); !errors.Is(err, failure.ErrDisconnected) || errors.Is(err, nats.ErrPermissionViolation) {
			t.Errorf("%v", err)
		}
	})
}

// TestLeave gives up the server that hangs: it connects again.
func TestLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server(t)
		nc := s.Connect(t, quiet())
		again := nc.StatusChanged(nats.RECONNECTING)
		why := errors.New("silent")
		if err := wire.New(nc).Leave(why); !errors.Is(err, why) || err.Error() != why.Error() {
			t.Errorf("%v", err)
		}
		<-again
	})
}

// TestFlush waits no longer than the caller or the time allows.
func TestFlush(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := wire.New(server(t).Connect(t, quiet()))
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if err := c.Flush(ended, time.Minute); !errors.Is(err, context.Canceled) {
			t.Errorf("the caller has ended: %v", err)
		}
		if err := c.Flush(t.Context(), 0); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("no time: %v", err)
		}
		if err := c.Flush(t.Context(), time.Second); err != nil {
			t.Error(err)
		}
	})
}

// TestDenials passes each denial to all that listen, to nobody who has stopped, and to the handler that was there before.
func TestDenials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server(t)
		before := 0
		nc := s.Connect(t, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) { before++ }))
		c := wire.New(nc)
		first, stop := c.Denials()
		second, stopSecond := c.Denials()
		defer stopSecond()
		deny := func(times int) {
			for range times {
				if err := nc.Publish("denied", nil); err != nil {
					t.Fatal(err)
				}
			}
			if err := c.Flush(t.Context(), time.Second); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		deny(1)
		if a, b := <-first, <-second; a.Subject != "denied" || a.Subscribe || b.Subject != "denied" || before != 1 {
			t.Errorf("%+v, %+v, %d", a, b, before)
		}
		stop()
		deny(30) // more than anybody takes
		if len(first) > 0 || len(second) != 16 || before != 31 {
			t.Errorf("%d after the end, %d pending, %d before", len(first), len(second), before)
		}
	})
}

// TestAccount is that of the user, once the server has told it.
func TestAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if got := wire.New(server(t).Connect(t)).Account(); got != "" {
			t.Errorf("an old server: %q", got)
		}
		nc := server(t).InAccount("APP").Connect(t)
		c := wire.New(nc)
		if err := c.Flush(t.Context(), time.Second); err != nil || c.Account() != "APP" {
			t.Errorf("%q, %v", c.Account(), err)
		}
	})
}
