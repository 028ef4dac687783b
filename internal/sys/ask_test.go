package sys_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// TestReloadAnswers tells what a reload changed, and of each way to fail which one
// it was.
func TestReloadAnswers(t *testing.T) {
	loaded := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name    string
		before  func(*world, *server.ServerInfo, *server.Varz)
		changed bool
		err     error
	}{
		{name: "changed", before: func(w *world, _ *server.ServerInfo, v *server.Varz) {
			w.nodes["e/n1"].Data["RELOAD"] = stub.Answer(func(stub.Message) any {
				v.ConfigDigest, v.ConfigLoadTime = "two", loaded.Add(time.Hour)
				return struct{}{}
			})
		}, changed: true},
		{name: "unchanged", before: func(*world, *server.ServerInfo, *server.Varz) {}},
		{name: "refused", before: func(w *world, _ *server.ServerInfo, _ *server.Varz) {
			w.nodes["e/n1"].Data["RELOAD"] = errors.New("parse error on line 3")
		}, err: sys.ErrRefused},
		{name: "gone", before: func(w *world, _ *server.ServerInfo, _ *server.Varz) { w.nodes["e/n1"].Gone = true }, err: sys.ErrNoServer},
		{name: "hangs", before: func(w *world, _ *server.ServerInfo, _ *server.Varz) { w.mute("e/n1") }, err: sys.ErrSilent},
		{name: "too old", before: func(_ *world, i *server.ServerInfo, _ *server.Varz) { i.Version = "2.9.25" }, err: sys.ErrTooOld},
		{name: "not permitted", before: func(w *world, _ *server.ServerInfo, _ *server.Varz) { w.Deny("$SYS.REQ.SERVER.*.RELOAD") }, err: sys.ErrPermission},
		{name: "its configuration is not told", before: func(w *world, _ *server.ServerInfo, _ *server.Varz) {
			w.nodes["e/n1"].Data["VARZ"] = errors.New("not now")
		}, err: sys.ErrRefused},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1")
				info, varz := w.nodes["e/n1"].Info, &server.Varz{ConfigDigest: "one", ConfigLoadTime: loaded}
				w.nodes["e/n1"].Data["VARZ"], w.nodes["e/n1"].Data["RELOAD"] = varz, struct{}{}
				tc.before(w, &info, varz)
				r, err := w.client().Reload(t.Context(), info)
				if !errors.Is(err, tc.err) || r.Changed() != tc.changed {
					t.Fatalf("%+v, %v", r, err)
				}
				if r.Server != "n1" || r.ID != info.ID || r.Cluster != "e" {
					t.Errorf("of server %+v", r)
				}
				if tc.changed && (r.Before.Digest != "one" || r.After.Digest != "two" || !r.After.Loaded.Equal(loaded.Add(time.Hour)) || !r.Before.Loaded.Equal(loaded)) {
					t.Errorf("%+v", r)
				}
			})
		})
	}
}

// TestActsWaitAsLongAsTheyMay asks a server that hangs: an act once, for the whole
// timeout; a question twice, since an answer can get lost, for the same time in
// all. A timeout shorter than the usual margin is kept too.
func TestActsWaitAsLongAsTheyMay(t *testing.T) {
	for _, timeout := range []time.Duration{5 * time.Second, 100 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "e/n1")
			node := w.nodes["e/n1"]
			node.Data["RELOAD"] = stub.Answer(func(stub.Message) any { return nil })
			_, err := w.client(sys.WithTimeout(timeout)).Reload(t.Context(), node.Info)
			var silent *sys.SilentError
			if !errors.As(err, &silent) || silent.After != timeout || silent.Server != "n1" || w.Asked(node.Node, "RELOAD") != 1 {
				t.Errorf("reload within %v: %v, asked %d times", timeout, err, w.Asked(node.Node, "RELOAD"))
			}
		})
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "e/n1")
			node := w.nodes["e/n1"]
			w.mute("e/n1")
			began := time.Now()
			_, err := w.client(sys.WithTimeout(timeout)).Reload(t.Context(), node.Info)
			var silent *sys.SilentError
			if !errors.As(err, &silent) || silent.After != timeout || time.Since(began) != timeout || w.Asked(node.Node, "VARZ") != 2 || w.Asked(node.Node, "RELOAD") != 0 {
				t.Errorf("its configuration within %v: %v after %v, asked %d times", timeout, err, time.Since(began), w.Asked(node.Node, "VARZ"))
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // the first answer is lost
		w := newWorld(t, "e/n1")
		node := w.nodes["e/n1"]
		node.Data["VARZ"], node.Data["RELOAD"] = onSecond(&server.Varz{ConfigDigest: "d"}), struct{}{}
		began := time.Now()
		if r, err := w.client().Reload(t.Context(), node.Info); err != nil || r.Before.Digest != "d" || time.Since(began) != time.Second {
			t.Errorf("%+v, %v after %v", r, err, time.Since(began))
		}
	})
	synctest.Test(t, func(t *testing.T) { // the caller gives up first
		w := newWorld(t, "e/n1")
		w.mute("e/n1")
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if _, err := w.client().Reload(ctx, w.nodes["e/n1"].Info); !errors.Is(err, context.DeadlineExceeded) || errors.Is(err, sys.ErrSilent) {
			t.Errorf("%v", err)
		}
	})
}

