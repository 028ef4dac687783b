package own_test

import (
	"encoding/json"
	"errors"
	"fmt"
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

// home is what servers tell an account of itself, on an exact clock.
type home struct {
	*stub.Server
	t       *testing.T
	delays  map[string]time.Duration // of the servers, by name
	conns   map[string]int           // connections of the account, by server
	streams []*server.StreamInfo
	missing []string                  // streams without an answer
	failing map[string]int            // consumer lists that fail, by stream, with the code
	asked   map[string]int            // requests, by subject
	first   int                       // the number of the first connection
	noJS    bool                      // the account has no JetStream
	page    func(server.ConnzOptions) // called before a page of connections is sent; may be nil
	excess  int                       // streams and consumers that lists count beyond those there are
}

func newHome(t *testing.T, servers ...string) *home {
	t.Helper()
	h := &home{
		Server: stub.New(t, servers[0], idOf(servers[0])).InAccount("APP"), t: t,
		delays: map[string]time.Duration{}, conns: map[string]int{}, failing: map[string]int{}, asked: map[string]int{}, first: 10,
	}
	for _, s := range servers {
		h.delays[s] = 0
	}
	h.Handle("$SYS.REQ.ACCOUNT.PING.STATZ", func(m stub.Message) bool { return h.each(m, h.statz) })
	h.Handle("$SYS.REQ.ACCOUNT.PING.CONNZ", func(m stub.Message) bool { return h.each(m, h.connz) })
	h.Handle("$SYS.REQ.USER.INFO", func(m stub.Message) bool {
		h.asked[m.Subject]++
		return h.Send(stub.Message{Subject: m.Reply, Data: h.json(map[string]any{"server": h.info(servers[0]), "data": server.UserInfo{UserID: "bob", Account: "APP"}})})
	})
	h.Handle("$JS.API.>", h.jetstream)
	return h
}

func idOf(name string) string { return "N" + strings.Repeat(strings.ToUpper(name[:1]), 55) }

func (h *home) info(name string) server.ServerInfo {
	return server.ServerInfo{Name: name, ID: idOf(name), Cluster: "c", Version: "2.12.0"}
}

func (h *home) json(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

// each lets every server answer, after its delay.
func (h *home) each(m stub.Message, answer func(name string, m stub.Message) any) bool {
	h.asked[m.Subject]++
	for name, delay := range h.delays {
		if data := answer(name, m); data != nil {
			body := h.json(map[string]any{"server": h.info(name), "data": data})
			time.AfterFunc(delay, func() { h.Send(stub.Message{Subject: m.Reply, Data: body}) })
		}
	}
	return true
}

func (h *home) statz(name string, _ stub.Message) any {
	return &server.AccountStatz{Accounts: []*server.AccountStat{{Account: "APP", Conns: h.conns[name]}}}
}

func (h *home) connz(name string, m stub.Message) any {
	var o server.ConnzOptions
	if err := json.Unmarshal(m.Data, &o); err != nil {
		h.t.Error(err)
	}
	if h.page != nil {
		h.page(o)
	}
	z := &server.Connz{}
	for i := o.Offset; i < min(o.Offset+o.Limit, h.conns[name]); i++ {
		z.Conns = append(z.Conns, &server.ConnInfo{Cid: uint64(h.first + i), Account: "APP"}) //nolint:gosec // small
	}
	return z
}

// jetstream answers the API: three streams or consumers a page.
func (h *home) jetstream(m stub.Message) bool {
	h.asked[m.Subject]++
	var page server.ApiPagedRequest
	_ = json.Unmarshal(m.Data, &page) // a request without a page has none
	reply := func(v any) bool { return h.Send(stub.Message{Subject: m.Reply, Data: h.json(v)}) }
	switch name, list := strings.CutPrefix(m.Subject, "$JS.API.CONSUMER.LIST."); {
	case h.noJS:
		return reply(server.JSApiAccountInfoResponse{ApiResponse: server.ApiResponse{Error: &server.ApiError{Code: 503, Description: "JetStream not enabled for account"}}})
	case m.Subject == "$JS.API.INFO":
		return reply(server.JSApiAccountInfoResponse{JetStreamAccountStats: &server.JetStreamAccountStats{JetStreamTier: server.JetStreamTier{Streams: len(h.streams)}}})
	case m.Subject == "$JS.API.STREAM.LIST":
		part := h.streams[min(page.Offset, len(h.streams)):min(page.Offset+3, len(h.streams))]
		return reply(server.JSApiStreamListResponse{ApiPaged: server.ApiPaged{Total: len(h.streams) + h.excess, Offset: page.Offset}, Streams: part, Missing: h.missing})
	case list && h.failing[name] > 0:
		return reply(server.JSApiConsumerListResponse{ApiResponse: server.ApiResponse{Error: &server.ApiError{Code: h.failing[name], Description: "no quorum"}}})
	case list:
		out := server.JSApiConsumerListResponse{ApiPaged: server.ApiPaged{Total: 4 + h.excess, Offset: page.Offset}}
		for i := page.Offset; i < min(page.Offset+3, 4); i++ {
			out.Consumers = append(out.Consumers, &server.ConsumerInfo{Stream: name, Name: fmt.Sprint(name, i)})
		}
		return reply(out)
	}
	return false
}

// stream adds a stream with a leader and a number of consumers.
func (h *home) stream(name, leader string, consumers int, last time.Time) {
	s := &server.StreamInfo{Config: server.StreamConfig{Name: name, Storage: server.FileStorage}, State: server.StreamState{Consumers: consumers, LastTime: last, Msgs: uint64(len(name))}} //nolint:gosec // small
	if leader != "" {
		s.Cluster = &server.ClusterInfo{Leader: leader}
	}
	h.streams = append(h.streams, s)
}

func (h *home) client(opts ...sys.Option) *sys.Client {
	return sys.New(h.Connect(h.t, nats.ErrorHandler(func(*nats.Conn, *nats.Subscription, error) {})), opts...)
}

// faults are the problems: SERVER KIND REASON.
func faults(s *fleet.Snapshot) (out []string) {
	for _, p := range s.Problems {
		out = append(out, p.Server+" "+string(p.Kind)+" "+string(p.Reason))
	}
	slices.Sort(out)
	return out
}

// TestOwnConnections asks page by page: every connection comes once, whichever
// server has how many.
func TestOwnConnections(t *testing.T) {
	for _, limit := range []int{0, 1, 300, 600} {
		synctest.Test(t, func(t *testing.T) {
			h := newHome(t, "a", "b", "c")
			h.conns = map[string]int{"a": 1200, "b": 512, "c": 0}
			own, err := h.client().OwnAccount(t.Context(), fleet.ConnWant{Limit: limit})
			if err != nil {
				t.Fatal(err)
			}
			for _, sv := range own.Snapshot.Servers {
				want := h.conns[sv.Info.Name]
				if limit > 0 {
					want = min(want, limit)
				}
				once := map[uint64]bool{}
				for _, c := range sv.Connz.Conns {
					once[c.Cid] = true
				}
				if len(once) != want || sv.Connz.NumConns != want || len(sv.Connz.Conns) != want {
					t.Errorf("limit %d: %d connections of %s, want %d", limit, len(sv.Connz.Conns), sv.Info.Name, want)
				}
			}
			if s := own.Snapshot; len(s.Servers) != 3 || s.Expected != 3 || len(s.Problems) > 0 || own.User.UserID != "bob" || own.JetStream == nil {
				t.Errorf("%d servers, problems %v, user %+v", len(s.Servers), faults(s), own.User)
			}
		})
	}
}

// TestOwnWaits ends with the gap after the last answer; a server that answered in
// the round before is waited for longer, and named if it does not.
func TestOwnWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t, "a", "b")
		source := h.client().Own()
		took := func() time.Duration {
			began := time.Now()
			s, err := source.Snapshot(t.Context(), fleet.Want{})
			if err != nil {
				t.Fatal(err)
			}
			if want := len(h.delays); len(s.Servers) != want {
				t.Errorf("%d servers, want %d", len(s.Servers), want)
			}
			return time.Since(began)
		}
		if d := took(); d != 250*time.Millisecond {
			t.Errorf("the first round took %v", d)
		}
		h.delays["b"] = 600 * time.Millisecond
		if d := took(); d != 600*time.Millisecond+1800*time.Millisecond {
			t.Errorf("a slow server made it %v", d)
		}
		delete(h.delays, "b")
		began := time.Now()
		s, err := source.Snapshot(t.Context(), fleet.Want{})
		if err != nil || !slices.Equal(faults(s), []string{"b ACCOUNT.STATZ silent"}) || time.Since(began) != time.Second {
			t.Errorf("problems %v after %v; %v", faults(s), time.Since(began), err)
		}
		if d := took(); d != 250*time.Millisecond {
			t.Errorf("one that is known to be silent made it %v", d)
		}
	})
}

