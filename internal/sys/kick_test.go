package sys_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// loginGuard is a server whose clients can be listed, reported and kicked.
type loginGuard struct {
	*world
	node   *member
	conns  map[uint64]*server.ConnInfo
	log    []string         // what happened, with the time since the start
	began  time.Time        // of the log
	told   func(cid uint64) // what a client does when it is told to leave
	refuse error            // of every kick
	onKick func()
}

// newLoginGuard has one server with clients of these numbers.
func newLoginGuard(t *testing.T, cids ...uint64) *loginGuard {
	t.Helper()
	w := newWorld(t, "e/n1")
	d := &loginGuard{world: w, node: w.nodes["e/n1"], conns: map[uint64]*server.ConnInfo{}, began: time.Now(), onKick: func() {}, told: func(uint64) {}}
	for i, cid := range cids {
		d.conns[cid] = &server.ConnInfo{Cid: cid, Name: fmt.Sprint("client-", i), Account: "APP", Start: time.Now().Add(-time.Duration(i+1) * time.Hour)}
	}
	d.node.Data["CONNZ"] = stub.Answer(func(m stub.Message) any { return d.list(cidOf(m)) })
	d.node.Data["KICK"] = stub.Answer(func(m stub.Message) any { return d.kick(cidOf(m)) })
	d.node.Data["LDM"] = stub.Answer(func(m stub.Message) any {
		d.note("told", cidOf(m))
		d.told(cidOf(m))
		return struct{}{}
	})
	return d
}

func cidOf(m stub.Message) uint64 {
	var req struct {
		CID uint64 `json:"cid"`
	}
	_ = json.Unmarshal(m.Data, &req) // no number is 0
	return req.CID
}

func (d *loginGuard) note(what string, cid uint64) {
	d.log = append(d.log, fmt.Sprintf("%v %s %d", time.Since(d.began), what, cid))
}

func (d *loginGuard) list(cid uint64) *server.Connz {
	z := &server.Connz{}
	for _, c := range d.conns {
		if cid == 0 || c.Cid == cid {
			z.Conns = append(z.Conns, c)
		}
	}
	slices.SortFunc(z.Conns, func(a, b *server.ConnInfo) int { return int(a.Cid) - int(b.Cid) })
	return z
}

func (d *loginGuard) kick(cid uint64) any {
	d.note("kick", cid)
	d.onKick()
	if d.refuse != nil {
		return d.refuse
	}
	if d.conns[cid] == nil {
		return errors.New("no such client id")
	}
	delete(d.conns, cid)
	return struct{}{}
}

// targets are the clients as they are now.
func (d *loginGuard) targets() (out []sys.Conn) {
	for _, c := range d.list(0).Conns {
		known := *c
		out = append(out, sys.Conn{Server: d.node.Info, Info: &known})
	}
	return out
}

// run kicks and returns the outcomes by number, and the errors.
func (d *loginGuard) run(ctx context.Context, conns []sys.Conn, pace sys.Pace) (map[uint64]sys.KickOutcome, []error) {
	out, errs := map[uint64]sys.KickOutcome{}, []error(nil)
	d.began = time.Now()
	for r := range d.client().KickAll(ctx, conns, pace) {
		out[r.Info.Cid] = r.Outcome
		if r.Err != nil {
			errs = append(errs, r.Err)
		}
	}
	synctest.Wait() // the server has written its log
	return out, errs
}

