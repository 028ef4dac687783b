package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// remembered puts a cluster into a Home that was never started.
func remembered(t *testing.T, h *Home, sp spec.Spec, slot int, change func(*state)) state {
	t.Helper()
	sp = spectest.Must(sp.Complete())
	s := state{Slot: slot, Plan: spectest.Must(h.plan(sp, slot, nil)), Made: time.Unix(1700000000, 0).UTC(), Kept: true}
	if change != nil {
		change(&s)
	}
	if err := h.save(s); err != nil {
		t.Fatal(err)
	}
	return s
}

// TestLives is how a cluster is by what is remembered of it and whether its supervisor lives.
func TestLives(t *testing.T) {
	t.Parallel()
	for want, c := range map[Life]struct{ kept, up, alive bool }{
		Up: {true, true, true}, Down: {true, false, false}, Crashed: {true, true, false}, Pending: {false, true, true},
	} {
		h := OpenHome(t.TempDir())
		remembered(t, h, named("x", 1), 3, func(s *state) { s.Kept, s.Up = c.kept, c.up })
		if c.alive {
			release, err := host.Lock(h.path("x", "alive"))
			if err != nil {
				t.Fatal(err)
			}
			defer release()
		}
		if r, err := h.Record("x"); err != nil || r.Life != want {
			t.Errorf("%+v is %s: %v", c, r.Life, err)
		}
	}
	h := OpenHome(t.TempDir())
	remembered(t, h, named("x", 1), 3, func(s *state) { s.Kept = false })
	if r := spectest.Must(h.Record("x")); r.Life != Pending {
		t.Errorf("the rest of a start is %s", r.Life)
	}
}

// TestRecord is all that is known of a cluster without asking it.
func TestRecord(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	sp := spectest.Everything(spec.AuthUsers, spec.TLSServer)
	s := remembered(t, h, sp, 4, func(s *state) { s.Contexts, s.Program = []string{"all", "all-sys"}, "/bin/nats-server" })
	r := spectest.Must(h.Record("all"))
	if r.Name != "all" || r.Slot != 4 || r.Dir != h.path("all") || r.Program != "/bin/nats-server" || !r.Made.Equal(s.Made) || !slices.Equal(r.Contexts, s.Contexts) || !reflect.DeepEqual(r.Identities, s.Plan.Identities) {
		t.Errorf("%+v", r)
	}
	want := Place{
		Name: "east-1", Cluster: "east", ClientURL: "tls://127.0.0.1:14110", MonitorURL: "http://127.0.0.1:14111", Dir: filepath.Join(h.path("all"), "nodes", "east-1"),
		Ports: map[plan.Role]int{plan.RoleClient: 14110, plan.RoleMonitor: 14111, plan.RoleRoute: 14112, plan.RoleGateway: 14113, plan.RoleLeaf: 14114, plan.RoleWebsocket: 14115, plan.RoleMQTT: 14116},
	}
	if d := cmp.Diff(want, r.Nodes[0]); d != "" {
		t.Error(d)
	}
	if last := r.Nodes[len(r.Nodes)-1]; !last.Leaf || last.Name != "rim" || last.ClientURL != "tls://127.0.0.1:14810" {
		t.Errorf("%+v", last)
	}
	for cluster, want := range map[string]int{"": 5, "east": 2, "west": 3, "edge": 2, "rim": 1, "mars": 0} {
		if got := r.URLs(cluster); len(got) != want {
			t.Errorf("%s: %v", cluster, got)
		}
	}
}

