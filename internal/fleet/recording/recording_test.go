package recording_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
	"github.com/natsctl/natsctl/internal/fleet/recording"
)

// longRecording is a recording of n small snapshots and as many events, one second
// apart.
func longRecording(t testing.TB, n int) []byte {
	t.Helper()
	var out bytes.Buffer
	rec := recording.NewRecorder(&out, false)
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		at := start.Add(time.Duration(i) * time.Second)
		s := &fleet.Snapshot{Schema: fleet.Schema, Time: at, Expected: i}
		s.Servers = []*fleet.Server{{Info: server.ServerInfo{ID: "A", Name: strings.Repeat("n", i%50)}}}
		if err := errors.Join(rec.Snapshot(s), rec.Event(fleet.Event{Time: at, Kind: fleet.EventConnect})); err != nil {
			t.Fatal(err)
		}
	}
	if err := rec.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func open(data []byte) (*recording.Recording, error) {
	return recording.Open(bytes.NewReader(data), int64(len(data)))
}

func TestRecordingSeeks(t *testing.T) {
	const n = 100
	r, err := open(longRecording(t, n))
	if err != nil || r.Len() != n || r.Cut() || r.Bad() != 0 {
		t.Fatalf("%v, %d snapshots, cut %v, bad %d", err, r.Len(), r.Cut(), r.Bad())
	}
	for _, i := range []int{99, 0, 31, 32, 33, 64, 1, 98} {
		if got := fleettest.Frame(t, r, i).Expected; got != i {
			t.Errorf("snapshot %d is %d", i, got)
		}
		if got := r.At(r.Time(i).Add(300 * time.Millisecond)); got != i {
			t.Errorf("at %d: %d", i, got)
		}
	}
	if got := r.At(time.Time{}); got != 0 {
		t.Errorf("before all: %d", got)
	}
	if got := r.Events(r.Time(9), r.Time(12)); len(got) != 3 {
		t.Errorf("%d events between", len(got))
	}
	if _, err := r.Snapshot(n); !errors.Is(err, io.EOF) {
		t.Errorf("after the last: %v", err)
	}
}

// Whatever a crash leaves of the file, the snapshots before the cut are there.
func TestRecordingSurvivesEveryCut(t *testing.T) {
	data := longRecording(t, 70)
	whole, step := 0, 11
	if testing.Short() {
		step = 97
	}
	for cut := range len(data) + 1 {
		if cut%step != 0 && cut < len(data)-20 {
			continue
		}
		r, err := open(data[:cut])
		if err != nil {
			if !errors.Is(err, recording.ErrInvalid) {
				t.Fatalf("cut at %d: %v", cut, err)
			}
			if whole > 0 {
				t.Fatalf("cut at %d lost the %d snapshots before", cut, whole)
			}
			continue
		}
		if r.Len() < whole {
			t.Fatalf("cut at %d: %d snapshots, %d at a smaller size", cut, r.Len(), whole)
		}
		if r.Len() > whole {
			whole = r.Len()
			if got := fleettest.Frame(t, r, whole-1).Expected; got != whole-1 {
				t.Fatalf("cut at %d: last snapshot is %d, want %d", cut, got, whole-1)
			}
		}
	}
	if whole != 70 {
		t.Fatalf("%d of 70", whole)
	}
}

