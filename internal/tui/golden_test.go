package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// screen is a page of the gallery: which fleet, how to get there, and what is
// special.
type screen struct {
	name  string
	stage string
	keys  []string
	bend  func(st *live.State, feed *live.Feed)
}

// screens are every page, its ways and its boxes, and every state that the
// dashboard can be in.
var screens = []screen{
	{"topology", "super", []string{"1"}, nil},
	{"topology-degraded", "degraded", []string{"1", "down"}, nil},
	{"tree", "degraded", []string{":tree", "enter"}, nil},
	{"matrix", "super", []string{":matrix", "enter"}, nil},
	{"matrix-degraded", "degraded", []string{":matrix", "enter"}, nil},
	{"links", "degraded", []string{":links", "enter"}, nil},
	{"servers", "super", []string{"2"}, nil},
	{"servers-wide", "super", []string{"2", "w", "right", "right"}, nil},
	{"servers-states", "states", []string{"2"}, nil},
	{"topology-states", "states", []string{"1", "down", "down"}, nil},
	{"old-server", "old", []string{"2"}, nil},
	{"server", "super", []string{":server east-2", "enter"}, nil},
	{"server-pane", "degraded", []string{":server east-2", "enter", "tab", "tab"}, nil},
	{"server-zoom", "degraded", []string{":server east-2", "enter", "tab", "z"}, nil},
	{"conns", "super", []string{"3"}, nil},
	{"conns-slow", "degraded", []string{"3", "v"}, nil},
	{"conns-idle", "super", []string{"3", "v", "v"}, nil},
	{"conns-added-up", "super", []string{"3", "v", "v", "v", "v"}, nil},
	{"conns-filter", "super", []string{"3", "/account=APP", "enter"}, nil},
	{"conns-hostile", "hostile", []string{"3"}, nil},
	{"accounts", "super", []string{"4"}, nil},
	{"streams", "super", []string{"5", "down", "down", "down"}, nil},
	{"streams-degraded", "degraded", []string{"5"}, nil},
	{"consumers", "super", []string{":consumers", "enter"}, nil},
	{"peers", "degraded", []string{":peers", "enter"}, nil},
	{"raft", "super", []string{":raft", "enter"}, nil},
	{"events", "degraded", []string{"6"}, nil},
	{"diagnosis", "degraded", []string{"!"}, nil},
	{"alerts", "degraded", []string{"7"}, nil},
	{"alerts-none", "super", []string{"7"}, nil},
	{"account", "account", []string{"1"}, nil},

	{"help", "super", []string{"2", "?"}, nil},
	{"checks", "degraded", []string{"7", "R"}, nil},
	{"sort", "super", []string{"2", "s"}, nil},
	{"command", "super", []string{"2", ":se"}, nil},
	{"contexts", "super", []string{":ctx", "enter"}, nil},
	{"json", "super", []string{"2", "y"}, nil},
	{"message", "super", []string{"3", "/pendign>1MB", "enter"}, nil},

	{"discovering", "super", []string{"1"}, discovering},
	{"disconnected", "super", []string{"1"}, disconnected},
	{"no-system-account", "super", []string{"1"}, notSystem},
	{"no-jetstream", "nojs", []string{"5"}, nil},
	{"single-server", "single", []string{"1"}, nil},
	{"nothing-matches", "super", []string{"3", "/name=nobody", "enter"}, nil},
	{"no-faults", "super", []string{"2", "f"}, nil},
	{"slow-poll", "super", []string{"2"}, slowPoll},
	{"paused", "super", []string{"2", "p"}, nil},
	{"recording", "super", []string{"2"}, func(st *live.State, _ *live.Feed) { st.Recording = "fleet.ndjson.gz" }},
	{"replay", "tape", []string{"6"}, nil},
	{"actions", "super", []string{"2", "down", "x"}, actsAllowed},
	{"confirm", "super", []string{"2", "down", "x", "l", "enter", "east"}, actsAllowed},
	{"protected", "super", []string{"2", "down", "x", "enter", "east-2"}, protected},
}