// TestProfileAnswers checks what a profile is asked with and how failures are told.
func TestProfileAnswers(t *testing.T) {
	for _, tc := range []struct {
		name, of string
		answer   server.ProfilezStatus
		d, takes time.Duration
		body     string
		err      error
	}{
		{name: "cpu", of: "cpu", answer: server.ProfilezStatus{Profile: []byte("p")}, d: 9 * time.Second, takes: 13 * time.Second, body: `"duration":9000000000`},
		{name: "heap has no duration", of: "heap", answer: server.ProfilezStatus{Profile: []byte("p")}, d: 9 * time.Second, body: `"name":"heap"`},
		{name: "the server says why not", of: "soul", answer: server.ProfilezStatus{Error: "no such profile"}, err: sys.ErrProfile},
		{name: "empty", of: "heap", err: sys.ErrProfile},
		{name: "too late", of: "heap", answer: server.ProfilezStatus{Profile: []byte("p")}, takes: 6 * time.Second, err: sys.ErrSilent},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1")
				node, body := w.nodes["e/n1"], ""
				node.Data["PROFILEZ"] = stub.Answer(func(m stub.Message) any {
					body = string(m.Data)
					time.AfterFunc(tc.takes, func() {
						w.Send(stub.Message{Subject: m.Reply, Data: mustJSON(map[string]any{"server": node.Info, "data": tc.answer})})
					})
					return nil
				})
				got, err := w.client().Profile(t.Context(), node.Info, tc.of, tc.d)
				synctest.Wait() // the server has set body
				if !errors.Is(err, tc.err) || (err == nil) != (string(got) == "p") {
					t.Errorf("%q, %v", got, err)
				}
				if !strings.Contains(body, tc.body) || tc.of != "cpu" && strings.Contains(body, "duration") {
					t.Errorf("asked with %s", body)
				}
				if n := w.Asked(node.Node, "PROFILEZ"); n != 1 {
					t.Errorf("asked %d times for what is dear", n)
				}
			})
		})
	}
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1")
		w.mute("e/n1")
		if _, err := w.client().Profile(t.Context(), w.nodes["e/n1"].Info, "heap", 0); !errors.Is(err, sys.ErrSilent) || w.Asked(w.nodes["e/n1"].Node, "PROFILEZ") != 0 {
			t.Errorf("a server that hangs was asked for a profile: %v", err)
		}
	})
}

// TestDenials: what a user may not ask is told at once, and only that is left out.
func TestDenials(t *testing.T) {
	want := fleet.Want{Kinds: []fleet.Kind{fleet.Varz, fleet.Leafz}}
	for _, tc := range []struct {
		name, deny, account string
		err                 error
		faults              []string
	}{
		{name: "one question", deny: "$SYS.REQ.SERVER.PING.VARZ", account: stub.SystemAccount, faults: []string{"n1 VARZ refused", "n2 VARZ refused"}},
		{name: "the one that all begins with", deny: "$SYS.REQ.SERVER.PING.STATSZ", account: stub.SystemAccount, err: sys.ErrPermission},
		{name: "all, in another account", deny: "$SYS.>", account: "APP", err: sys.ErrNotSystem},
		{name: "the inbox", deny: "_INBOX.>", account: stub.SystemAccount, err: sys.ErrPermission},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1", "e/n2")
				w.InAccount(tc.account)
				w.Deny(tc.deny)
				for _, m := range w.nodes {
					m.Delay = 100 * time.Millisecond // the denial comes first
				}
				c := sys.New(w.Connect(t, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})))
				if err := c.Conn().FlushWithContext(within(t, time.Second)); err != nil {
					t.Fatal(err)
				}
				began := time.Now()
				s, err := c.Snapshot(t.Context(), want)
				if tc.err != nil {
					if !errors.Is(err, tc.err) || time.Since(began) > 0 {
						t.Errorf("%v after %v, want %v", err, time.Since(began), tc.err)
					}
					return
				}
				if err != nil || !slices.Equal(faults(s), tc.faults) || len(s.Servers) != 2 {
					t.Errorf("%v, problems %v", err, faults(s))
				}
			})
		})
	}
}

