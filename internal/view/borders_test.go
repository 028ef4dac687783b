package view_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/safetext"
	"github.com/natsctl/natsctl/internal/view"
)

// TestUnitsAtTheBorders changes unit and digits where the next one begins.
func TestUnitsAtTheBorders(t *testing.T) {
	show := func(u view.Unit, v any) string {
		cols := []view.Column[any]{{Name: "x", Unit: u, Value: func(v any) any { return v }}}
		return view.Cells(cols, v)[0].Text()
	}
	for _, c := range []struct {
		unit view.Unit
		v    any
		want string
	}{
		{view.Bytes, 999, "999 B"},
		{view.Bytes, 999.5, "0.98 KiB"},
		{view.Bytes, 1024, "1.00 KiB"},
		{view.Bytes, 999.5 * 1024, "0.98 MiB"},
		{view.Bytes, -2048, "-2.00 KiB"},
		{view.Bytes, 9.994 * 1024, "9.99 KiB"},
		{view.Bytes, 9.995 * 1024, "10.0 KiB"},
		{view.Bytes, 99.94 * 1024, "99.9 KiB"},
		{view.Bytes, 99.95 * 1024, "100 KiB"},
		{view.Bytes, float64(1<<50) * 3, "3.00 PiB"},
	} {
		if got := show(c.unit, c.v); got != c.want {
			t.Errorf("%v: %q, want %q", c.v, got, c.want)
		}
	}
	for seconds, want := range map[float64]string{
		0: "0s", 9.99e-6: "9.99µs", 1e-5: "10µs", 999e-6: "999µs", 999.5e-6: "1.00ms", 0.999: "999ms", 0.9995: "1.00s", 59.9: "59.9s", 59.95: "1m0s", -2: "-2s",
	} {
		if got := view.Duration(seconds); got != want {
			t.Errorf("%v: %q, want %q", seconds, got, want)
		}
	}
}

// TestYAMLOfHostileText is safe on a terminal, and reads back as what it was.
func TestYAMLOfHostileText(t *testing.T) {
	for _, text := range []string{
		"plain", "two\nlines\n", " leading", "tab\there", "esc\x1b[2J", "del\x7f", "c1\u009b", "turned \u202eround", "a\nturned \u202eround", "😀 \U000e0041", "- list", "a: b", "true", "", "\u2028",
	} {
		var out bytes.Buffer
		if err := view.YAML(&out, map[string]any{"list": []any{text}, text: "x", "n": 7}); err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if strings.ContainsFunc(out.String(), func(r rune) bool { return r != '\n' && r < 0x20 || r == 0x7f || safetext.Hidden(r) }) {
			t.Errorf("%q reaches the terminal: %q", text, out.String())
		}
		var back struct {
			List []string `json:"list"`
		}
		all := map[string]any{}
		if err := yaml.Unmarshal(out.Bytes(), &back); err != nil || len(back.List) != 1 || back.List[0] != text {
			t.Errorf("%q becomes %q: %v\n%s", text, back.List, err, out.String())
		}
		if err := yaml.Unmarshal(out.Bytes(), &all); err != nil || all[text] != "x" {
			t.Errorf("%q is no key any more: %v\n%s", text, err, out.String())
		}
	}
	var out bytes.Buffer
	if err := view.YAML(&out, map[string]any{"b": "x", "a": []any{map[string]any{"c": 1}}}); err != nil || out.String() != "a:\n  - c: 1\nb: x\n" {
		t.Errorf("%q %v", out.String(), err)
	}
}

// TestCoresOfAServer come from STATSZ, or else from VARZ, and a load without
// them is not known.
func TestCoresOfAServer(t *testing.T) {
	cell := func(sv *fleet.Server, name string) any {
		cols := view.CPU(false, nil)
		for i, c := range view.Cells(cols, sv) {
			if cols[i].Name == name {
				return c.Raw
			}
		}
		return "no such column"
	}
	for _, c := range []struct {
		procs, varz, cores int
		want, load         any
	}{{4, 8, 16, 4, 50.0}, {0, 8, 16, 8, 25.0}, {0, 0, 16, nil, 12.5}, {0, 0, 0, nil, nil}, {4, 0, 0, 4, 50.0}} {
		sv := &fleet.Server{Statsz: &server.ServerStats{MaxProcs: c.procs, Cores: c.cores, CPU: 200}, Varz: &server.Varz{MaxProcs: c.varz}}
		if got, load := cell(sv, "gomaxprocs"), cell(sv, "load_percent"); got != c.want || load != c.load {
			t.Errorf("%+v: %v and %v", c, got, load)
		}
		if sv.Varz = nil; c.procs == 0 && cell(sv, "gomaxprocs") != nil {
			t.Errorf("%+v without VARZ: %v", c, cell(sv, "gomaxprocs"))
		}
	}
}

// TestInstantsThatAreNone are not shown as a year of long ago.
func TestInstantsThatAreNone(t *testing.T) {
	if got := view.Raw(time.Time{}); got != "" {
		t.Errorf("%q", got)
	}
	bare := fullConn()
	for _, at := range []time.Time{{}, time.Unix(0, 0)} {
		bare.Info.Start = at
		if text := sheet(view.Connections(false, true), bare); !strings.Contains(text, "\nstarted: - ()\n") {
			t.Errorf("%v: %s", at, text)
		}
	}
}

// TestNearestOfEquals suggests the first of those that are equally near.
func TestNearestOfEquals(t *testing.T) {
	for word, want := range map[string]string{"nodf": "node", "x": "", "eas": "east"} {
		if got := fleet.Nearest(word, []string{"node", "nods", "east", "west"}); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}