// TestOwnAnswersWithoutEnd are cut by the timeout.
func TestOwnAnswersWithoutEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t, "a")
		h.conns["a"] = 1 << 30
		began := time.Now()
		own, err := h.client(sys.WithTimeout(3*time.Second)).OwnAccount(t.Context(), fleet.ConnWant{})
		if err != nil || !slices.Equal(faults(own.Snapshot), []string{"a CONNZ truncated"}) || h.asked["$SYS.REQ.ACCOUNT.PING.CONNZ"] != 128 {
			t.Errorf("%v, %d pages after %v", err, h.asked["$SYS.REQ.ACCOUNT.PING.CONNZ"], time.Since(began))
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := stub.New(t, "a", idOf("a"))
		done := make(chan struct{})
		defer close(done)
		s.Handle("$SYS.REQ.ACCOUNT.PING.STATZ", func(m stub.Message) bool {
			go func() {
				tick := time.NewTicker(100 * time.Millisecond)
				defer tick.Stop()
				for i := 0; ; i++ {
					select {
					case <-done:
						return
					case <-tick.C:
						s.Send(stub.Message{Subject: m.Reply, Data: []byte(fmt.Sprintf(`{"server":{"id":"N%d"},"data":{}}`, i))})
					}
				}
			}()
			return true
		})
		c := sys.New(s.Connect(t), sys.WithTimeout(2*time.Second))
		began := time.Now()
		own, err := c.Own().Snapshot(t.Context(), fleet.Want{})
		if took := time.Since(began); took > 3*time.Second || err == nil && len(own.Servers) < 10 {
			t.Errorf("%v after %v", err, took)
		}
	})
}

