package roster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

var noon = time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)

// of is a snapshot of servers, each "name", "cluster/name" or "name@host:port".
func of(names ...string) *fleet.Snapshot {
	snap := &fleet.Snapshot{Expected: len(names)}
	for _, n := range names {
		n, addr, _ := strings.Cut(n, "@")
		cluster, name, ok := strings.Cut(n, "/")
		if !ok {
			cluster, name = "", n
		}
		sv := &fleet.Server{Info: server.ServerInfo{ID: "ID-" + n, Name: name, Cluster: cluster}}
		if host, port, ok := strings.Cut(addr, ":"); ok {
			sv.Varz = &server.Varz{Host: host}
			_, _ = fmt.Sscan(port, &sv.Varz.Port)
		}
		snap.Servers = append(snap.Servers, sv)
	}
	return snap
}

// day is a roster over time.
type day struct {
	*testing.T
	*Roster
	now time.Time
}

func newDay(t *testing.T, r *Roster) *day { return &day{t, r, noon} }

// look completes a snapshot a minute after the last one and returns what is
// missing, by label, and who departed.
func (d *day) look(snap *fleet.Snapshot, gone ...*scrape.Departure) (missing, departed []string) {
	d.Helper()
	d.now = d.now.Add(time.Minute)
	next, left, err := d.Complete(snap, gone, d.now)
	if err != nil {
		d.Error(err)
	}
	n := len(next.Servers)
	for _, m := range next.Missing {
		missing, n = append(missing, m.Label()), n+m.Servers()
	}
	if next.Expected < n {
		d.Errorf("%d expected, %d there or missing", next.Expected, n)
	}
	for _, l := range left {
		departed = append(departed, string(l.How)+" "+l.Name)
	}
	return missing, departed
}

func (d *day) want(snap *fleet.Snapshot, missing ...string) {
	d.Helper()
	if got, _ := d.look(snap); !slices.Equal(got, missing) {
		d.Errorf("missing %q, want %q", got, missing)
	}
}

func TestTheDeadAreMissed(t *testing.T) {
	d := newDay(t, New("", Expected{}))
	d.want(of("a", "b", "c"))
	d.want(of("a", "b", "c"))
	for range 600 { // ten hours
		d.want(of("a"), "b", "c")
	}
	d.want(of("a", "c"), "b")
	d.want(of("a", "b", "c"))
	d.want(of("b"), "a", "c")
}

// A server of the same name in another cluster is another server.
func TestNamesakesOfOtherClusters(t *testing.T) {
	d := newDay(t, New("", Expected{}))
	d.want(of("east/a", "west/a"))
	d.want(of("east/a", "west/a"))
	d.want(of("west/a"), "a")
	next, _, _ := d.Complete(of("west/a"), nil, d.now)
	if m := next.Missing[0]; m.Cluster != "east" || m.ID != "ID-east/a" || m.Reason != fleet.Gone || !m.LastSeen.Equal(noon.Add(2*time.Minute)) {
		t.Errorf("%+v", m)
	}
	for cluster, want := range map[string][]string{"west": {"a", "a"}, "east": {"a", "a"}, "": {"a"}} { // the snapshot misses one of the two by itself
		snap := of()
		snap.Missing = []fleet.Missing{{Name: "a", Cluster: cluster, Reason: fleet.Silent}}
		snap.Expected = 1
		if got, _ := d.look(snap); !slices.Equal(got, want) {
			t.Errorf("the snapshot misses a of %q: missing %q, want %q", cluster, got, want)
		}
	}
}

// What a single answer says of a server that is never seen again is not held
// against the fleet, and the memory has an end.
func TestForgedServers(t *testing.T) {
	d := newDay(t, New("", Expected{}))
	d.want(of("a", "forged"))
	d.want(of("a"))
	many := []string{"a"}
	for i := range 2 * maxServers {
		many = append(many, fmt.Sprint("x", i))
	}
	d.want(of(many...))
	d.want(of(many...))
	if missing, _ := d.look(of("a")); len(missing) >= maxServers {
		t.Errorf("%d servers are remembered", len(missing))
	}
}

// counting is a snapshot that was asked through a, which counts so many servers.
func counting(n int, names ...string) *fleet.Snapshot {
	snap := of(names...)
	snap.AskedBy, snap.Counted = "a", n
	snap.Servers[0].Statsz = &server.ServerStats{ActiveServers: n}
	return snap
}

