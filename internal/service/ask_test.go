package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/micro"
	"go.uber.org/goleak"

	"github.com/natsctl/natsctl/internal/fleet"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a server, and a connection to ask over.
type fixture struct {
	*testing.T
	server *server.Server
	nc     *nats.Conn
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: -1, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	f := &fixture{T: t, server: s}
	f.nc = f.connect()
	return f
}

func (f *fixture) connect() *nats.Conn {
	f.Helper()
	nc, err := nats.Connect(f.server.ClientURL())
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(nc.Close)
	return nc
}

// real runs an instance of the library.
func (f *fixture) real(name, version string) Key {
	f.Helper()
	nc := f.connect()
	s, err := micro.AddService(nc, micro.Config{Name: name, Version: version})
	if err != nil {
		f.Fatal(err)
	}
	if err := s.AddEndpoint("new", micro.HandlerFunc(func(r micro.Request) { _ = r.Respond(nil) }), micro.WithEndpointSubject(name+".new")); err != nil {
		f.Fatal(err)
	}
	if err := nc.Flush(); err != nil { // the server has its subscriptions
		f.Fatal(err)
	}
	return Key{name, s.Info().ID}
}

// instance subscribes as an instance does, and answers as told.
func (f *fixture) instance(key Key, answer func(*nats.Msg)) *nats.Conn {
	f.Helper()
	nc := f.connect()
	for _, verb := range []Verb{Ping, Info, Stats} {
		for _, tail := range []string{"", "." + key.Name, "." + key.Name + "." + key.ID} {
			if _, err := nc.Subscribe("$SRV."+string(verb)+tail, answer); err != nil {
				f.Fatal(err)
			}
		}
	}
	if err := nc.Flush(); err != nil {
		f.Fatal(err)
	}
	return nc
}

func pong(key Key) []byte {
	return fmt.Appendf(nil, `{"type":%q,"name":%q,"id":%q,"version":"1.0.0"}`, micro.PingResponseType, key.Name, key.ID)
}

func keysOf(a *Answers) (out []Key) {
	for _, i := range a.List {
		out = append(out, i.Key())
	}
	return out
}

func (f *fixture) ask(q Question) *Answers {
	f.Helper()
	if q.Verb == "" {
		q.Verb = Ping
	}
	if q.Quiet == 0 {
		q.Quiet = 150 * time.Millisecond
	}
	if q.Timeout == 0 {
		q.Timeout = 20 * time.Second
	}
	a, err := Ask(f.Context(), f.nc, q)
	if err != nil {
		f.Fatal(err)
	}
	return a
}

// TestAskEndsWithTheLastAnswer takes every instance of the library, and waits for
// nobody else: the silence that would end it is longer than the test may take.
func TestAskEndsWithTheLastAnswer(t *testing.T) {
	f := newFixture(t)
	want := []Key{f.real("orders", "1.0.0"), f.real("orders", "1.1.0"), f.real("pay", "2.0.0")}
	slices.SortFunc(want, compareKeys)
	for _, verb := range []Verb{Ping, Info, Stats} {
		a := f.ask(Question{Verb: verb, Wanted: want, Known: true, Quiet: time.Hour, Timeout: time.Hour})
		if !slices.Equal(keysOf(a), want) || len(a.Silent)+len(a.Gone)+a.Garbage+a.Repeated > 0 {
			t.Errorf("%s: %+v", verb, a)
		}
	}
	a := f.ask(Question{Verb: Stats, Name: "pay", Wanted: want, Known: true, Quiet: time.Hour, Timeout: time.Hour})
	if len(a.List) != 1 || a.List[0].Name != "pay" || len(a.List[0].Stats) != 1 || a.List[0].Started.IsZero() || a.List[0].RTT <= 0 {
		t.Errorf("one service: %+v", a)
	}
}

// TestAskNobody ends at once where no service is, whatever is waited for.
func TestAskNobody(t *testing.T) {
	f := newFixture(t)
	a := f.ask(Question{Wanted: []Key{{"a", "1"}}, Known: true, Quiet: time.Hour, Timeout: time.Hour})
	if len(a.List) > 0 || !slices.Equal(a.Gone, []Key{{"a", "1"}}) || len(a.Silent) > 0 {
		t.Errorf("%+v", a)
	}
	if _, err := Ask(t.Context(), f.nc, Question{Verb: Ping, Name: "a.>", Timeout: time.Second}); !errors.Is(err, ErrName) {
		t.Errorf("a name with wildcards: %v", err)
	}
}