// discovering is a fleet that was just asked.
func discovering(st *live.State, _ *live.Feed) {
	*st = live.State{Phase: live.Discovering, Feed: st.Feed, Link: st.Link, Now: st.Now, Since: st.Now.Add(-2 * time.Second), Every: st.Every, Wanted: st.Wanted}
}

// disconnected is a fleet whose connection broke.
func disconnected(st *live.State, _ *live.Feed) {
	st.Phase, st.Since = live.Down, st.Now
	st.Now = st.Now.Add(12 * time.Second)
	st.Link = live.Link{Server: "east-1", Attempt: 4, Tried: []string{"nats://10.0.0.1:4222", "nats://10.0.0.2:4222"}, Err: "EOF"}
	st.Trouble = &live.Trouble{Title: "no answer: the connection is lost", Lines: []string{"it is tried again until it works; what was known stays on the screen"}}
}

// notSystem is a fleet that may not be asked.
func notSystem(st *live.State, _ *live.Feed) {
	discovering(st, nil)
	st.Phase = live.Limited
	st.Feed.User = "app"
	st.Trouble = &live.Trouble{
		Limited: true, Title: "user app is in account APP, not in the system account",
		Lines: []string{"only the system account may ask servers what they do; use a context of it"},
	}
}

// slowPoll is a fleet that answers late.
func slowPoll(st *live.State, _ *live.Feed) { st.Every, st.Took = 4*time.Second, 3100*time.Millisecond }

func actsAllowed(st *live.State, feed *live.Feed) {
	st.Feed.Actions, feed.Actions = true, &saidActions{}
}

// saidActions say what the command line says of them.
type saidActions struct{ fakeActions }

func (*saidActions) Plan(a live.Action) (scope, command string) {
	if a.Verb == "reload" {
		return a.Server + " reloads its configuration file; its clients stay connected", "natsctl server reload " + a.Server
	}
	return a.Server + " moves its clients to other servers and ends; possible here for a server of a local cluster", "natsctl server lame-duck " + a.Server
}

func protected(st *live.State, feed *live.Feed) {
	actsAllowed(st, feed)
	st.Feed.Protected, feed.Protected = true, true
}

// model is the screen in a window of 120 by 40.
func (s screen) model(t testing.TB, from stages) *Model {
	t.Helper()
	if s.stage == "tape" {
		return modelOf(t, "degraded", "10:05:13", 120, 40, s.keys...)
	}
	st := *from.state(t, s.stage)
	feed := &live.Feed{Name: st.Feed.Name, User: st.Feed.User}
	st.Of = nil
	if s.bend != nil {
		s.bend(&st, feed)
	}
	m := liveModel(&st, feed, 120, 40)
	for _, k := range s.keys {
		m.Update(keyNamed(k))
	}
	m.Update(stateMsg{&st})
	return m
}

// sizes are the windows that every screen is drawn in.
var sizes = [][2]int{{60, 15}, {80, 24}, {120, 40}, {200, 50}}

// looks are the terminals that every screen is drawn for.
var looks = []struct {
	name string
	look cell.Look
}{
	{"no color", cell.Look{}},
	{"16 colors", cell.Look{Profile: cell.Color16}},
	{"256 colors", cell.Look{Theme: "light", Profile: cell.Color256}},
	{"truecolor", cell.Look{Theme: "dark", Profile: cell.TrueColor}},
	{"colorblind", cell.Look{Theme: "colorblind", Profile: cell.TrueColor}},
	{"no color, ASCII", cell.Look{ASCII: true}},
	{"16 colors, ASCII", cell.Look{Profile: cell.Color16, ASCII: true}},
	{"truecolor, ASCII", cell.Look{Theme: "dark", Profile: cell.TrueColor, ASCII: true}},
}

// colored are the screens on which color carries meaning; what each cell means
// is compared too.
var colored = map[string]bool{
	"topology-degraded": true, "topology-states": true, "matrix-degraded": true, "links": true, "servers-states": true, "conns-slow": true,
	"streams-degraded": true, "peers": true, "events": true, "alerts": true, "disconnected": true, "message": true, "confirm": true, "protected": true,
}

