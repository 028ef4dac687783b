package bench

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
	"github.com/natsctl/natsctl/internal/testcluster/proxy"
)

// numbered matches the frames of the measurement with a full stamp whose number is chosen.
func numbered(chosen func(seq uint64) bool) proxy.Match {
	return func(frame []byte) bool {
		_, payload, _ := bytes.Cut(frame, []byte("\r\n"))
		payload = bytes.TrimSuffix(payload, []byte("\r\n"))
		if len(payload) < stamp.Full || payload[3] != 0 {
			return false
		}
		return chosen(binary.LittleEndian.Uint64(payload[16:]) & (1<<48 - 1))
	}
}

// withNumber matches the frames of the measurement with one number.
func withNumber(n uint64) proxy.Match { return numbered(func(seq uint64) bool { return seq == n }) }

// between matches those from one number to right before another.
func between(from, to uint64) proxy.Match {
	return numbered(func(seq uint64) bool { return seq >= from && seq < to })
}

func TestFaultsAreCountedExactly(t *testing.T) {
	t.Parallel()
	p := newProxy(t,
		proxy.Swallow(between(100, 105)), proxy.Swallow(withNumber(999)), // the last one too
		proxy.Duplicate(withNumber(200), 1), proxy.Duplicate(withNumber(300), 2),
		proxy.Reorder(withNumber(400), withNumber(403)),
		proxy.Corrupt(between(500, 502)),
	)
	r := mustExecute(t, scenario.Spec{
		Workload: scenario.PubSub, Load: scenario.Load{Rate: 2000}, Warmup: 200 * ms, Duration: 500 * ms, Timeout: 3000 * ms, Verify: 1,
	}, to(p.URL()))
	if r.Lost != 6 || r.Dup != 3 || r.Reordered != 1 || r.Corrupt != 2 || r.Sent != 1000 || r.Received != 994 {
		t.Errorf("lost %d, dup %d, reordered %d, corrupt %d, sent %d, received %d", r.Lost, r.Dup, r.Reordered, r.Corrupt, r.Sent, r.Received)
	}
	// The lost ones count as the worst latency: the timeout.
	if l := r.Latency.Response; l.N != 1000 || l.Max < 2_990_000 || l.P9999 < 2_990_000 {
		t.Errorf("lost messages are not in the distribution: %+v", l)
	}
}

// reboot stops a server and starts another at its address.
func reboot(t *testing.T, s *server.Server, down time.Duration) {
	t.Helper()
	addr := s.Addr().(*net.TCPAddr)
	s.Shutdown()
	s.WaitForShutdown()
	time.AfterFunc(down, func() {
		s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: addr.Port, NoLog: true, NoSigs: true})
		if err != nil {
			t.Error(err)
			return
		}
		s.Start()
		t.Cleanup(s.Shutdown)
	})
}

func TestServerRestartsDuringTheRun(t *testing.T) {
	long(t)
	t.Parallel()
	for _, w := range []scenario.Workload{scenario.PubSub, scenario.Pub} {
		t.Run(string(w), func(t *testing.T) {
			s := startServer(t)
			down := 300 * time.Millisecond
			done := make(chan struct{})
			ended := false
			watch := WithProgress(func(p Progress) {
				if p.Phase == "measure" && p.Second > 0 && !ended {
					ended = true
					go func() { reboot(t, s, down); close(done) }()
				}
			})
			r := mustExecute(t, scenario.Spec{Workload: w, Load: scenario.Load{Rate: 1000}, Warmup: -1, Duration: 3000 * ms, Timeout: 2000 * ms}, to(s.ClientURL()), watch)
			<-done
			if r.Gap.US < float64(down.Microseconds()) {
				t.Errorf("longest gap %.0f us, the server was away for %v", r.Gap.US, down)
			}
			if r.Client.Reconnects == 0 || r.Validity.Valid {
				t.Errorf("%d reconnects, valid %v", r.Client.Reconnects, r.Validity.Valid)
			}
			kinds := func(k string) bool {
				return slices.ContainsFunc(r.Events, func(e result.Event) bool { return e.Kind == k })
			}
			if !kinds(EventDisconnected) || !kinds(EventReconnected) {
				t.Errorf("events %+v", r.Events)
			}
			if r.Received+r.Lost+r.Unknown != r.Expected || r.Received < 500 {
				t.Errorf("received %d, lost %d, expected %d", r.Received, r.Lost, r.Expected)
			}
		})
	}
}

func TestServerGoesAwayForGood(t *testing.T) {
	long(t)
	t.Parallel()
	s := startServer(t)
	gone := false
	watch := WithProgress(func(p Progress) {
		if p.Phase == "measure" && p.Second > 0 && !gone {
			gone = true
			go s.Shutdown()
		}
	})
	r := mustExecute(t, scenario.Spec{Workload: scenario.PubSub, Load: scenario.Load{Rate: 1000}, Warmup: -1, Duration: 2000 * ms, Timeout: 2000 * ms}, to(s.ClientURL()), watch)
	if r.Lost == 0 || r.Received+r.Lost != r.Expected || r.Validity.Valid {
		t.Errorf("received %d, lost %d of %d, %+v", r.Received, r.Lost, r.Expected, r.Validity)
	}
}