// TestRecords lists the clusters by name, and leaves out what is none.
func TestRecords(t *testing.T) {
	t.Parallel()
	h := OpenHome(filepath.Join(t.TempDir(), "new"))
	if all, err := h.Records(); err != nil || len(all) != 0 {
		t.Errorf("an empty home: %v %v", all, err)
	}
	remembered(t, h, named("b", 1), 1, nil)
	remembered(t, h, named("a", 1), 2, nil)
	for _, dir := range []string{"empty", "not a name", ".hidden"} {
		if err := os.MkdirAll(h.path(dir), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(h.path("c.lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	all, err := h.Records()
	if err != nil || len(all) != 2 || all[0].Name != "a" || all[1].Name != "b" {
		t.Errorf("%+v %v", all, err)
	}
	if _, err := h.Record("z"); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), `"z"; known: a, b, empty`) {
		t.Errorf("got %v", err)
	}
	for _, name := range []string{"", "..", "a/b", "../a"} {
		if _, err := h.Record(name); !errors.Is(err, spec.ErrInvalid) {
			t.Errorf("%q: %v", name, err)
		}
		if _, err := h.lock(name); !errors.Is(err, spec.ErrInvalid) {
			t.Errorf("%q can be locked: %v", name, err)
		}
	}
	if err := os.WriteFile(h.path("a", "state.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Records(); err == nil {
		t.Error("a broken state is passed over")
	}
	if _, err := OpenHome(t.TempDir()).Record("z"); err == nil || !strings.Contains(err.Error(), "known: none") {
		t.Errorf("got %v", err)
	}
}

// TestStateIsPrivate finds no file or directory of a cluster that others can read, also where others made the directories before.
func TestStateIsPrivate(t *testing.T) {
	t.Parallel()
	h := OpenHome(filepath.Join(t.TempDir(), "home"))
	s := remembered(t, h, spectest.Everything(spec.AuthOperator, spec.TLSMutual), 1, nil)
	if err := host.WriteAll(s.Plan.Files()); err != nil {
		t.Fatal(err)
	}
	release, err := h.lock("all")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	files := 0
	err = filepath.WalkDir(h.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := spectest.Must(d.Info()).Mode()
		if want := map[bool]fs.FileMode{true: fs.ModeDir | 0o700, false: 0o600}[d.IsDir()]; mode != want && filepath.Separator == '/' {
			t.Errorf("%s: %v, want %v", path, mode, want)
		}
		files++
		return nil
	})
	if err != nil || files < 40 {
		t.Errorf("%d files: %v", files, err)
	}
	if entries := spectest.Must(filepath.Glob(filepath.Join(h.dir, "*", ".*"))); len(entries) > 0 {
		t.Errorf("left over: %v", entries)
	}
}

// TestSaveAllOrNothing saves a state together with a file that cannot be written: both stay as they were.
func TestSaveAllOrNothing(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	s := remembered(t, h, named("x", 1), 1, nil)
	before := spectest.Must(os.ReadFile(h.path("x", "state.json")))
	if err := os.WriteFile(h.path("x", "wall"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s.Up = true
	if err := h.saveWith(s, map[string]string{h.path("x", "wall", "file"): "text"}); err == nil {
		t.Error("a file below a file")
	}
	if after := spectest.Must(os.ReadFile(h.path("x", "state.json"))); string(before) != string(after) {
		t.Error("the state has changed")
	}
	if err := h.saveWith(s, map[string]string{h.path("x", "new"): "text"}); err != nil || !spectest.Must(h.load("x")).Up || string(spectest.Must(os.ReadFile(h.path("x", "new")))) != "text" {
		t.Errorf("saved: %v", err)
	}
}

// TestStateRoundTrip reads what was saved.
func TestStateRoundTrip(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	for _, auth := range spec.AuthModes() {
		sp := spectest.Everything(spec.AuthMode(auth), spec.TLSMutual)
		sp.Name = auth
		want := remembered(t, h, sp, 7, func(s *state) { s.Up, s.Socket, s.Contexts, s.Program = true, "/s", []string{"c"}, "/p" })
		got := spectest.Must(h.load(auth))
		a, b := spectest.Must(json.Marshal(want)), spectest.Must(json.Marshal(got))
		if string(a) != string(b) || got.Plan.Config(got.Plan.Nodes[0]) != want.Plan.Config(want.Plan.Nodes[0]) {
			t.Errorf("%s: another state", auth)
		}
	}
}

// TestSlots is the number of each port, and whose a slot is.
func TestSlots(t *testing.T) {
	t.Parallel()
	if p := slotPort(4, 1, 2, plan.RoleGateway); p != 14123 {
		t.Errorf("got %d", p)
	}
	if p := slotPort(slots-1, 9, 9, plan.NumRoles-1); p > 32767 {
		t.Errorf("the highest port is %d", p)
	}
	h := OpenHome(t.TempDir())
	for slot := range slots {
		if slot != 5 && slot != 20 {
			remembered(t, h, named(fmt.Sprint("c", slot), 1), slot, nil)
		}
	}
	ctx, sp := t.Context(), spectest.Must(named("new", 1).Complete())
	taken := spectest.Must(h.usedSlots("c3"))
	if len(taken) != slots-3 || taken[3] != "" || taken[4] != "c4" {
		t.Errorf("taken: %v", taken)
	}
	for want, c := range map[int]string{4: "slot 4 has the ports of cluster c4", slots: "slot 22: 0 to 21 are possible", 99: "slot 99: 0 to 21 are possible"} {
		if _, _, err := h.allot(ctx, sp, want); err == nil || !strings.Contains(err.Error(), c) || want == 4 && !errors.Is(err, ErrPortInUse) || want > 4 && !errors.Is(err, spec.ErrInvalid) {
			t.Errorf("slot %d: %v", want, err)
		}
	}
	own := spectest.Must(named("c4", 1).Complete())
	if slot, _, err := h.allot(ctx, own, 4); err != nil && !errors.Is(err, ErrPortInUse) || err == nil && slot != 4 {
		t.Errorf("its own slot: %d %v", slot, err)
	}
	remembered(t, h, named("c5", 1), 5, nil)
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", slotPort(20, 1, 1, plan.RoleMonitor)))
	if err == nil {
		defer l.Close()
	}
	var pe *PortError
	if _, _, err := h.allot(ctx, sp, -1); !errors.As(err, &pe) || !strings.Contains(err.Error(), "none of 22 slots of ports is free") {
		t.Errorf("the last slot has a port that is in use: %v", err)
	}
	if pe != nil && (pe.Port != slotPort(20, 1, 1, pe.Role) || pe.Node != "new-1") { // a test elsewhere may have another port of it
		t.Errorf("got %+v", pe)
	}
	remembered(t, h, named("c20", 1), 20, nil)
	var se *SlotError
	if _, _, err := h.allot(ctx, sp, -1); !errors.As(err, &se) || !errors.Is(err, ErrPortInUse) || !strings.Contains(err.Error(), "all 22 slots are taken") {
		t.Errorf("all are taken: %v", err)
	}
}

// TestFirstFreeSlot begins its search where it is told to, and goes round.
func TestFirstFreeSlot(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	h.skip = slots - 1
	for slot := range slots {
		if slot != 2 {
			remembered(t, h, named(fmt.Sprint("c", slot), 1), slot, nil)
		}
	}
	slot, p, err := h.allot(t.Context(), spectest.Must(named("new", 1).Complete()), -1)
	var pe *PortError
	if errors.As(err, &pe) { // a test elsewhere has the ports of slot 2, which was found then
		slot, err = (pe.Port-slotPort(0, 1, 1, pe.Role))/1000, nil
	} else if err == nil && p.Nodes[0].Ports[plan.RoleClient] != 12110 {
		t.Errorf("ports %v", p.Nodes[0].Ports)
	}
	if err != nil || slot != 2 {
		t.Errorf("slot %d: %v", slot, err)
	}
}

// TestPortsFree names the port that is in use.
func TestPortsFree(t *testing.T) {
	t.Parallel()
	ports := spectest.Must(reserve(t.Context(), 50))
	if slices.Sort(ports); len(slices.Compact(slices.Clone(ports))) != 50 {
		t.Errorf("a port was found twice: %v", ports)
	}
	sp := spectest.Must(spec.Super(1, "a", "b").Complete())
	p := spectest.Must(plan.New(sp, t.TempDir(), func(c, _ int, r plan.Role) int { return ports[c*10+int(r)] }, nil))
	if err := portsFree(t.Context(), p.Nodes); err != nil {
		t.Fatal(err)
	}
	l := spectest.Must(net.Listen("tcp", p.Nodes[1].Addr(plan.RoleGateway)))
	defer l.Close()
	var pe *PortError
	if err := portsFree(t.Context(), p.Nodes); !errors.As(err, &pe) || pe.Node != "b-1" || pe.Role != plan.RoleGateway || pe.Port != p.Nodes[1].Ports[plan.RoleGateway] {
		t.Errorf("got %v", err)
	}
	n := p.Nodes[1]
	for fatal, want := range map[string]error{
		fmt.Sprintf("Error listening on port: 127.0.0.1:1, %q", "listen tcp 127.0.0.1:1: bind"):       nil,
		fmt.Sprintf("listen tcp 127.0.0.1:%d: bind: address already in use", n.Ports[plan.RoleRoute]): &PortError{"b-1", plan.RoleRoute, n.Ports[plan.RoleRoute]},
		"no listener at all": nil,
	} {
		if n.Ports[plan.RoleRoute] == 0 {
			t.Fatal("no route")
		}
		if got := portError(n, fatal); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v", fatal, got)
		}
	}
}

// TestHomeDir is where clusters are kept.
func TestHomeDir(t *testing.T) {
	env := map[string]string{"XDG_STATE_HOME": "/state"}
	if dir := spectest.Must(HomeDir(func(k string) string { return env[k] })); dir != filepath.Join("/state", "natsctl", "clusters") {
		t.Errorf("got %s", dir)
	}
	t.Setenv("HOME", "/home/me")
	t.Setenv("USERPROFILE", "/home/me")
	if dir := spectest.Must(HomeDir(func(string) string { return "" })); dir != filepath.Join("/home/me", ".local", "state", "natsctl", "clusters") {
		t.Errorf("got %s", dir)
	}
	t.Setenv("HOME", "")
	t.Setenv("USERPROFILE", "")
	if _, err := HomeDir(func(string) string { return "" }); !errors.Is(err, ErrNoHome) {
		t.Errorf("got %v", err)
	}
}

// TestLocks lets one at a time change a cluster, and leaves no lock file of a cluster that is gone.
func TestLocks(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	release, err := h.lock("x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.lock("x"); !errors.Is(err, host.ErrBusy) || !strings.Contains(err.Error(), "another natsctl is changing cluster x") {
		t.Errorf("got %v", err)
	}
	if !host.Locked(h.path("x") + ".lock") {
		t.Error("it is not locked")
	}
	release()
	if _, err := os.Stat(h.path("x") + ".lock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock file is left: %v", err)
	}
	remembered(t, h, named("x", 1), 1, nil)
	release = spectest.Must(h.lock("x"))
	release()
	if host.Locked(h.path("x") + ".lock") {
		t.Error("it is still locked")
	}
	if _, err := os.Stat(h.path("x") + ".lock"); err != nil {
		t.Errorf("the lock file of a cluster that is there: %v", err)
	}
}

// TestUndo removes what a failed start has made; a cluster that ran before keeps its data.
func TestUndo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		order     Order
		kept      bool
		left      bool
		forgotten string
	}{
		"new": {Order{}, false, false, "c d"}, "kept": {Order{}, true, true, ""}, "retained": {Order{Retain: true}, false, true, ""},
	} {
		h := OpenHome(t.TempDir())
		var forgotten []string
		h.Forget = func(names []string) error { forgotten = names; return nil }
		private := filepath.Join(t.TempDir(), "private")
		if err := os.MkdirAll(private, 0o700); err != nil {
			t.Fatal(err)
		}
		s := remembered(t, h, named("x", 1), 1, func(s *state) {
			s.Kept, s.Up, s.Contexts, s.Socket = c.kept, true, []string{"c", "d"}, filepath.Join(private, "socket")
		})
		if err := h.undo(c.order.Retain, s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if h.exists("x") != c.left || strings.Join(forgotten, " ") != c.forgotten {
			t.Errorf("%s: left %v, forgotten %v", name, h.exists("x"), forgotten)
		}
		if _, err := os.Stat(private); (err == nil) != c.left {
			t.Errorf("%s: the directory of the socket: %v", name, err)
		}
		if c.kept && spectest.Must(h.load("x")).Up {
			t.Errorf("%s: is meant to run", name)
		}
	}
	h := OpenHome(t.TempDir())
	s := remembered(t, h, named("x", 1), 1, func(s *state) { s.Contexts, s.Socket = []string{"c"}, h.path("x", "socket") })
	oops := errors.New("oops")
	h.Forget = func([]string) error { return oops }
	if err := h.discard(s); !errors.Is(err, oops) || h.exists("x") {
		t.Errorf("the files stay when a context does: %v", err)
	}
	if err := h.abandon("none"); err != nil {
		t.Errorf("abandon nothing: %v", err)
	}
}

// TestDownClusters asks of clusters that do not run what only running ones can do.
func TestDownClusters(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	remembered(t, h, named("x", 2), 1, func(s *state) { s.Up = true })
	ctx := t.Context()
	for what, err := range map[string]error{
		"status": second(h.Status(ctx, "x")), "nodes": second(h.Nodes(ctx, "x")), "ready": h.Ready(ctx, "x"), "node": h.Node(ctx, "x", "x-1", "stop", 0, 0),
		"inject": second(h.Inject(ctx, "x", link.Fault{})), "faults": second(h.Faults(ctx, "x")), "heal": second(h.Heal(ctx, "x")), "user": second(h.NewUser(ctx, "x", "APP", spec.User{}, "c")),
		"revoke": h.Revoke(ctx, "x", "app"), "roll": h.Roll(ctx, "x", Roll{}), "add": second(h.AddNode(ctx, "x", "x")), "remove": h.RemoveNode(ctx, "x", "x-2"),
		"chaos": h.Chaos(ctx, "x", nil, nil), "disturb": h.Disturb(ctx, "x", "x-1", "kill", 1),
	} {
		if !errors.Is(err, ErrDown) || !strings.Contains(err.Error(), "x is crashed") {
			t.Errorf("%s: %v", what, err)
		}
	}
	for what, err := range map[string]error{
		"status": second(h.Status(ctx, "y")), "down": h.Down(ctx, "y"), "delete": h.Delete(ctx, "y"), "logs": second(h.logFiles("y", nil)), "fleet": second(h.Fleet("y")),
	} {
		if !errors.Is(err, ErrUnknown) {
			t.Errorf("%s of an unknown cluster: %v", what, err)
		}
	}
	if err := h.Down(ctx, "x"); err != nil || spectest.Must(h.load("x")).Up {
		t.Errorf("down: %v", err)
	}
	var forgotten []string
	h.Forget = func(names []string) error { forgotten = names; return nil }
	s := spectest.Must(h.load("x"))
	s.Contexts = []string{"x", "x-sys"}
	if err := h.save(s); err != nil {
		t.Fatal(err)
	}
	if err := h.Delete(ctx, "x"); err != nil || h.exists("x") || !slices.Equal(forgotten, []string{"x", "x-sys"}) {
		t.Errorf("delete: %v, forgotten %v", err, forgotten)
	}
}

// second is the error of a call with a value.
func second(_ any, err error) error { return err }

// TestErrorsBetweenProcesses sends every error that keeps its identity from one process to another.
func TestErrorsBetweenProcesses(t *testing.T) {
	t.Parallel()
	all := []error{spec.ErrInvalid, ErrPortInUse, client.ErrNotReady, ErrNode, link.ErrFault, host.ErrNoSpace, client.ErrExpired, ErrData, host.ErrBusy, ErrUnknown, plan.ErrUser, client.ErrPush, ErrProgram}
	if values := slices.Collect(maps.Values(sentinels())); len(values) != len(all) {
		t.Errorf("%d kinds, %d known here", len(values), len(all))
	}
	for i, e := range all {
		other := all[(i+1)%len(all)]
		data := spectest.Must(json.Marshal(encodeError(fmt.Errorf("first %w then %w", e, other))))
		var v errorValue
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		got := v.decode()
		for _, x := range all {
			if want := x == e || x == other; errors.Is(got, x) != want {
				t.Errorf("%v is %v: %v", got, x, !want)
			}
		}
		if got.Error() != fmt.Sprintf("first %v then %v", e, other) {
			t.Errorf("got %v", got)
		}
	}
	if err := (&errorValue{Text: "x", Kinds: []string{"unheard of"}}).decode(); err.Error() != "x" || errors.Is(err, nil) {
		t.Errorf("got %v", err)
	}
}

// TestMessages reads what a supervisor says until it is ready, fails or ends.
func TestMessages(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	r := reporter(&b)
	r.step(Step{"one", time.Second})
	r.step(Step{"two", 2 * time.Second})
	r.ready()
	r.kept()
	dec := json.NewDecoder(strings.NewReader(b.String()))
	var steps []Step
	hear := func(s Step) { steps = append(steps, s) }
	if err := messages(dec, hear, func(m message) bool { return m.Ready }); err != nil || !slices.Equal(steps, []Step{{"one", time.Second}, {"two", 2 * time.Second}}) {
		t.Errorf("%v %v", steps, err)
	}
	if err := messages(dec, hear, func(m message) bool { return m.Kept }); err != nil {
		t.Error(err)
	}
	if err := messages(dec, hear, func(message) bool { return false }); !errors.Is(err, client.ErrNotReady) {
		t.Errorf("at the end: %v", err)
	}
	b.Reset()
	send(&b, message{Error: encodeError(client.ErrPush)})
	if err := messages(json.NewDecoder(strings.NewReader(b.String())), hear, func(message) bool { return true }); !errors.Is(err, client.ErrPush) {
		t.Errorf("got %v", err)
	}
}

// TestWhyAStartEnded prefers the reason why a context ended, with what was missing then.
func TestWhyAStartEnded(t *testing.T) {
	t.Parallel()
	late := fmt.Errorf("not within 1s: %w", client.ErrNotReady)
	ended := func(why error) context.Context {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		return ctx
	}
	missing := fmt.Errorf("%w: x-1: 2 of 3 servers answer", client.ErrNotReady)
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		want string
	}{
		"goes on":       {t.Context(), missing, missing.Error()},
		"interrupted":   {ended(context.Canceled), missing, context.Canceled.Error()},
		"late":          {ended(late), missing, late.Error() + ": x-1: 2 of 3 servers answer"},
		"abandoned":     {ended(late), fmt.Errorf("%w%s%w", missing, abandonedMark, errAbandoned), late.Error() + ": x-1: 2 of 3 servers answer"},
		"only that":     {ended(late), errAbandoned, late.Error()},
		"the same":      {ended(late), late, late.Error()},
		"nothing wrong": {ended(late), nil, "<nil>"},
	} {
		if got := outOfTime(c.ctx, c.err); fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := cause(ended(late), context.Canceled); !errors.Is(got, late) {
		t.Errorf("got %v", got)
	}
	if got := cause(ended(late), missing); !errors.Is(got, missing) {
		t.Errorf("got %v", got)
	}
	if got := cause(t.Context(), context.Canceled); !errors.Is(got, context.Canceled) {
		t.Errorf("got %v", got)
	}
}
