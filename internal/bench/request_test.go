package bench

import (
	"errors"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

func TestRequest(t *testing.T) {
	long(t)
	t.Parallel()
	s := startServer(t)
	for name, spec := range map[string]scenario.Spec{
		"open":       {Load: scenario.Load{Rate: 2000}, Duration: 500 * ms, Pubs: 2},
		"window":     {Load: scenario.Load{Window: 100}, Msgs: 1000, Pubs: 2, Subjects: 10, Driver: scenario.DriverNatsGo},
		"raw":        {Load: scenario.Load{Window: 100}, Msgs: 1000, Pubs: 2, Subjects: 10, Driver: scenario.DriverRaw},
		"large":      {Load: scenario.Load{Window: 100}, Msgs: 1000, Sizes: []int{40_000, 16}, Driver: scenario.DriverRaw},
		"one by one": {Msgs: 1000},
		"one raw":    {Msgs: 1000, Driver: scenario.DriverRaw},
		"reply size": {Load: scenario.Load{Window: 10}, Msgs: 1000, Request: &scenario.Service{ReplySize: 1000}},
	} {
		t.Run(name, func(t *testing.T) {
			spec.Workload, spec.Warmup, spec.Timeout = scenario.Request, 50*ms, 10_000*ms
			part := scenario.Service{Serve: 2}
			if spec.Request != nil {
				part.ReplySize = spec.Request.ReplySize
			}
			spec.Request = &part
			r := mustExecute(t, spec, to(s.ClientURL()))
			if r.Sent != 1000 || r.Received != 1000 || r.Lost|r.Dup|r.Errors|r.Corrupt != 0 {
				t.Errorf("sent %d, received %d, lost %d, dup %d, errors %d, corrupt %d", r.Sent, r.Received, r.Lost, r.Dup, r.Errors, r.Corrupt)
			}
			if d := r.Latency.Service; d == nil || d.N != 1000 {
				t.Errorf("service %+v", d)
			}
		})
	}
}

// TestForeignService asks a service that answers some requests twice, some not
// at all and some with an error.
func TestForeignService(t *testing.T) {
	long(t)
	t.Parallel()
	s := startServer(t)
	for _, spec := range []scenario.Spec{{Load: scenario.Load{Rate: 2000}}, {Load: scenario.Load{Window: 100}, Driver: scenario.DriverNatsGo}, {Load: scenario.Load{Window: 100}, Driver: scenario.DriverRaw}} {
		nc, err := nats.Connect(s.ClientURL())
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		if _, err := nc.Subscribe("svc", func(m *nats.Msg) {
			if len(m.Data) < 100 { // the probe
				_ = m.Respond(nil)
				return
			}
			n++
			switch n {
			case 10, 20, 30:
			case 40:
				_ = m.Respond(nil)
				_ = m.Respond(nil)
			case 50, 51:
				_ = m.RespondMsg(&nats.Msg{Header: nats.Header{"Nats-Service-Error-Code": {"500"}, "Nats-Service-Error": {"boom"}}})
			default:
				_ = m.Respond([]byte("yes"))
			}
		}); err != nil {
			t.Fatal(err)
		}
		if err := nc.Flush(); err != nil {
			t.Fatal(err)
		}
		spec.Workload, spec.Subject, spec.Warmup, spec.Msgs, spec.Timeout = scenario.Request, "svc", -1, 1000, 1000*ms
		r := mustExecute(t, spec, to(s.ClientURL()))
		if r.Sent != 1000 || r.Received != 995 || r.Lost != 5 || r.Dup != 1 || r.Errors != 2 {
			t.Errorf("%v: sent %d, received %d, lost %d, dup %d, errors %d", spec, r.Sent, r.Received, r.Lost, r.Dup, r.Errors)
		}
		if r.FirstError != "service error 500: boom" {
			t.Errorf("first error %q", r.FirstError)
		}
		nc.Close()
	}
}

func TestNoResponders(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	_, err := Execute(t.Context(), scenario.Spec{Workload: scenario.Request, Subject: "nobody", Timeout: 300 * ms}, to(s.ClientURL()))
	if !errors.Is(err, ErrNoResponders) {
		t.Errorf("got %v", err)
	}
}

func TestRing(t *testing.T) {
	g := newRing(64)
	if g.open(5, true, 10, 20, 30) {
		t.Error("a free place was taken")
	}
	if _, _, _, _, ok := g.resolve(5 + 64); ok {
		t.Error("another number's answer was taken")
	}
	if at, sent, aux, measured, ok := g.resolve(5); at != 10 || sent != 20 || aux != 30 || !measured || !ok {
		t.Error(at, sent, aux, measured, ok)
	}
	if _, _, _, _, ok := g.resolve(5); ok {
		t.Error("answered twice")
	}
	g.open(6, true, 0, 100, 0)
	g.open(7, false, 0, 100, 0)
	if !g.open(6+64, true, 0, 200, 0) {
		t.Error("the older request was not dropped")
	}
	if all, measured := g.expire(150); all != 1 || measured != 0 {
		t.Error(all, measured)
	}
	if all, measured := g.expire(1000); all != 1 || measured != 1 {
		t.Error(all, measured)
	}
}