// Garbage in the middle costs the segment that it is in, from there on.
func TestRecordingSurvivesGarbage(t *testing.T) {
	data := longRecording(t, 100) // segments of 32 snapshots
	starts := []int{}
	for i := 0; i < len(data); i++ {
		if bytes.HasPrefix(data[i:], []byte{0x1f, 0x8b, 8}) {
			starts = append(starts, i)
		}
	}
	for name, spoil := range map[string]func([]byte){
		"zeros in the second segment":   func(b []byte) { clear(b[starts[1]+200 : starts[1]+400]) },
		"its header":                    func(b []byte) { clear(b[starts[1] : starts[1]+20]) },
		"the end of the first segment":  func(b []byte) { clear(b[starts[1]-12 : starts[1]]) },
		"one bit in the second segment": func(b []byte) { b[starts[1]+300] ^= 0x10 },
	} {
		t.Run(name, func(t *testing.T) {
			broken := bytes.Clone(data)
			spoil(broken)
			r, err := open(broken)
			if err != nil {
				t.Fatal(err)
			}
			if r.Damaged() == 0 || r.Cut() || r.Len() < 32+36-1 {
				t.Fatalf("%d places, cut %v, %d snapshots", r.Damaged(), r.Cut(), r.Len())
			}
			for i := range r.Len() {
				if s, err := r.Snapshot(i); err != nil || !s.Time.Equal(r.Time(i)) {
					t.Errorf("snapshot %d: %v", i, err)
				}
			}
			if got := fleettest.Frame(t, r, r.Len()-1).Expected; got != 99 {
				t.Errorf("last is %d", got)
			}
		})
	}
}

// TestRecordingGoesOnAfterDamage finds the next segment behind damage of any length,
// at and around the pieces in which it is searched.
func TestRecordingGoesOnAfterDamage(t *testing.T) {
	const piece = 1 << 16
	one, other := longRecording(t, 1), longRecording(t, 2)
	for _, n := range []int{1, 2, 3, 500, piece - 2, piece - 1, piece, piece + 1, piece + 2, 3 * piece} {
		r, err := open(slices.Concat(one, make([]byte, n), other))
		if err != nil || r.Len() != 3 || r.Damaged() != 1 || r.Cut() || r.Bad() != 0 {
			t.Errorf("%d bytes: %v, %+v", n, err, r)
			continue
		}
		for i := range r.Len() {
			if s, err := r.Snapshot(i); err != nil || !s.Time.Equal(r.Time(i)) {
				t.Errorf("%d bytes, snapshot %d: %v", n, i, err)
			}
		}
	}
	if r, err := open(slices.Concat(one, make([]byte, piece))); err != nil || !r.Cut() || r.Damaged() != 0 || r.Len() != 1 {
		t.Errorf("nothing behind it: %v, %+v", err, r)
	}
}

// TestRecordingOfAnotherVersion names the version of which alone a file is, and counts
// the lines of it beside those that can be read.
func TestRecordingOfAnotherVersion(t *testing.T) {
	line := func(schema string) []byte {
		return []byte(`{"schema":"` + schema + `","time":"2026-03-01T12:00:00Z"}` + "\n")
	}
	newer, ours := line("natsctl.snapshot/v2"), line(fleet.Schema)
	if _, err := open(newer); !errors.Is(err, recording.ErrInvalid) || !strings.Contains(err.Error(), `"natsctl.snapshot/v2"`) {
		t.Errorf("newer alone: %v", err)
	}
	if _, err := open(line("other/v1")); !errors.Is(err, recording.ErrInvalid) || !strings.Contains(err.Error(), "no snapshot") {
		t.Errorf("of something else: %v", err)
	}
	if r, err := open(slices.Concat(ours, newer, line("other/v1"), []byte("\n{\n"))); err != nil || r.Len() != 1 || r.Bad() != 3 {
		t.Errorf("beside ours: %v, %+v", err, r)
	}
	event := []byte(`{"schema":"` + recording.EventSchema + `","time":"2026-03-01T12:00:01Z","kind":7}` + "\n")
	if r, err := open(slices.Concat(ours, event)); err != nil || r.Len() != 1 || r.Bad() != 1 {
		t.Errorf("an event that cannot be read: %v, %+v", err, r)
	}
	if _, err := open([]byte("{")); !errors.Is(err, recording.ErrInvalid) {
		t.Errorf("one byte: %v", err)
	}
}