// TestFrames compares every screen in every window with the text that a person
// looked at, and where color carries meaning also what the cells mean. The
// colors of that are those of the palettes (cell.TestPalettes); each frame is
// drawn for every terminal all the same, must have exactly the size of the
// window and must say the same without colors and in ASCII.
func TestFrames(t *testing.T) {
	from := stages{}
	var palettes []*cell.Palette
	for _, l := range looks {
		palettes = append(palettes, cell.NewPalette(l.look))
	}
	for _, s := range screens {
		m := s.model(t, from)
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%dx%d", s.name, size[0], size[1]), func(t *testing.T) {
				texts := map[bool]string{}
				for i, l := range looks {
					frame := painted(m, size[0], size[1], palettes[i])
					exact(t, frame, size[0], size[1])
					if l.look.ASCII {
						onlyASCII(t, frame)
					}
					text := plainText(m, frame)
					if first, ok := texts[l.look.ASCII]; ok && first != text {
						t.Errorf("%s says something else:\n%s\nthan the first:\n%s", l.name, text, first)
					}
					texts[l.look.ASCII] = text
				}
				sameInASCII(t, texts[false], texts[true])
				want := texts[false] + "\n"
				if colored[s.name] && size == [2]int{120, 40} {
					want += "== roles\n" + m.grid.Roles()
				}
				golden.RequireEqual(t, []byte(want))
			})
		}
	}
}

// plainText is the text of a frame. The tab in front has brackets where there
// are no colors, and so it has none here.
func plainText(m *Model, frame string) string {
	lines := strings.Split(ansi.Strip(frame), "\n")
	if y := m.tabY; m.look.Profile == cell.NoColor && len(m.tabs) > 0 {
		lines[y] = strings.NewReplacer("[", " ", "]", " ").Replace(lines[y])
	}
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// TestFramesInFull compares one screen with its escape sequences on every
// terminal.
func TestFramesInFull(t *testing.T) {
	from := stages{}
	m := screen{"topology-degraded", "degraded", []string{"1", "down"}, nil}.model(t, from)
	for _, l := range looks {
		t.Run(l.name, func(t *testing.T) {
			golden.RequireEqual(t, []byte(drawn(m, 80, 24, l.look)))
		})
	}
}

// TestTooSmall checks that a window which is too small says so, in as much room
// as it has.
func TestTooSmall(t *testing.T) {
	m := screens[0].model(t, stages{})
	for _, size := range [][2]int{{59, 24}, {80, 14}, {20, 2}, {7, 1}, {1, 1}} {
		frame := drawn(m, size[0], size[1], cell.Look{})
		exact(t, frame, size[0], size[1])
		if text := ansi.Strip(frame); size[0] >= 20 && !strings.Contains(text, "needs 60x15") {
			t.Errorf("%dx%d:\n%s", size[0], size[1], text)
		}
	}
}

func windowOf(w, h int) tea.Msg { return tea.WindowSizeMsg{Width: w, Height: h} }

// exact fails unless the frame has exactly h lines of exactly w cells and no
// control bytes but those of colors.
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
				t.Fatalf("line %d has an escape sequence that is no color: %q", i, seq)
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

// sameInASCII checks that the frame in ASCII has every ASCII character of the
// other in its place.
func sameInASCII(t *testing.T, text, ascii string) {
	t.Helper()
	lines, plain := strings.Split(text, "\n"), strings.Split(ascii, "\n")
	if len(lines) != len(plain) {
		t.Fatalf("%d lines, %d of them in ASCII", len(lines), len(plain))
	}
	for i, l := range lines {
		want, have := []rune(l), []rune(plain[i])
		if ansi.StringWidth(l) != len(want) {
			continue // wide characters move what follows
		}
		for x, r := range want {
			if r < 128 && r != ' ' && (x >= len(have) || have[x] != r) {
				t.Errorf("line %d in ASCII says something else:\n%s\n%s", i, l, plain[i])
				break
			}
		}
	}
}