// Servers that the one that was asked does not count are remembered only when
// links lead to them, and no more than are counted: whoever invents others keeps
// no alert alive and fills no file. Whom honest servers confirm is missed.
func TestInventedServers(t *testing.T) {
	route := func(id, name string) *server.RouteInfo { return &server.RouteInfo{RemoteID: id, RemoteName: name} }
	invented := []string{"a", "b"}
	for i := range 3000 {
		invented = append(invented, fmt.Sprint("x", i))
	}
	crowd := func(n int) *fleet.Snapshot {
		snap := counting(n, invented...)
		snap.Servers[0].Routez = &server.Routez{Routes: []*server.RouteInfo{nil, route("ID-b", "b")}}
		for i, sv := range snap.Servers[2:] { // they confirm each other
			sv.Routez = &server.Routez{Routes: []*server.RouteInfo{route(fmt.Sprint("ID-x", i+1), ""), route("ID-a", "a"), route("ID-b", "b")}}
		}
		return snap
	}
	for _, c := range []struct {
		name string
		snap func() *fleet.Snapshot
		want []string
	}{
		{"not counted", func() *fleet.Snapshot { return crowd(2) }, []string{"b"}},
		{"counted by others", func() *fleet.Snapshot {
			snap := crowd(2)
			snap.Counted = 3002
			return snap
		}, []string{"b"}},
		{"in the name of the one that was asked", func() *fleet.Snapshot {
			snap := crowd(2)
			snap.Servers[5].Info.Name, snap.Servers[5].Statsz = "a", &server.ServerStats{ActiveServers: 5000}
			return snap
		}, []string{"b"}},
		{"confirmed by a server that lies", func() *fleet.Snapshot {
			snap := crowd(2)
			var all []*server.RouteInfo
			for _, sv := range snap.Servers[2:] {
				all = append(all, route(sv.Info.ID, sv.Info.Name))
			}
			snap.Servers[1].Routez = &server.Routez{Routes: all}
			return snap
		}, []string{"b"}},
		{"the one that was asked is silent", func() *fleet.Snapshot {
			snap := crowd(2)
			snap.Servers[0].Statsz = nil
			return snap
		}, nil},
		{"confirmed by STATSZ", func() *fleet.Snapshot {
			snap := crowd(2)
			snap.Servers[0].Routez, snap.Servers[0].Statsz.Routes = nil, []*server.RouteStat{nil, {Name: "b"}}
			return snap
		}, []string{"b"}},
		{"confirmed by a leaf connection", func() *fleet.Snapshot {
			snap := crowd(2)
			snap.Servers[0].Routez, snap.Servers[0].Leafz = nil, &server.Leafz{Leafs: []*server.LeafInfo{{Name: "b"}}}
			return snap
		}, []string{"b"}},
		{"confirmed by a gateway", func() *fleet.Snapshot {
			snap := crowd(2)
			snap.Servers[0].Routez = nil
			snap.Servers[0].Gatewayz = &server.Gatewayz{OutboundGateways: map[string]*server.RemoteGatewayz{"": nil, "C": {Connection: &server.ConnInfo{Name: "ID-b"}}}}
			return snap
		}, []string{"b"}},
		{"as many as are counted", func() *fleet.Snapshot { return counting(3, "a", "b", "c") }, []string{"b", "c"}},
	} {
		path := filepath.Join(t.TempDir(), "state")
		d := newDay(t, New(path, Expected{}))
		d.look(c.snap())
		d.look(c.snap())
		if missing, _ := d.look(counting(1, "a")); !slices.Equal(missing, c.want) {
			t.Errorf("%s: %d missing, %.60q, want %q", c.name, len(missing), missing, c.want)
		}
		if info, err := os.Stat(path); err == nil && info.Size() > 2000 {
			t.Errorf("%s: the file has %d bytes", c.name, info.Size())
		}
	}
}

// A server that is counted and silent makes room for one that was invented, at most:
// new names each time fill no memory.
func TestInventedOneAfterTheOther(t *testing.T) {
	d := newDay(t, New("", Expected{}))
	for i := range 300 {
		name := fmt.Sprint("x", i)
		d.look(counting(2, "a", name))
		d.look(counting(2, "a", name))
	}
	if missing, _ := d.look(counting(1, "a")); len(missing) > maxMembers(2) || len(missing) == 0 {
		t.Errorf("%d are missing, want at most %d", len(missing), maxMembers(2))
	}
}