// TestKickOutcomes reports each connection what became of it, and touches only
// those that are still who they were.
func TestKickOutcomes(t *testing.T) {
	for _, tc := range []struct {
		name   string
		before func(*loginGuard, []sys.Conn)
		pace   sys.Pace
		want   sys.KickOutcome
		kicks  int
		err    error
	}{
		{name: "there", before: func(*loginGuard, []sys.Conn) {}, want: sys.Kicked, kicks: 1},
		{name: "left before", before: func(d *loginGuard, _ []sys.Conn) { delete(d.conns, 11) }, want: sys.Left},
		{name: "left between the look and the kick", before: func(d *loginGuard, _ []sys.Conn) { d.refuse = errors.New("no such client id") }, want: sys.Left, kicks: 1},
		{name: "closed but still listed", before: func(d *loginGuard, _ []sys.Conn) { now := time.Now(); d.conns[11].Stop = &now }, want: sys.Left},
		{name: "another began at another time", before: func(d *loginGuard, _ []sys.Conn) { d.conns[11].Start = d.conns[11].Start.Add(time.Second) }, want: sys.Another},
		{name: "another has another name", before: func(d *loginGuard, _ []sys.Conn) { d.conns[11].Name = "somebody else" }, want: sys.Another},
		{name: "the server ended", before: func(d *loginGuard, _ []sys.Conn) { d.node.Gone = true }, want: sys.Left},
		{name: "the server hangs", before: func(d *loginGuard, _ []sys.Conn) { d.node.Mute = true }, want: sys.KickError, err: sys.ErrSilent},
		{name: "the kick is not answered", before: func(d *loginGuard, _ []sys.Conn) { delete(d.node.Data, "KICK") }, want: sys.KickError, kicks: 0, err: sys.ErrNoServer},
		{name: "it cannot be looked at", before: func(d *loginGuard, _ []sys.Conn) { d.node.Data["CONNZ"] = errors.New("busy") }, want: sys.KickError, err: sys.ErrRefused},
		{name: "it may not be looked at", before: func(d *loginGuard, _ []sys.Conn) { d.Deny("$SYS.REQ.SERVER.*.CONNZ") }, want: sys.KickError, err: sys.ErrPermission},
		{name: "others are listed before it", before: func(d *loginGuard, _ []sys.Conn) {
			list := []*server.ConnInfo{nil, {Cid: 10, Name: "somebody else"}, d.conns[11]}
			d.node.Data["CONNZ"] = &server.Connz{Conns: list}
		}, want: sys.Kicked, kicks: 1},
		{name: "only others are listed", before: func(d *loginGuard, _ []sys.Conn) {
			other := *d.conns[11]
			other.Cid = 10
			d.node.Data["CONNZ"] = &server.Connz{Conns: []*server.ConnInfo{&other}}
		}, want: sys.Left},
		{name: "too old to kick", before: func(_ *loginGuard, conns []sys.Conn) { conns[0].Server.Version = "2.9.25" }, want: sys.KickError, err: sys.ErrTooOld},
		{name: "not permitted", before: func(d *loginGuard, _ []sys.Conn) { d.Deny("$SYS.REQ.SERVER.*.KICK") }, want: sys.KickError, err: sys.ErrPermission},
		{name: "told first", before: func(*loginGuard, []sys.Conn) {}, pace: sys.Pace{Notice: time.Second}, want: sys.Kicked, kicks: 1},
		{name: "told first, and left", before: func(d *loginGuard, _ []sys.Conn) { d.told = func(cid uint64) { delete(d.conns, cid) } }, pace: sys.Pace{Notice: time.Second}, want: sys.Left},
		{name: "told first, and replaced", before: func(d *loginGuard, _ []sys.Conn) { d.told = func(cid uint64) { d.conns[cid].Start = time.Now() } }, pace: sys.Pace{Notice: time.Second}, want: sys.Left},
		{name: "the notice is refused", before: func(d *loginGuard, _ []sys.Conn) { d.node.Data["LDM"] = errors.New("not a client") }, pace: sys.Pace{Notice: time.Second}, want: sys.Kicked, kicks: 1},
		{name: "the notice is not permitted", before: func(d *loginGuard, _ []sys.Conn) { d.Deny("$SYS.REQ.SERVER.*.LDM") }, pace: sys.Pace{Notice: time.Second}, want: sys.KickError, err: sys.ErrPermission},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newLoginGuard(t, 11)
				conns := d.targets()
				tc.before(d, conns)
				got, errs := d.run(t.Context(), conns, tc.pace)
				if got[11] != tc.want || len(got) != 1 {
					t.Errorf("outcome %v, want %s; errors %v", got, tc.want, errs)
				}
				if err := errors.Join(errs...); !errors.Is(err, tc.err) {
					t.Errorf("error %v, want %v", err, tc.err)
				}
				kicks := 0
				for _, line := range d.log {
					if line[len(line)-len("kick 11"):] == "kick 11" {
						kicks++
					}
				}
				if kicks != tc.kicks {
					t.Errorf("%d kicks were asked for, want %d: %v", kicks, tc.kicks, d.log)
				}
			})
		})
	}
}

// TestKickRefusedAsUnreadable has a server that cannot read the request: that is
// a failure, not a connection that has left.
func TestKickRefusedAsUnreadable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newLoginGuard(t, 11)
		d.node.Data["KICK"] = mustJSON(map[string]any{"server": d.node.Info, "error": server.ApiError{Code: 400, Description: "cannot read it"}})
		got, errs := d.run(t.Context(), d.targets(), sys.Pace{})
		if got[11] != sys.KickError || len(errs) != 1 || !errors.Is(errs[0], sys.ErrRefused) {
			t.Errorf("%v, %v", got, errs)
		}
	})
}

