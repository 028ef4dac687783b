package link

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/plan/plantest"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// TestFaultWords is the text of each fault.
func TestFaultWords(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]Fault{
		"partition a | b":              {Kind: Partition, A: "a", B: "b"},
		"partition a > b":              {Kind: Partition, A: "a", B: "b", OneWay: true},
		"blackhole a | all others":     {Kind: Blackhole, A: "a"},
		"latency a | b 35ms":           {Kind: Latency, A: "a", B: "b", Delay: 35 * time.Millisecond},
		"latency a > b 1s + up to 5ms": {Kind: Latency, A: "a", B: "b", OneWay: true, Delay: time.Second, Jitter: 5 * time.Millisecond},
		"bandwidth a | b 1024 B/s":     {Kind: Bandwidth, A: "a", B: "b", Rate: 1024},
		"drop a | all others":          {Kind: Drop, A: "a", Delay: time.Second, Rate: 7},
		"partition dev-1 > all others": {Kind: Partition, A: "dev-1", OneWay: true, Jitter: time.Second},
	} {
		if got := f.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestFaultsChecked refuses what makes no sense.
func TestFaultsChecked(t *testing.T) {
	t.Parallel()
	for f, ok := range map[Fault]bool{
		{Kind: Partition, A: "a"}: true, {Kind: Blackhole, A: "a", B: "b"}: true, {Kind: Drop, A: "a"}: true,
		{Kind: Latency, A: "a", Delay: 1}: true, {Kind: Latency, A: "a"}: false, {Kind: Latency, A: "a", Delay: -1}: false, {Kind: Latency, A: "a", Jitter: 1}: false,
		{Kind: Bandwidth, A: "a", Rate: 1}: true, {Kind: Bandwidth, A: "a"}: false, {Kind: Bandwidth, A: "a", Rate: -1}: false,
		{Kind: "", A: "a"}: false, {Kind: "fire", A: "a"}: false, {Kind: Partition, A: "a", B: "a"}: false, {Kind: Partition}: false,
	} {
		if err := f.Check(); (err == nil) != ok || err != nil && !errors.Is(err, ErrFault) {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

// TestEffects is what each fault does to the direction from A to B, and to the one back.
func TestEffects(t *testing.T) {
	t.Parallel()
	second := time.Second
	for _, c := range []struct {
		f           Fault
		there, back effect
	}{
		{Fault{Kind: Partition}, effect{cut: true}, effect{cut: true}},
		{Fault{Kind: Partition, OneWay: true}, effect{hold: true}, effect{}},
		{Fault{Kind: Blackhole}, effect{hold: true}, effect{hold: true}},
		{Fault{Kind: Blackhole, OneWay: true}, effect{hold: true}, effect{}},
		{Fault{Kind: Latency, Delay: second, Jitter: 3}, effect{delay: second, jitter: 3}, effect{delay: second, jitter: 3}},
		{Fault{Kind: Latency, Delay: second, OneWay: true}, effect{delay: second}, effect{}},
		{Fault{Kind: Bandwidth, Rate: 9}, effect{rate: 9}, effect{rate: 9}},
		{Fault{Kind: Drop}, effect{}, effect{}},
	} {
		if there, back := (effect{}).add(c.f, false), (effect{}).add(c.f, true); there != c.there || back != c.back {
			t.Errorf("%s: %+v and back %+v", c.f, there, back)
		}
	}
}

// TestEffectsAddUp puts faults on one direction in any order: the result is the same, times add up and the least rate counts.
func TestEffectsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		faults := rapid.SliceOf(rapid.Custom(func(t *rapid.T) Fault {
			return Fault{
				Kind: rapid.SampledFrom([]FaultKind{Partition, Blackhole, Latency, Bandwidth, Drop}).Draw(t, "kind"), OneWay: rapid.Bool().Draw(t, "one way"),
				Delay: time.Duration(rapid.IntRange(1, 9).Draw(t, "delay")), Jitter: time.Duration(rapid.IntRange(0, 9).Draw(t, "jitter")), Rate: int64(rapid.IntRange(1, 9).Draw(t, "rate")),
			}
		})).Draw(t, "faults")
		back := rapid.Bool().Draw(t, "back")
		sum := func(all []Fault) (e effect) {
			for _, f := range all {
				e = e.add(f, back)
			}
			return e
		}
		var want effect
		for _, f := range faults {
			if f.OneWay && back {
				continue
			}
			switch f.Kind {
			case Partition:
				want.cut, want.hold = want.cut || !f.OneWay, want.hold || f.OneWay
			case Blackhole:
				want.hold = true
			case Latency:
				want.delay, want.jitter = want.delay+f.Delay, want.jitter+f.Jitter
			case Bandwidth:
				if want.rate == 0 {
					want.rate = f.Rate
				}
				want.rate = min(want.rate, f.Rate)
			}
		}
		turned := slices.Clone(faults)
		slices.Reverse(turned)
		if got := sum(faults); got != want || sum(turned) != want {
			t.Fatalf("got %+v, turned around %+v, want %+v", got, sum(turned), want)
		}
	})
}

// fabricOf is the links of a plan without listeners.
func fabricOf(p plan.Plan) *Proxies {
	f := &Proxies{groups: p.Groups(), proxies: map[plan.Link]*proxy{}, paths: map[direction]*path{}, faults: map[int]Fault{}, timers: map[int]*time.Timer{}}
	for _, l := range p.Links() {
		f.proxies[l] = &proxy{link: l, out: f.path(directionOf(l)), in: f.path(directionOf(l).reverse()), conns: map[net.Conn]bool{}}
	}
	return f
}

// cutWays are the directions of a fabric on which an effect is.
func (ps *Proxies) affected(is func(effect) bool) string {
	var out []string
	for w, l := range ps.paths {
		if e, _ := l.current(); is(e) {
			out = append(out, w.from+">"+w.to)
		}
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// TestFaultsTouchTheRightLinks injects faults between nodes, clusters and leaf groups and finds what they are about, both ways
// and one way, and nothing of them when they are healed.
func TestFaultsTouchTheRightLinks(t *testing.T) {
	t.Parallel()
	f := fabricOf(plantest.Of(t, spec.Super(2, "a", "b").WithLeaf("edge", 1, "a")))
	cut, hold := func(e effect) bool { return e.cut }, func(e effect) bool { return e.hold }
	for _, c := range []struct {
		f    Fault
		is   func(effect) bool
		want string
	}{
		{Fault{Kind: Partition, A: "a-1", B: "a-2"}, cut, "a-1>a-2 a-2>a-1"},
		{Fault{Kind: Partition, A: "a-1", B: "a-2", OneWay: true}, cut, ""},
		{Fault{Kind: Partition, A: "a-1", B: "a-2", OneWay: true}, hold, "a-1>a-2"},
		{Fault{Kind: Partition, A: "a", B: "b"}, cut, "a-1>b-1 a-1>b-2 a-2>b-1 a-2>b-2 b-1>a-1 b-1>a-2 b-2>a-1 b-2>a-2"},
		{Fault{Kind: Blackhole, A: "b", B: "a", OneWay: true}, hold, "b-1>a-1 b-1>a-2 b-2>a-1 b-2>a-2"},
		{Fault{Kind: Partition, A: "edge"}, cut, "a-1>edge a-2>edge edge>a-1 edge>a-2"},
		{Fault{Kind: Partition, A: "edge", B: "a-2"}, cut, "a-2>edge edge>a-2"},
		{Fault{Kind: Partition, A: "b-1"}, cut, "a-1>b-1 a-2>b-1 b-1>a-1 b-1>a-2 b-1>b-2 b-2>b-1"},
		{Fault{Kind: Partition, A: "b"}, cut, "a-1>b-1 a-1>b-2 a-2>b-1 a-2>b-2 b-1>a-1 b-1>a-2 b-2>a-1 b-2>a-2"},
		{Fault{Kind: Latency, A: "a-1", B: "b-1", Delay: 1}, func(e effect) bool { return e.delay == 1 }, "a-1>b-1 b-1>a-1"},
		{Fault{Kind: Bandwidth, A: "a-1", B: "b-1", Rate: 5, OneWay: true}, func(e effect) bool { return e.rate == 5 }, "a-1>b-1"},
	} {
		x, err := f.Inject(c.f)
		if err != nil || x.ID == 0 || x.Since.IsZero() {
			t.Fatalf("%s: %+v %v", c.f, x, err)
		}
		if got := f.affected(c.is); got != c.want {
			t.Errorf("%s is about %s\nwant %s", c.f, got, c.want)
		}
		if n, err := f.Heal(x.ID); n != 1 || err != nil {
			t.Errorf("healed %d: %v", n, err)
		}
		if got := f.affected(func(e effect) bool { return e != effect{} }); got != "" {
			t.Errorf("%s is healed, but %s", c.f, got)
		}
	}
	for _, bad := range []Fault{{Kind: Partition, A: "mars"}, {Kind: Partition, A: "a", B: "mars"}, {Kind: "fire", A: "a"}} {
		if _, err := f.Inject(bad); !errors.Is(err, ErrFault) {
			t.Errorf("%s: %v", bad, err)
		}
	}
	if len(f.List()) != 0 {
		t.Errorf("left over: %v", f.List())
	}
}

// TestFaultsHaveTheirOwnLives injects several faults: each has an id of its own and goes alone, all go with a heal of all, and an
// unknown id heals none.
func TestFaultsHaveTheirOwnLives(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabricOf(plantest.Of(t, spec.Nodes(3)))
		var ids []int
		for _, x := range []Fault{
			{Kind: Latency, A: "dev-1", Delay: time.Second},
			{Kind: Latency, A: "dev-1", B: "dev-2", Delay: time.Minute, For: 10 * time.Second},
			{Kind: Partition, A: "dev-2", B: "dev-3", For: 20 * time.Second},
		} {
			got, err := f.Inject(x)
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, got.ID)
		}
		delay := func() time.Duration { e, _ := f.paths[direction{"dev-1", "dev-2"}].current(); return e.delay }
		if fmt.Sprint(ids) != "[1 2 3]" || delay() != time.Minute+time.Second {
			t.Errorf("faults %v, delay %s", ids, delay())
		}
		if n, err := f.Heal(1, 99); n != 0 || !errors.Is(err, ErrFault) || len(f.List()) != 3 {
			t.Errorf("healed %d: %v", n, err)
		}
		<-time.After(10*time.Second - time.Millisecond)
		if len(f.List()) != 3 {
			t.Errorf("too early: %v", f.List())
		}
		<-time.After(2 * time.Millisecond)
		synctest.Wait()
		if all := f.List(); len(all) != 2 || all[0].ID != 1 || all[1].ID != 3 || delay() != time.Second {
			t.Errorf("after ten seconds: %v, delay %s", all, delay())
		}
		if n, err := f.Heal(3); n != 1 || err != nil {
			t.Errorf("healed %d: %v", n, err)
		}
		if n, err := f.Heal(); n != 1 || err != nil || len(f.List()) != 0 || len(f.timers) != 0 {
			t.Errorf("healed %d: %v", n, err)
		}
		<-time.After(time.Minute) // no timer of a healed one is left
		if x, err := f.Inject(Fault{Kind: Drop, A: "dev-1"}); err != nil || x.ID != 4 || len(f.List()) != 0 {
			t.Errorf("a drop stays: %+v %v", f.List(), err)
		}
	})
}