// The snapshot's own reason stands, and a server that it cannot name is not
// counted beside one that the memory can.
func TestSnapshotKnowsBetter(t *testing.T) {
	d := newDay(t, New("", Expected{}))
	d.want(of("a", "b", "c"))
	d.want(of("a", "b", "c"))
	snap := of("a")
	snap.Missing = []fleet.Missing{{ID: "ID-b", Reason: fleet.Silent}, {Count: 2, Reason: fleet.Gone}}
	snap.Expected = 4
	next, _, _ := d.Complete(snap, nil, d.now)
	if len(next.Missing) != 3 || next.Missing[0].Reason != fleet.Silent || next.Missing[1].Servers() != 1 || next.Missing[2].Name != "c" || next.Expected != 4 {
		t.Errorf("%d expected, missing %+v", next.Expected, next.Missing)
	}
	if len(snap.Missing) != 2 || snap.Missing[1].Count != 2 {
		t.Errorf("the snapshot itself changed: %+v", snap.Missing)
	}
}

func TestAnnouncedEnd(t *testing.T) {
	d := newDay(t, New("", Expected{}))
	d.want(of("a", "b"))
	d.want(of("a", "b"))
	if missing, _ := d.look(of("a"), &scrape.Departure{ID: "ID-b", Name: "b"}); len(missing) > 0 {
		t.Errorf("missing %q", missing)
	}
	d.want(of("a"))
	d.want(of("a", "b"))
	d.want(of("a", "b"))
	if missing, _ := d.look(of("a"), &scrape.Departure{ID: "an earlier one", Name: "b"}); !slices.Equal(missing, []string{"b"}) {
		t.Errorf("the end of an earlier process excuses this one: %q", missing)
	}
}

// A server with another name at the same address took its place; a server that
// listens everywhere has no address.
func TestRenamedServer(t *testing.T) {
	d := newDay(t, New("", Expected{}))
	d.want(of("a@10.0.0.1:4222", "b@10.0.0.2:4222", "c@0.0.0.0:4222", "e"))
	d.want(of("a@10.0.0.1:4222", "b@10.0.0.2:4222", "c@0.0.0.0:4222", "e"))
	missing, departed := d.look(of("a@10.0.0.1:4222", "new@10.0.0.2:4222", "other@0.0.0.0:4222", "else"))
	if !slices.Equal(missing, []string{"c", "e"}) || !slices.Equal(departed, []string{"replaced b"}) {
		t.Errorf("missing %q, departed %q", missing, departed)
	}
	for range 59 {
		_, departed = d.look(of("a"))
	}
	if len(departed) != 1 {
		t.Errorf("departed for an hour: %q", departed)
	}
	d.look(of("a"))
	if _, departed = d.look(of("a")); len(departed) > 0 {
		t.Errorf("after an hour: %q", departed)
	}
}

func TestExpected(t *testing.T) {
	d := newDay(t, New("", Expected{Count: 5, Names: []string{"a", "never"}}))
	d.want(of("a", "b"), "never", "2 unnamed")
	d.want(of("a", "b", "c", "x", "never"))
	d.want(of("a", "b", "c", "x", "never", "more"))
	d.want(of("a", "b", "c", "x"), "never")
	d.want(of("b"), "a", "c", "never", "x")
	if missing, _ := d.look(of("b", "c", "never", "x"), &scrape.Departure{ID: "ID-a", Name: "a"}); !slices.Equal(missing, []string{"a"}) {
		t.Errorf("a name that is expected is, whatever it announced: %q", missing)
	}
}

func TestFileSurvives(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	d := newDay(t, New(path, Expected{}))
	d.want(of("east/a", "b", "c"))
	d.want(of("east/a", "b", "c"))
	fresh := newDay(t, New(path, Expected{}))
	fresh.want(of("b"), "a", "c")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if names, err := Names(path); err != nil || !slices.Equal(names, []string{"b", "c", "a"}) {
		t.Errorf("%q %v", names, err)
	}
	fresh.look(of("b"), &scrape.Departure{ID: "ID-c", Name: "c"})
	newDay(t, New(path, Expected{})).want(of("b"), "a")
}