// TestAskDifficultInstances counts right whoever answers late, twice, with garbage
// or for another, or dies while it is asked.
func TestAskDifficultInstances(t *testing.T) {
	f := newFixture(t)
	good := f.real("orders", "1.0.0")
	late, twice, mute, dies, gone, garbage := Key{"orders", "late"}, Key{"orders", "twice"}, Key{"orders", "mute"}, Key{"orders", "dies"}, Key{"orders", "gone"}, Key{"orders", "garbage"}
	f.instance(late, func(m *nats.Msg) { time.AfterFunc(80*time.Millisecond, func() { _ = m.Respond(pong(late)) }) })
	f.instance(twice, func(m *nats.Msg) { _ = m.Respond(pong(twice)); _ = m.Respond(pong(twice)) })
	f.instance(mute, func(*nats.Msg) {})
	var dying *nats.Conn
	ready := make(chan struct{})
	dying = f.instance(dies, func(*nats.Msg) { <-ready; dying.Close() })
	close(ready)
	f.instance(garbage, func(m *nats.Msg) {
		for _, text := range []string{"", "{", "[]", `{"type":"x","name":"orders","id":"garbage"}`, `{"type":"io.nats.micro.v1.ping_response","name":"","id":"a"}`, `{"type":"io.nats.micro.v1.ping_response","name":"a.b","id":"*"}`, `"` + strings.Repeat("x", maxAnswer) + `"`} {
			if text != "" {
				_ = m.Respond([]byte(text))
			}
		}
	})
	a := f.ask(Question{Wanted: []Key{good, late, twice, mute, dies, gone, garbage}, Known: true, Quiet: 400 * time.Millisecond})
	want := []Key{late, good, twice}
	slices.SortFunc(want, compareKeys)
	if !slices.Equal(keysOf(a), want) {
		t.Errorf("answered: %v, want %v", keysOf(a), want)
	}
	if !slices.Equal(a.Silent, []Key{garbage, mute}) || !slices.Equal(a.Gone, []Key{dies, gone}) {
		t.Errorf("silent %v, gone %v", a.Silent, a.Gone)
	}
	if a.Repeated < 1 || a.Garbage < 5 || a.Cut {
		t.Errorf("%d repeated, %d garbage, cut %v", a.Repeated, a.Garbage, a.Cut)
	}
}

// TestAskUnknown takes who answers until there is a silence, when nobody can say
// who should.
func TestAskUnknown(t *testing.T) {
	f := newFixture(t)
	want := f.real("orders", "1.0.0")
	if a := f.ask(Question{}); !slices.Equal(keysOf(a), []Key{want}) || len(a.Silent) > 0 {
		t.Errorf("%+v", a)
	}
}

// TestAskIsBounded ends at its limit of answers, and within its timeout, whoever
// floods it.
func TestAskIsBounded(t *testing.T) {
	f := newFixture(t)
	n := 0
	stop := make(chan struct{})
	t.Cleanup(func() { close(stop) })
	f.instance(Key{"flood", "x"}, func(m *nats.Msg) {
		for {
			select {
			case <-stop:
				return
			default:
			}
			if n++; m.Respond(pong(Key{"flood", fmt.Sprint(n)})) != nil {
				return
			}
		}
	})
	a := f.ask(Question{Limit: 1000})
	if len(a.List) != 1000 || !a.Cut {
		t.Errorf("%d answers, cut %v", len(a.List), a.Cut)
	}
	begun := time.Now()
	_, err := Ask(t.Context(), f.nc, Question{Verb: Ping, Quiet: time.Hour, Timeout: 300 * time.Millisecond, Limit: 1 << 30})
	if err != nil || time.Since(begun) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(begun))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Ask(ctx, f.nc, Question{Verb: Ping, Quiet: time.Hour, Timeout: time.Hour}); !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %v", err)
	}
}

// TestAskOfLargeAnswers keeps no more of them than it has room for.
func TestAskOfLargeAnswers(t *testing.T) {
	f := newFixture(t)
	filler := strings.Repeat("x", maxAnswer/2)
	f.instance(Key{"large", "x"}, func(m *nats.Msg) {
		for i := range 2 * maxBytes / len(filler) {
			if m.Respond(fmt.Appendf(nil, `{"type":%q,"name":"large","id":"%d","version":"1.0.0","metadata":{"a":%q}}`, micro.PingResponseType, i, filler)) != nil {
				return
			}
		}
	})
	if a := f.ask(Question{Quiet: 5 * time.Second}); !a.Cut || len(a.List) > maxBytes/len(filler)+1 {
		t.Errorf("%d answers, cut %v", len(a.List), a.Cut)
	}
}

// TestPlaces reads who has subscribed from the connections of a fleet, and takes
// no other subscription for an instance.
func TestPlaces(t *testing.T) {
	var sv fleet.Server
	sv.Info.Name, sv.Info.Cluster = "east-1", "east"
	if err := json.Unmarshal([]byte(`{"connections":[
		{"cid":7,"subscriptions_list":["$SRV.PING","$SRV.PING.orders","$SRV.PING.orders.A1","$SRV.INFO.orders.A1","orders.new","$SRV.PING.pay.B1"]},
		{"cid":8,"subscriptions_list":["$SRV.PING.orders.>","$SRV.PING.*.x","$SRV.PING..x","$SRV.PING.a.b.c","x.$SRV.PING.a.b","$SRV.PING.a."]},
		{"cid":9,"subscriptions_list":["$SRV.PING.orders.A0"]}]}`), &sv.Connz); err != nil {
		t.Fatal(err)
	}
	got := Places(&fleet.Snapshot{Servers: []*fleet.Server{{}, &sv}})
	want := []Place{{"orders", "A0", "east-1", "east", 9}, {"orders", "A1", "east-1", "east", 7}, {"pay", "B1", "east-1", "east", 7}}
	if !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
}