// closer is a connection that notes that it was closed.
type closer struct {
	net.Conn
	closed bool
}

func (c *closer) Close() error { c.closed = true; return nil }

// TestWhichConnectionsAreClosed looks at a connection in each proxy while faults come and go.
func TestWhichConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		f            Fault
		inject, heal string // the links whose connections are closed then
	}{
		{Fault{Kind: Partition, A: "dev-1", B: "dev-2"}, "dev-1>dev-2 dev-2>dev-1", ""},
		{Fault{Kind: Drop, A: "dev-1", B: "dev-2"}, "dev-1>dev-2 dev-2>dev-1", ""},
		{Fault{Kind: Drop, A: "dev-3"}, "dev-1>dev-3 dev-2>dev-3 dev-3>dev-1 dev-3>dev-2", ""},
		{Fault{Kind: Partition, A: "dev-1", B: "dev-2", OneWay: true}, "", "dev-1>dev-2 dev-2>dev-1"},
		{Fault{Kind: Blackhole, A: "dev-1"}, "", ""},
		{Fault{Kind: Latency, A: "dev-1", Delay: 1}, "", ""},
	} {
		f := fabricOf(plantest.Of(t, spec.Nodes(3)))
		closed := func(do func()) string {
			conns := map[string]*closer{}
			for l, d := range f.proxies {
				conns[l.From+">"+l.To] = &closer{}
				d.conns[conns[l.From+">"+l.To]] = true
			}
			do()
			var out []string
			for _, name := range slices.Sorted(maps.Keys(conns)) {
				if conns[name].closed {
					out = append(out, name)
				}
			}
			return strings.Join(out, " ")
		}
		if got := closed(func() { spectest.Must(f.Inject(c.f)) }); got != c.inject {
			t.Errorf("%s closes %s", c.f, got)
		}
		if got := closed(func() { spectest.Must(f.Heal()) }); got != c.heal {
			t.Errorf("the end of %s closes %s", c.f, got)
		}
	}
}

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

