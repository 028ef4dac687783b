package link

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/plan/plantest"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

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

// TestPathSignalsChanges signals a change to who waits for a change, and nobody when there is none.
func TestPathSignalsChanges(t *testing.T) {
	t.Parallel()
	l := newPath()
	_, changed := l.current()
	l.set(effect{})
	select {
	case <-changed:
		t.Error("a signal without a change")
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
