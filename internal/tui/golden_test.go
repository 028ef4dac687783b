package tui

import (
	"fmt"
	"strings"
	"testing"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// screens are the pages of the gallery: how to get there.
var screens = []struct {
	name string
	tape string
	keys []string
	at   string
}{
	{"topology", "super", []string{"1"}, ""},
	{"topology-degraded", "degraded", []string{"1", "down"}, "10:05:13"},
	{"tree", "degraded", []string{":tree", "enter"}, "10:05:13"},
	{"matrix", "super", []string{":matrix", "enter"}, ""},
	{"links", "degraded", []string{":links", "enter"}, "10:05:13"},
	{"servers", "degraded", []string{"2"}, "10:05:13"},
	{"servers-wide", "super", []string{"2", "w"}, ""},
	{"server", "super", []string{":server east-2", "enter"}, ""},
	{"server-pane", "degraded", []string{":server east-2", "enter", "tab", "tab"}, "10:05:13"},
	{"server-zoom", "degraded", []string{":server east-2", "enter", "tab", "tab", "z"}, "10:05:13"},
	{"conns", "super", []string{"3"}, ""},
	{"conns-filter", "super", []string{"3", "/account=APP", "enter"}, ""},
	{"conns-hostile", "hostile", []string{"3"}, ""},
	{"accounts", "super", []string{"4"}, ""},
	{"streams", "super", []string{"5"}, ""},
	{"consumers", "super", []string{":consumers", "enter"}, ""},
	{"peers", "super", []string{":peers", "enter"}, ""},
	{"raft", "super", []string{":raft", "enter"}, ""},
	{"events", "degraded", []string{"6"}, "10:05:13"},
	{"alerts", "degraded", []string{"7"}, "10:05:13"},
	{"help", "super", []string{"2", "?"}, ""},
	{"sort", "super", []string{"2", "s"}, ""},
	{"command", "super", []string{"2", ":se"}, ""},
	{"json", "super", []string{"2", "y"}, ""},
	{"old-server", "old", []string{"2"}, ""},
	{"account", "account", []string{"1"}, ""},
}

// sizes are the windows that every screen is drawn in.
var sizes = [][2]int{{60, 15}, {80, 24}, {120, 40}, {200, 50}}

// looks are the terminals that every screen is drawn for.
var looks = []struct {
	name string
	look cell.Look
}{
	{"plain", cell.Look{}},
	{"ascii", cell.Look{ASCII: true}},
	{"16", cell.Look{Profile: cell.Color16}},
	{"truecolor", cell.Look{Theme: "dark", Profile: cell.TrueColor}},
	{"truecolor-ascii", cell.Look{Theme: "colorblind", Profile: cell.TrueColor, ASCII: true}},
}

// TestFrames compares every screen in every window with the frame that a
// person looked at, and every look with the size rule.
func TestFrames(t *testing.T) {
	for _, s := range screens {
		m := modelOf(t, s.tape, s.at, 120, 40, s.keys...)
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%dx%d", s.name, size[0], size[1]), func(t *testing.T) {
				var frames strings.Builder
				for _, l := range looks {
					frame := drawn(m, size[0], size[1], l.look)
					exact(t, frame, size[0], size[1])
					if l.look.ASCII {
						onlyASCII(t, frame)
					}
					if size == [2]int{120, 40} || l.name == "plain" || l.name == "ascii" {
						fmt.Fprintf(&frames, "== %s\n%s\n", l.name, frame)
					}
				}
				golden.RequireEqual(t, []byte(frames.String()))
			})
		}
	}
}

// exact fails unless the frame has exactly h lines of exactly w cells and no
// control bytes but those of colours.
func exact(t *testing.T, frame string, w, h int) {
	t.Helper()
	lines := strings.Split(frame, "\n")
	if len(lines) != h {
		t.Fatalf("%d lines, want %d", len(lines), h)
	}
	for i, l := range lines {
		if n := ansi.StringWidth(l); n != w {
			t.Fatalf("line %d is %d cells wide, want %d: %q", i, n, w, l)
		}
		if bad := strings.IndexFunc(ansi.Strip(l), func(r rune) bool {
			return r < 0x20 || r >= 0x7f && r < 0xa0 || unicode.Is(unicode.Bidi_Control, r) || r == 0x2028 || r == 0x2029
		}); bad >= 0 {
			t.Fatalf("line %d has a control character at %d: %q", i, bad, l)
		}
		for _, seq := range strings.Split(l, "\x1b")[1:] {
			if !strings.HasPrefix(seq, "[") || strings.IndexFunc(seq[1:], func(r rune) bool { return r != ';' && (r < '0' || r > '9') }) != strings.IndexByte(seq[1:], 'm') {
				t.Fatalf("line %d has an escape sequence that is no colour: %q", i, seq)
			}
		}
	}
}

func onlyASCII(t *testing.T, frame string) {
	t.Helper()
	for _, r := range frame {
		if r >= 0x7f {
			t.Fatalf("%q in an ASCII frame", r)
		}
	}
}