// TestKickPace checks on an exact clock when each connection is kicked.
func TestKickPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newLoginGuard(t, 11, 12, 13)
		if got, errs := d.run(t.Context(), d.targets(), sys.Pace{PerSecond: 4}); len(errs) > 0 || len(got) != 3 {
			t.Errorf("%v, %v", got, errs)
		}
		if want := []string{"0s kick 11", "250ms kick 12", "500ms kick 13"}; !slices.Equal(d.log, want) {
			t.Errorf("%v, want %v", d.log, want)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		d := newLoginGuard(t, 11, 12)
		d.run(t.Context(), d.targets(), sys.Pace{PerSecond: 1, Notice: 3 * time.Second})
		if want := []string{"0s told 11", "1s told 12", "3s kick 11", "4s kick 12"}; !slices.Equal(d.log, want) {
			t.Errorf("%v, want %v", d.log, want)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		d := newLoginGuard(t, 11, 12, 13)
		if got, errs := d.run(t.Context(), d.targets(), sys.Pace{}); len(errs) > 0 || len(got) != 3 {
			t.Errorf("%v, %v", got, errs)
		}
		slices.Sort(d.log)
		if want := []string{"0s kick 11", "0s kick 12", "0s kick 13"}; !slices.Equal(d.log, want) {
			t.Errorf("without a rate %v, want %v", d.log, want)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		cids := make([]uint64, 40)
		for i := range cids {
			cids[i] = uint64(11 + i)
		}
		d := newLoginGuard(t, cids...)
		d.run(t.Context(), d.targets(), sys.Pace{PerSecond: 20, Notice: 2 * time.Second})
		if last := "1.95s told 50"; !slices.Contains(d.log, last) { // more have notice than are kicked at once
			t.Errorf("%v lacks %s", d.log, last)
		}
	})
}

// TestKickStopped ends the kicking while one kick is under way: that one is
// finished and told as what became of it, and the rest is not tried.
func TestKickStopped(t *testing.T) {
	for _, tc := range []struct {
		name string
		pace sys.Pace
		at   time.Duration // when it is stopped
		want map[uint64]sys.KickOutcome
		log  []string
	}{
		{
			name: "a kick is under way", pace: sys.Pace{PerSecond: 1}, at: 1500 * time.Millisecond,
			want: map[uint64]sys.KickOutcome{11: sys.Kicked, 12: sys.Kicked, 13: sys.Untried}, log: []string{"0s kick 11", "1s kick 12"},
		},
		{
			name: "one has only had notice", pace: sys.Pace{PerSecond: 1, Notice: 1200 * time.Millisecond}, at: 1500 * time.Millisecond,
			want: map[uint64]sys.KickOutcome{11: sys.Kicked, 12: sys.Untried, 13: sys.Untried}, log: []string{"0s told 11", "1s told 12", "1.2s kick 11"},
		},
		{
			name: "before the first", at: 0,
			want: map[uint64]sys.KickOutcome{11: sys.Untried, 12: sys.Untried, 13: sys.Untried},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newLoginGuard(t, 11, 12, 13)
				kick := d.node.Data["KICK"].(stub.Answer)
				d.node.Data["KICK"] = stub.Answer(func(m stub.Message) any {
					answer := kick(m)
					time.AfterFunc(time.Second, func() { // the answer is on its way when the kicking is stopped
						d.Send(stub.Message{Subject: m.Reply, Data: mustJSON(map[string]any{"server": d.node.Info, "data": answer})})
					})
					return nil
				})
				ctx, stop := context.WithCancelCause(t.Context())
				cancel := func() { stop(errors.New("an interrupt")) }
				defer cancel()
				if tc.at == 0 {
					cancel()
				}
				time.AfterFunc(tc.at, cancel)
				got, errs := d.run(ctx, d.targets(), tc.pace)
				if fmt.Sprint(got) != fmt.Sprint(tc.want) || len(errs) > 0 {
					t.Errorf("%v, want %v; errors %v", got, tc.want, errs)
				}
				if !slices.Equal(d.log, tc.log) {
					t.Errorf("%v, want %v", d.log, tc.log)
				}
			})
		})
	}
}

// TestKickLoopEnds ends the loop over the results: it does not return before what
// is under way is finished, and starts nothing more.
func TestKickLoopEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newLoginGuard(t, 11, 12, 13, 14)
		for range d.client().KickAll(t.Context(), d.targets(), sys.Pace{PerSecond: 1}) {
			break
		}
		synctest.Wait()
		kicked := len(d.log)
		stub.Elapse(time.Minute)
		if kicked > 1 || len(d.log) != kicked {
			t.Errorf("kicked %v", d.log)
		}
	})
}