// A fleet that does not change does not write.
func TestFileIsWrittenOnChange(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	d := newDay(t, New(path, Expected{}))
	for range 5 {
		d.want(of("a", "b"))
	}
	if err := os.Chmod(filepath.Dir(path), 0o500); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		d.want(of("a", "b"))
		d.want(of("a"), "b")
	}
	after, err := os.Stat(path)
	if err != nil || !os.SameFile(before, after) {
		t.Errorf("the file was written: %v", err)
	}
}

func TestForget(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	d := newDay(t, New(path, Expected{}))
	d.want(of("a", "b", "c"))
	d.want(of("a", "b", "c"))
	d.want(of("a"), "b", "c")
	before, _ := os.ReadFile(path)
	if err := Forget(path, []string{"b", "nobody"}, d.now); !errors.Is(err, ErrUnknown) || !strings.Contains(err.Error(), `"nobody"`) {
		t.Errorf("%v", err)
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Error("a refusal changed the file")
	}
	if err := Forget(path, []string{"b"}, d.now); err != nil {
		t.Fatal(err)
	}
	if missing, departed := d.look(of("a")); !slices.Equal(missing, []string{"c"}) || !slices.Equal(departed, []string{"forgotten b"}) {
		t.Errorf("missing %q, departed %q", missing, departed)
	}
	if missing, departed := newDay(t, New(path, Expected{})).look(of("a")); !slices.Equal(missing, []string{"c"}) || !slices.Equal(departed, []string{"forgotten b"}) {
		t.Errorf("after a restart: missing %q, departed %q", missing, departed)
	}
	d.want(of("a", "x"), "c") // another one joins, for which the file is written again
	d.want(of("a", "x"), "c")
	if missing, departed := newDay(t, New(path, Expected{})).look(of("a", "x")); !slices.Equal(missing, []string{"c"}) || !slices.Equal(departed, []string{"forgotten b"}) {
		t.Errorf("after a change and a restart: missing %q, departed %q", missing, departed)
	}
	if err := Forget(path, []string{"x"}, d.now); err != nil {
		t.Fatal(err)
	}
	d.want(of("a", "b"), "c") // it is back, and counts again
	d.want(of("a", "b"), "c")
	if err := Forget(path, []string{"c"}, d.now); err != nil {
		t.Fatal(err)
	}
	d.want(of("a"), "b") // the file still says that b was forgotten, before it came back
}

// Where nothing has been written yet, no server is known, and none can be forgotten.
func TestNoFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	if names, err := Names(path); err != nil || len(names) != 0 {
		t.Errorf("%q %v", names, err)
	}
	if err := Forget(path, []string{"a"}, noon); !errors.Is(err, ErrUnknown) {
		t.Errorf("forgotten: %v", err)
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was made: %v", err)
	}
}

// A file that cannot be read, or that this exporter did not write, is an error each time, and is
// not replaced.
func TestBadFile(t *testing.T) {
	for _, body := range []string{"", "{", `{"schema":"natsctl.exporter.state/v9","servers":[]}`, `{"schema":"natsctl.exporter.state/v1","servers":"a"}`, `[]`} {
		path := filepath.Join(t.TempDir(), "state")
		if err := os.WriteFile(path, []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
		r := New(path, Expected{})
		for range 3 {
			next, _, err := r.Complete(of("a", "b"), nil, noon)
			if err == nil || !strings.Contains(err.Error(), path) || len(next.Servers) != 2 {
				t.Errorf("%q: %v", body, err)
			}
		}
		if next, _, _ := r.Complete(of("a"), nil, noon); len(next.Missing) != 1 {
			t.Errorf("%q: the memory of the process is gone too", body)
		}
		if got, _ := os.ReadFile(path); string(got) != body {
			t.Errorf("%q was replaced by %q", body, got)
		}
		if err := Forget(path, []string{"a"}, noon); err == nil {
			t.Errorf("%q: forgotten", body)
		}
	}
	path := filepath.Join(t.TempDir(), "state")
	if err := os.WriteFile(path, []byte(`{"schema":"natsctl.exporter.state/v1","servers":[null,{"id":"X"},{"name":"a","id":"A"}],"forgotten":[null]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	newDay(t, New(path, Expected{})).want(of("b"), "a")
}
