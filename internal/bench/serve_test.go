package bench

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// serveOptions let u answer open.> and send answers to _INBOX.> only.
func serveOptions(users ...*server.User) server.Options {
	return server.Options{Users: append(users, &server.User{Username: "client", Password: "p"})}
}

func servant() *server.User {
	return &server.User{Username: "u", Password: "p", Permissions: &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: []string{"_INBOX.>"}},
		Subscribe: &server.SubjectPermission{Allow: []string{"open.>"}},
	}}
}

func as(user string, s *server.Server) Connect {
	return to(strings.Replace(s.ClientURL(), "://", "://"+user+":p@", 1))
}

// TestServeDenied ends with the server's word when the subject is denied.
func TestServeDenied(t *testing.T) {
	t.Parallel()
	s := startServerWith(t, serveOptions(servant()))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := Serve(ctx, ServeSpec{Subject: "shut.door"}, as("u", s), func(ServeState) {})
	if !errors.Is(err, nats.ErrPermissionViolation) || !strings.Contains(err.Error(), "shut.door") {
		t.Errorf("ended with %v", err)
	}
}

// TestServeUntilRevoked answers, reports a lost connection and of its return, of
// answers that it may not send once, and ends when its user is taken away.
func TestServeUntilRevoked(t *testing.T) {
	t.Parallel()
	s := startServerWith(t, serveOptions(servant()))
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client, err := as("client", s)()
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	var kinds []string
	step := 0
	err = Serve(ctx, ServeSpec{Subject: "open.door", Responders: 2}, as("u", s), func(state ServeState) {
		for _, n := range state.News {
			kinds = append(kinds, n.Kind)
		}
		step = nextStep(t, s, client, step, state.Served, kinds)
	})
	if !errors.Is(err, nats.ErrAuthorization) || !strings.Contains(err.Error(), "responder-") {
		t.Errorf("ended with %v", err)
	}
	if got := strings.Count(strings.Join(kinds, ","), EventDenied); got == 0 || got > 2 {
		t.Errorf("%d times told of answers that may not be sent, to two responders: %q", got, kinds)
	}
}

// nextStep does what is to happen next to the responders, once what was done
// before is seen.
func nextStep(t *testing.T, s *server.Server, client *nats.Conn, step int, served int64, kinds []string) int {
	switch {
	case step == 0 && served < 10:
		for range 10 {
			if _, err := client.Request("open.door", []byte("x"), 20*time.Second); err != nil {
				t.Error(err)
			}
		}
		return 0
	case step == 0:
		for range 10 {
			if err := client.PublishRequest("open.door", "elsewhere", nil); err != nil {
				t.Error(err)
			}
		}
	case step == 1 && slices.Contains(kinds, EventDenied):
		conns, err := s.Connz(&server.ConnzOptions{Username: true})
		if err != nil {
			t.Error(err)
			return step
		}
		for _, c := range conns.Conns {
			if c.AuthorizedUser == "u" {
				_ = s.DisconnectClientByID(c.Cid) // it may be gone already
			}
		}
	case step == 2 && slices.Contains(kinds, EventDisconnected) && slices.Contains(kinds, EventReconnected):
		opts := serveOptions()
		opts.Host, opts.Port, opts.NoLog, opts.NoSigs = "127.0.0.1", -1, true, true
		if err := s.ReloadOptions(&opts); err != nil {
			t.Error(err)
		}
	default:
		return step
	}
	return step + 1
}