// TestConnSelection matches exactly what is set, and all of it.
func TestConnSelection(t *testing.T) {
	conn := server.ConnInfo{Cid: 7, Kind: "Client", Name: "billing", AuthorizedUser: "bob", Account: "APP", Subs: []string{"orders.*", "pay"}}
	stop := time.Now()
	for _, tc := range []struct {
		name string
		sel  sys.ConnSelection
		edit func(*server.ConnInfo)
		want bool
	}{
		{"everybody", sys.ConnSelection{}, nil, true},
		{"closed", sys.ConnSelection{}, func(c *server.ConnInfo) { c.Stop = &stop }, false},
		{"closed, by number", sys.ConnSelection{CIDs: []uint64{7}}, func(c *server.ConnInfo) { c.Stop = &stop }, false},
		{"number", sys.ConnSelection{CIDs: []uint64{3, 7}}, nil, true},
		{"other number", sys.ConnSelection{CIDs: []uint64{3}}, nil, false},
		{"leaf", sys.ConnSelection{}, func(c *server.ConnInfo) { c.Kind = "Leafnode" }, false},
		{"leaf by number", sys.ConnSelection{CIDs: []uint64{7}}, func(c *server.ConnInfo) { c.Kind = "Leafnode" }, true},
		{"name", sys.ConnSelection{Name: "billing"}, nil, true},
		{"part of a name", sys.ConnSelection{Name: "bill"}, nil, false},
		{"user", sys.ConnSelection{User: "bob"}, nil, true},
		{"other user", sys.ConnSelection{User: "alice"}, nil, false},
		{"account", sys.ConnSelection{Account: "APP"}, nil, true},
		{"other account", sys.ConnSelection{Account: "APP2"}, nil, false},
		{"name and other user", sys.ConnSelection{Name: "billing", User: "alice"}, nil, false},
		{"other name and user", sys.ConnSelection{Name: "x", User: "bob"}, nil, false},
		{"number and other account", sys.ConnSelection{CIDs: []uint64{7}, Account: "APP2"}, nil, false},
		{"hears the subject", sys.ConnSelection{Subject: "orders.new"}, nil, true},
		{"its subscription lies within", sys.ConnSelection{Subject: "orders.>"}, nil, true},
		{"hears another subject", sys.ConnSelection{Subject: "invoices"}, nil, false},
		{"has no subscription", sys.ConnSelection{Subject: "pay"}, func(c *server.ConnInfo) { c.Subs = nil }, false},
	} {
		c := conn
		if tc.edit != nil {
			tc.edit(&c)
		}
		if got := tc.sel.Matches(&c); got != tc.want {
			t.Errorf("%s: %v, want %v", tc.name, got, tc.want)
		}
	}
	for _, sel := range []sys.ConnSelection{{CIDs: []uint64{1}}, {Name: "a"}, {User: "a"}, {Account: "a"}, {Subject: "a"}} {
		if sel.Empty() {
			t.Errorf("%+v is called empty", sel)
		}
	}
	if !(sys.ConnSelection{}).Empty() {
		t.Error("the selection of everybody is not empty")
	}
}

// TestConnsAreNeverTheAsker leaves out the connection that asks, and no other of
// the same number on another server.
func TestConnsAreNeverTheAsker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1", "e/n2")
		for _, m := range w.nodes {
			m.Data["CONNZ"] = &server.Connz{Conns: []*server.ConnInfo{{Cid: 7, Name: "on " + m.Info.Name}, nil, {Cid: 8, Name: "also on " + m.Info.Name}}}
		}
		conns, snap, err := w.client().Conns(t.Context(), sys.Request{}.Scope, sys.ConnSelection{})
		if err != nil || !snap.Complete() {
			t.Fatalf("%v, problems %v", err, faults(snap))
		}
		var got []string
		for _, c := range conns {
			got = append(got, c.Server.Name+": "+c.Info.Name)
		}
		if want := []string{"n1: also on n1", "n2: on n2", "n2: also on n2"}; !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
		one, _, err := w.client().Conns(t.Context(), sys.Request{}.Scope, sys.ConnSelection{Name: "on n2"})
		if err != nil || len(one) != 1 || one[0].Info.Name != "on n2" || one[0].Server.Name != "n2" {
			t.Errorf("of that name: %v, %v", one, err)
		}
	})
}