// A small file may decompress to gigabytes; that costs time, and no memory.
func TestRecordingOfABomb(t *testing.T) {
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	zeros := make([]byte, 1<<20)
	for range 64 {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := open(bomb.Bytes()); !errors.Is(err, recording.ErrInvalid) {
		t.Errorf("%v", err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d bytes were allocated for a file of %d", used, bomb.Len())
	}
}

func TestRecordingIsPlainNDJSON(t *testing.T) {
	data := longRecording(t, 40)
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if !json.Valid([]byte(line)) {
			t.Fatalf("not JSON: %q", line)
		}
	}
	text = append(text, "garbage\n{\"schema\":\"other/v9\"}\n\n{\"schema\":"...)
	r, err := open(text)
	if err != nil || r.Len() != 40 || r.Bad() != 2 || !r.Cut() {
		t.Fatalf("%v, %d snapshots, bad %d, cut %v", err, r.Len(), r.Bad(), r.Cut())
	}
	if got := fleettest.Frame(t, r, 39).Expected; got != 39 {
		t.Fatalf("last is %d", got)
	}
}

// brokenFile is a file that cannot be read.
type brokenFile struct{ error }

func (b brokenFile) ReadAt([]byte, int64) (int, error) { return 0, b.error }

// TestRecordingSegments begins a segment after every 32 snapshots, and says why a file
// has none.
func TestRecordingSegments(t *testing.T) {
	if n := bytes.Count(longRecording(t, 65), []byte{0x1f, 0x8b, 8}); n != 3 {
		t.Errorf("%d segments", n)
	}
	if _, err := open(nil); err == nil || !strings.HasSuffix(err.Error(), "the file is empty") {
		t.Errorf("empty: %v", err)
	}
	gone := errors.New("disk is gone")
	if _, err := recording.Open(brokenFile{gone}, 9); !errors.Is(err, gone) {
		t.Errorf("unreadable: %v", err)
	}
}

func TestRecordingOfNothing(t *testing.T) {
	for _, data := range []string{"", "x", "hello\nworld\n", "\x1f\x8b", "\x1f\x8bgarbage", "null\n", "[]\n"} {
		if _, err := open([]byte(data)); !errors.Is(err, recording.ErrInvalid) {
			t.Errorf("%q: %v", data, err)
		}
	}
}

func TestRecorderDropsSecrets(t *testing.T) {
	sv := &fleet.Server{Info: server.ServerInfo{ID: "A", Name: "a"}}
	sv.Connz = &server.Connz{Conns: []*server.ConnInfo{{
		Cid: 1, Name: "kept", JWT: "JWT-SECRET", AuthorizedUser: "USER-NAME", IssuerKey: "ISSUER-KEY",
		TLSPeerCerts: []*server.TLSPeerCert{{Subject: "CERT-SUBJECT"}},
	}}}
	sv.Accountz = &server.Accountz{Account: &server.AccountInfo{
		AccountName: "kept", Jwt: "JWT-SECRET", IssuerKey: "ISSUER-KEY",
		Imports: []server.ExtImport{{Import: jwt.Import{Subject: "kept", Token: "JWT-SECRET"}}}, // an activation
	}}
	sv.Varz = &server.Varz{TrustedOperatorsJwt: []string{"JWT-SECRET"}}
	sv.Varz.Cluster.URLs = []string{"nats://u:PASS-SECRET@h:6222", "nats://u:PASS-SECRET@PASS-SECRET%zz@h:6222"}
	sv.Varz.Gateway.Gateways = []server.RemoteGatewayOptsVarz{{Name: "g", URLs: []string{"u:PASS-SECRET@PASS-SECRET@h:7222"}}}
	sv.Varz.LeafNode.Remotes = []server.RemoteLeafOptsVarz{{URLs: []string{"nats://u:PASS-SECRET@h:7422", "u:PASS-SECRET@h:1"}}}
	s := &fleet.Snapshot{Schema: fleet.Schema, Servers: []*fleet.Server{sv}}
	s.Want.Conns.User = "USER-NAME"
	event := fleet.Event{Kind: fleet.EventConnect, Body: json.RawMessage(
		`{"client":{"acc":"kept","user":"USER-NAME","jwt":"JWT-SECRET","nested":[{"Password":"PASS-SECRET","nkey":"ISSUER-KEY"}]}}`)}
	before, _ := json.Marshal(s)
	for _, identity := range []bool{false, true} {
		var out bytes.Buffer
		rec := recording.NewRecorder(&out, identity)
		if err := errors.Join(rec.Snapshot(s), rec.Event(event), rec.Close()); err != nil {
			t.Fatal(err)
		}
		z, _ := gzip.NewReader(&out)
		text, _ := io.ReadAll(z)
		for secret, allowed := range map[string]bool{
			"JWT-SECRET": false, "PASS-SECRET": false, "USER-NAME": identity, "ISSUER-KEY": identity, "CERT-SUBJECT": identity, "kept": true,
		} {
			if got := strings.Contains(string(text), secret); got != allowed {
				t.Errorf("identity %v: %s is there: %v", identity, secret, got)
			}
		}
	}
	if after, _ := json.Marshal(s); !bytes.Equal(before, after) {
		t.Error("recording changed the snapshot")
	}
}

func TestPlayer(t *testing.T) {
	r := fleettest.Replay(t, "degraded")
	p := r.Play(r.Len() - 1)
	s, err := p.Snapshot(t.Context(), fleet.Want{Kinds: []fleet.Kind{fleet.Connz}, Scope: fleet.Scope{Cluster: "west"}})
	if err != nil || len(s.Servers) != 3 || s.Expected != 3 {
		t.Fatalf("%v %+v", err, s)
	}
	if _, err := p.Snapshot(t.Context(), fleet.Want{}); !errors.Is(err, io.EOF) {
		t.Fatalf("at the end: %v", err)
	}
	_, err = r.Still(0).Snapshot(t.Context(), fleet.Want{Kinds: []fleet.Kind{"EXPVARZ"}})
	var lacks *recording.NotRecordedError
	if !errors.As(err, &lacks) || len(lacks.Kinds) != 1 {
		t.Fatalf("what was not recorded: %v", err)
	}
}

// A snapshot that was recorded and replayed is the same snapshot.
func TestRecordingKeepsSnapshots(t *testing.T) {
	for _, name := range []string{"super", "degraded", "hostile", "old"} {
		r := fleettest.Replay(t, name)
		var out bytes.Buffer
		rec := recording.NewRecorder(&out, true)
		for i := range r.Len() {
			if err := rec.Snapshot(fleettest.Frame(t, r, i)); err != nil {
				t.Fatal(err)
			}
		}
		if err := rec.Close(); err != nil {
			t.Fatal(err)
		}
		again, err := open(out.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		a, _ := json.Marshal(fleettest.Frame(t, r, 1))
		b, _ := json.Marshal(fleettest.Frame(t, again, 1))
		if diff := cmp.Diff(string(a), string(b)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// FuzzOpenRecording feeds the reader, and everything that is derived from a
// snapshot, with garbage.
func FuzzOpenRecording(f *testing.F) {
	f.Add([]byte(`{"schema":"natsctl.snapshot/v1","servers":[null,{"server":{},"statsz":{},"routez":{"routes":[null]},"jsz":{"account_details":[null,{}]}}]}` + "\n"))
	f.Add([]byte(`{"schema":"natsctl.event/v1","level":"?"}` + "\n"))
	f.Add(longRecording(f, 3))
	f.Fuzz(func(_ *testing.T, data []byte) {
		r, err := open(data)
		if err != nil {
			return
		}
		var before *fleet.Snapshot
		for i := range min(r.Len(), 4) {
			s, err := r.Snapshot(i)
			if err != nil {
				continue
			}
			d := fleet.NewDelta(before, s)
			fleet.NewTopology(s, fleet.TopologyOptions{Delta: d})
			before = s
		}
	})
}

// A file that unpacks into more than any memory holds is passed over piece by
// piece.
func TestRecordingOfNothingTakesNoMemory(t *testing.T) {
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	zeros := make([]byte, 1<<20)
	const unpacked = 256
	for range unpacked {
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := open(packed.Bytes())
	runtime.ReadMemStats(&after)
	if !errors.Is(err, recording.ErrInvalid) {
		t.Errorf("%v", err)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
		t.Errorf("%d MiB of zeros took %d MiB", unpacked, grown>>20)
	}
}