// TestProxyRegisters refuses a connection when the link was cut meanwhile, or the proxy was closed.
func TestProxyRegisters(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		out, in effect
		closed  bool
		want    bool
	}{
		"open": {want: true}, "held": {out: effect{hold: true}, want: true}, "cut": {out: effect{cut: true}}, "cut back": {in: effect{cut: true}}, "closed": {closed: true},
	} {
		d := &proxy{out: newPath(), in: newPath(), conns: map[net.Conn]bool{}}
		d.out.set(c.out)
		d.in.set(c.in)
		if c.closed {
			d.conns = nil
		}
		conn := &closer{}
		if got := d.register(conn); got != c.want || d.conns[conn] != c.want {
			t.Errorf("%s: kept %v", name, got)
		}
		if d.remove(conn); !conn.closed || d.conns[conn] {
			t.Errorf("%s: dropped, but open", name)
		}
	}
}

// TestUntil waits for a time, and ends before it when something changes or all ends.
func TestUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		if !until(t.Context(), begun.Add(time.Second), nil) || time.Since(begun) != time.Second {
			t.Errorf("after %v", time.Since(begun))
		}
		if !until(t.Context(), begun, nil) {
			t.Error("a time that has passed")
		}
		changed := make(chan struct{})
		close(changed)
		if until(t.Context(), time.Now().Add(time.Second), changed) {
			t.Error("nothing has changed")
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if until(ctx, time.Now().Add(time.Second), nil) {
			t.Error("nothing has ended")
		}
	})
}

// TestLaneWakes who waits for a change, and nobody when there is none.
func TestLaneWakes(t *testing.T) {
	t.Parallel()
	l := newPath()
	_, changed := l.current()
	l.set(effect{})
	select {
	case <-changed:
		t.Error("woken by no change")
	default:
	}
	l.set(effect{hold: true})
	select {
	case <-changed:
	default:
		t.Error("not woken")
	}
	if e, again := l.current(); !e.hold || again == changed {
		t.Errorf("%+v", e)
	}
}
