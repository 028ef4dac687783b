package broker

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
	for _, file := range []string{"c.lock", "file"} {
		if err := os.WriteFile(h.path(file), nil, 0o600); err != nil {
			t.Fatal(err)
		}
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

// TestClusterThatDoesNotStop keeps all of a cluster whose supervisor lives and cannot be asked to stop.
func TestClusterThatDoesNotStop(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	h.Forget = func([]string) error { t.Error("its contexts are removed"); return nil }
	remembered(t, h, named("x", 1), 1, func(s *state) {
		s.Up, s.Socket, s.Contexts = true, filepath.Join(h.dir, "nothing"), []string{"x"}
	})
	release := spectest.Must(host.Lock(h.path("x", "alive")))
	defer release()
	for what, err := range map[string]error{"delete": h.Delete(t.Context(), "x"), "down": h.Down(t.Context(), "x")} {
		if err == nil || errors.Is(err, ErrDown) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if s, err := h.load("x"); err != nil || !s.Up {
		t.Errorf("%+v %v", s, err)
	}
}

// TestOnlyTheLastNodeIsRemoved refuses any other before it asks a server for anything.
func TestOnlyTheLastNodeIsRemoved(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	remembered(t, h, named("x", 3), 1, func(s *state) { s.Up, s.Socket = true, filepath.Join(h.dir, "nothing") })
	release := spectest.Must(host.Lock(h.path("x", "alive")))
	defer release()
	for _, node := range []string{"x-1", "x-2"} {
		if err := h.RemoveNode(t.Context(), "x", node); !errors.Is(err, spec.ErrInvalid) || !strings.Contains(err.Error(), "only the last node of x") {
			t.Errorf("%s: %v", node, err)
		}
	}
	for _, node := range []string{"x-4", "y"} {
		if err := h.RemoveNode(t.Context(), "x", node); !errors.Is(err, ErrNode) {
			t.Errorf("%s: %v", node, err)
		}
	}
	if s := spectest.Must(h.load("x")); len(s.Plan.Nodes) != 3 {
		t.Errorf("%d nodes are left", len(s.Plan.Nodes))
	}
}

// TestChangeOfADownCluster removes the files of the nodes that go, and the contexts that are of no use any more, and nothing else.
func TestChangeOfADownCluster(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	s := remembered(t, h, named("x", 3), 1, func(s *state) { s.Contexts = []string{"x", "x-old"} })
	for _, n := range s.Plan.Nodes {
		if err := os.MkdirAll(n.Dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	var forgotten []string
	h.Forget = func(names []string) error { forgotten = names; return nil }
	o := Order{
		Spec: spectest.Must(named("x", 2).Complete()), Changes: func(Change) error { return nil },
		Contexts: func(Record) ([]string, error) { return []string{"x", "x-new"}, nil },
	}
	next, err := h.apply(t.Context(), o, s, []string{"a difference"})
	if err != nil || len(next.Plan.Nodes) != 2 || strings.Join(next.Contexts, " ") != "x x-new" || strings.Join(forgotten, " ") != "x-old" {
		t.Errorf("%d nodes, contexts %v, forgotten %v, %v", len(next.Plan.Nodes), next.Contexts, forgotten, err)
	}
	for i, n := range s.Plan.Nodes {
		if _, err := os.Stat(n.Dir); (err == nil) != (i < 2) {
			t.Errorf("%s: %v", n.Name, err)
		}
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
		"revoke": h.Revoke(ctx, "x", "app"), "roll": h.RollingRestart(ctx, "x", RollingRestart{}), "add": second(h.AddNode(ctx, "x", "x")), "remove": h.RemoveNode(ctx, "x", "x-2"),
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