// TestOwnRefused: a server's own error ends the request with its words.
func TestOwnRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := stub.New(t, "a", idOf("a"))
		s.Handle("$SYS.REQ.ACCOUNT.PING.*", func(m stub.Message) bool {
			return s.Send(stub.Message{Subject: m.Reply, Data: []byte(`{"server":{"id":"A","name":"a"},"error":{"code":500,"description":"not today"}}`)})
		})
		_, err := sys.New(s.Connect(t)).OwnAccount(t.Context(), fleet.ConnWant{})
		var refused *sys.RefusedError
		if !errors.As(err, &refused) || refused.Server != "a" || refused.Code != 500 || refused.Words != "not today" {
			t.Errorf("%v", err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := stub.New(t, "a", idOf("a"))
		if _, err := sys.New(s.Connect(t)).OwnAccount(t.Context(), fleet.ConnWant{}); !errors.Is(err, sys.ErrSilent) {
			t.Errorf("without responders: %v", err)
		}
	})
}

// TestOwnStreams puts each stream on the server that leads it, with its consumers;
// what does not answer is a problem of its own.
func TestOwnStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t, "a", "b")
		at := time.Unix(100, 0)
		h.stream("S1", "a", 4, at)
		h.stream("S2", "b", 0, at)
		h.stream("S3", "z", 4, at) // a leader that does not answer
		h.stream("S4", "", 4, at)  // no replicas
		h.missing, h.failing["S4"] = []string{"LOST"}, 503
		want := fleet.Want{Kinds: []fleet.Kind{fleet.Jsz}, JS: fleet.JSWant{Streams: true, Consumers: true}}
		s, err := h.client().Own().Snapshot(t.Context(), want)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, sv := range s.Servers {
			if sv.Jsz == nil {
				continue
			}
			for _, st := range sv.Jsz.AccountDetails[0].Streams {
				got = append(got, fmt.Sprint(sv.Info.Name, " ", st.Name, " ", len(st.Consumer)))
			}
		}
		slices.Sort(got)
		home := s.Servers[0].Info.Name // who leads a stream without replicas is not told
		if want := []string{"a S1 4", "b S2 0", home + " S4 0", "z S3 4"}; !equalSet(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		if got, want := faults(s), []string{"a JSZ late", "a JSZ late", "a JSZ refused"}; !slices.Equal(got, want) {
			t.Errorf("problems %v: %+v", got, s.Problems)
		}
		if s.Own.Account != "APP" || s.Own.User.UserID != "bob" || h.asked["$JS.API.CONSUMER.LIST.S2"] != 0 {
			t.Errorf("%+v; a stream without consumers was asked for them: %v", s.Own, h.asked)
		}
	})
}

func equalSet(a, b []string) bool {
	a, b = slices.Clone(a), slices.Clone(b)
	slices.Sort(a)
	slices.Sort(b)
	return slices.Equal(a, b)
}

// TestOwnConsumersOfMany asks for the consumers of the streams with the latest
// news, and says of how many it did not.
func TestOwnConsumersOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t, "a")
		for i := range 260 {
			h.stream(fmt.Sprintf("S%03d", i), "a", 1, time.Unix(int64(1000+i), 0))
		}
		s, err := h.client().Own().Snapshot(t.Context(), fleet.Want{Kinds: []fleet.Kind{fleet.Jsz}, JS: fleet.JSWant{Streams: true, Consumers: true}})
		if err != nil || !slices.Equal(faults(s), []string{"a JSZ truncated"}) || !strings.Contains(s.Problems[0].Detail, "consumers of 4 streams") {
			t.Fatalf("%v, problems %+v", err, s.Problems)
		}
		for _, st := range s.Servers[0].Jsz.AccountDetails[0].Streams {
			if old := st.Name < "S004"; old != (len(st.Consumer) == 0) {
				t.Errorf("%s has %d consumers", st.Name, len(st.Consumer))
			}
		}
	})
}

// TestOwnWithoutJetStream leaves it out.
func TestOwnWithoutJetStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHome(t, "a")
		h.noJS = true
		s, err := h.client().Own().Snapshot(t.Context(), fleet.Want{Kinds: []fleet.Kind{fleet.Jsz}, JS: fleet.JSWant{Streams: true}})
		if err != nil || s.Own.JetStream != nil || s.Servers[0].Jsz != nil || h.asked["$JS.API.STREAM.LIST"] > 0 {
			t.Errorf("%v, %+v, %v", err, s.Own, h.asked)
		}
	})
}