// within is a context that ends after d.
func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

// TestNotTheSystemAccount: nothing listens to the question that every system user
// gets an answer to, and the error says where the user is.
func TestNotTheSystemAccount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stub.New(t, "n1", idOf("e/n1"))
		s.Handle("$SYS.REQ.USER.INFO", func(m stub.Message) bool {
			return s.Send(stub.Message{Subject: m.Reply, Data: mustJSON(map[string]any{
				"server": server.ServerInfo{ID: idOf("e/n1")}, "data": server.UserInfo{UserID: "bob", Account: "APP"},
			})})
		})
		_, err := sys.New(s.Connect(t)).Snapshot(t.Context(), fleet.Want{})
		var not *sys.NotSystemError
		if !errors.As(err, &not) || not.Account != "APP" || not.User != "bob" {
			t.Errorf("%v", err)
		}
	})
}

// TestSilentServerIsLeft turns to another server when nobody answers at all.
func TestSilentServerIsLeft(t *testing.T) {
	w := newWorld(t, "e/n1")
	c := w.client(sys.WithTimeout(20 * time.Millisecond))
	reconnected := c.Conn().StatusChanged(nats.RECONNECTING)
	w.mute("e/n1")
	if _, err := c.Snapshot(t.Context(), fleet.Want{}); !errors.Is(err, sys.ErrSilent) {
		t.Errorf("%v", err)
	}
	select {
	case <-reconnected:
	case <-time.After(20 * time.Second):
		t.Error("it stays with a server that does not answer")
	}
}

// TestConnectionLost ends a round at once when the connection is lost. A user who
// is turned away for good learns why.
func TestConnectionLost(t *testing.T) {
	for sentence, want := range map[string]error{
		"User Authentication Expired":    nats.ErrAuthExpired,
		"User Authentication Revoked":    nats.ErrAuthRevoked,
		"Account Authentication Expired": nats.ErrAccountAuthExpired,
		"Authorization Violation":        nats.ErrAuthorization,
	} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(t, "e/n1", "e/n2")
			c := sys.New(w.Connect(t, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})))
			w.nodes["e/n2"].Delay = 100 * time.Millisecond
			time.AfterFunc(50*time.Millisecond, func() { w.Expel(sentence) })
			began := time.Now()
			if _, err := c.Snapshot(t.Context(), fleet.Want{}); !errors.Is(err, sys.ErrDisconnected) || time.Since(began) != 50*time.Millisecond {
				t.Errorf("%s: %v after %v", sentence, err, time.Since(began))
			}
			stub.Elapse(time.Minute)
			if _, err := c.Snapshot(t.Context(), fleet.Want{}); !errors.Is(err, sys.ErrDisconnected) || !errors.Is(err, want) {
				t.Errorf("%s: later %v", sentence, err)
			}
		})
	}
}

// TestConnectionBackAtOnce loses the connection for a moment in the middle of a
// round: the answers to what was asked before do not come any more.
func TestConnectionBackAtOnce(t *testing.T) {
	w := newWorld(t, "e/n1", "e/n2")
	c := w.client()
	w.nodes["e/n2"].Data["STATSZ"] = stub.Answer(func(stub.Message) any {
		go func() {
			if err := c.Conn().ForceReconnect(); err != nil {
				t.Error(err)
			}
		}()
		return nil
	})
	if s, err := c.Snapshot(t.Context(), fleet.Want{}); !errors.Is(err, sys.ErrDisconnected) {
		t.Errorf("%v, missing %v", err, absent(s))
	}
}