func TestInterrupted(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	watch := WithProgress(func(p Progress) {
		if p.Phase == "measure" && p.Second > 0.5 {
			cancel()
		}
	})
	res, err := Execute(ctx, scenario.Spec{Workload: scenario.PubSub, Load: scenario.Load{Rate: 1000}, Warmup: -1, Duration: scenario.Duration(time.Hour)}, to(s.ClientURL()), watch, Runs(3))
	if err != nil {
		t.Fatal(err)
	}
	r := res.Runs[0]
	if len(res.Runs) != 1 || !r.Partial || r.Received == 0 || r.Lost != 0 || r.Seconds > 60 {
		t.Errorf("%d runs, partial %v, received %d, lost %d in %.1f s", len(res.Runs), r.Partial, r.Received, r.Lost, r.Seconds)
	}
	// Over the time that it ran, and not over the hour; a machine that stalls
	// just then may owe some sends.
	if r.Rate.Sent < 300 || r.Rate.Sent > 1100 {
		t.Errorf("rate %.0f/s of an interrupted run, want about 1000", r.Rate.Sent)
	}
	ctx, cancel = context.WithCancel(t.Context())
	cancel()
	if _, err := Execute(ctx, scenario.Spec{Workload: scenario.PubSub, Load: scenario.Load{Rate: 1000}}, to(s.ClientURL())); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted at once: %v", err)
	}
}

func TestInterruptedWhileTheServerHangs(t *testing.T) {
	long(t)
	t.Parallel()
	proxied := newProxy(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var resume func()
	watch := WithProgress(func(p Progress) {
		if p.Phase != "measure" || p.Second <= 0 {
			return
		}
		if resume == nil {
			resume = proxied.Pause()
			return
		}
		cancel()
	})
	res, err := Execute(ctx, scenario.Spec{Workload: scenario.Pub, Sizes: []int{8192}, Duration: scenario.Duration(time.Hour), Warmup: -1}, to(proxied.URL()), watch)
	if resume != nil {
		resume()
	}
	if err != nil {
		t.Fatal(err)
	}
	if r := res.Runs[0]; !r.Partial || r.Unknown == 0 {
		t.Errorf("partial %v, unknown %d", r.Partial, r.Unknown)
	}
}

// TestLongestGap counts the time before the first message and after the last.
func TestLongestGap(t *testing.T) {
	const s = int64(time.Second)
	for name, c := range map[string]struct {
		at   []int64
		want result.Gap
	}{
		"nothing came":    {nil, result.Gap{US: 10e6, Second: 10}},
		"in the middle":   {[]int64{101 * s, 102 * s, 106 * s, 109 * s, 110 * s}, result.Gap{US: 4e6, Second: 6}},
		"at the start":    {[]int64{104 * s, 106 * s, 108 * s, 110 * s}, result.Gap{US: 4e6, Second: 4}},
		"until the end":   {[]int64{101 * s, 103 * s}, result.Gap{US: 7e6, Second: 10}},
		"after the sends": {[]int64{101 * s, 110 * s, 130 * s}, result.Gap{US: 20e6, Second: 30}},
	} {
		rep := &report{Run: &result.Run{}, of: &run{start: 100 * s}, lastSend: 110 * s}
		var a arrivals
		for _, at := range c.at {
			a.add(at)
		}
		if rep.noteGap(a); rep.Gap != c.want {
			t.Errorf("%s: %+v, want %+v", name, rep.Gap, c.want)
		}
	}
}

// TestLastSecond is what the live line shows at an instant of a run whose
// workers have handed in three seconds.
func TestLastSecond(t *testing.T) {
	ws := []hist.Window{{Sent: 1}, {Sent: 2}, {Sent: 3}}
	for second, want := range map[int]int64{-1: 0, 0: 1, 1: 2, 2: 3, 3: 3, 4: 0, 60: 0} {
		if got := lastSecond(ws, second).Sent; got != want {
			t.Errorf("second %d: %d sent, want %d", second, got, want)
		}
	}
	if got := lastSecond(nil, 0); got != (hist.Window{}) {
		t.Errorf("%+v of nothing", got)
	}
}

func TestNoInterest(t *testing.T) {
	t.Parallel()
	p := newProxy(t, proxy.Swallow(func([]byte) bool { return true }))
	_, err := Execute(t.Context(), scenario.Spec{Workload: scenario.PubSub, Load: scenario.Load{Rate: 10}, Timeout: 300 * ms}, to(p.URL()))
	if !errors.Is(err, ErrNoInterest) {
		t.Errorf("got %v", err)
	}
}
