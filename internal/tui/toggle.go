package tui

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/tui/cell"
)

// spans are the time windows of the graphs.
var spans = [...]time.Duration{time.Minute, 5 * time.Minute, 10 * time.Minute, time.Hour}

func (m *Model) toggleFaults() {
	l := m.cur().list()
	l.faults = !l.faults
	l.arrange()
}

func (m *Model) togglePause() {
	m.paused = !m.paused
	if !m.paused && m.live != nil {
		m.st = m.live
	}
}

func (m *Model) toggleTotals() {
	m.totals = !m.totals
	l := m.cur().list()
	l.sort, l.cells = flow(l.sort, m.totals), nil
	m.touch()
}

func (m *Model) toggleFollow() {
	m.following = !m.following
	if m.following {
		m.cur().list().move(-1 << 30)
	}
}

func (m *Model) toggleMouse() tea.Cmd {
	m.mouse = !m.mouse
	if m.mouse {
		m.say("mouse on: the wheel scrolls, a click selects, a second one opens; M leaves it to the terminal")
		return tea.EnableMouseCellMotion
	}
	m.say("mouse off: the terminal selects text again")
	return tea.DisableMouse
}

// nextMode shows the page in its next way.
func (m *Model) nextMode() {
	p := m.cur()
	p.mode = (p.mode + 1) % len(p.spec.modes)
}

// prevMode shows the page in the way before.
func (m *Model) prevMode() {
	p := m.cur()
	n := len(p.spec.modes)
	p.mode = (p.mode + n - 1) % n
}

// setMode shows the page in the way with this name.
func (m *Model) setMode(name string) {
	p := m.cur()
	for i, mo := range p.spec.modes {
		if mo.name == name {
			p.mode = i
		}
	}
}

// moveBy moves the cursor, or scrolls a page without rows.
func (m *Model) moveBy(n int) {
	p := m.cur()
	if m.movePane(n) {
		return
	}
	if p.current().sheet == nil {
		p.scroll = max(p.scroll+n, 0)
		return
	}
	p.list().step(n)
	if p.spec.kind == eventsPage {
		m.following = p.list().at == 0
	}
}

// scrollAcross shows other columns; the first one stays.
func (m *Model) scrollAcross(by int) {
	if p := m.cur(); p.current().sheet == nil {
		p.across = max(p.across+by, 0)
		return
	}
	l := m.cur().list()
	l.across = max(min(l.across+by, len(l.heads)-2), 0)
}

func (m *Model) reverseSort() {
	l := m.cur().list()
	l.reverse = !l.reverse
	l.arrange()
}

func (m *Model) pin() {
	l := m.cur().list()
	if row, ok := l.selected(); ok {
		key := l.sheet.key(row)
		if l.pinned[key] {
			delete(l.pinned, key)
		} else {
			l.pinned[key] = true
		}
		l.arrange()
	}
}

// zoomTime changes the time window of the graphs.
func (m *Model) zoomTime(by int) {
	m.span = max(min(m.span+by, len(spans)-1), 0)
	m.say("graphs show the last " + short(spans[m.span]))
}

// points is how many points of a curve the time window covers.
func (m *Model) points() int {
	return max(int(spans[m.span]/m.every()), 2)
}

// curve returns the part of a curve that the window shows, for n columns.
func (m *Model) curve(c *live.Curves, s live.Series, n int) []float32 {
	if c == nil {
		return nil
	}
	return live.Resample(live.Last(c[s], m.points()), n)
}

// columns is how many points a graph of w cells shows.
func (m *Model) columns(w int) int {
	if m.dots == cell.Blocks {
		return w
	}
	return w * 2
}

// covered is how much time the window shows of a curve.
func (m *Model) covered(c *live.Curves) time.Duration {
	if c == nil || m.st == nil {
		return spans[m.span]
	}
	return min(time.Duration(len(c[live.CPU]))*m.every(), spans[m.span])
}

// every is the time between two points.
func (m *Model) every() time.Duration {
	if m.st != nil && m.st.Every > 0 {
		return m.st.Every
	}
	return 2 * time.Second
}

// sparkOf is a small graph of the whole fleet, in text.
func (m *Model) sparkOf(s live.Series) string {
	if m.st == nil || m.st.History == nil {
		return ""
	}
	return cell.Fit(sparkText(m.curve(m.st.History.Fleet, s, 8), 8), 8, true)
}

// nextSeverity raises the least severity of the events shown.
func (m *Model) nextSeverity() {
	m.severity = (m.severity + 1) % 3
	m.touch()
	m.say("events of severity " + severities[m.severity])
}

// severities are the least severities of the events page.
var severities = [...]string{"info and up", "warn and up", "crit alone"}

// leastLevel is the least level that the events page shows.
func (m *Model) leastLevel() fleet.Level {
	return [...]fleet.Level{fleet.OK, fleet.Warn, fleet.Crit}[m.severity]
}

// neighbour opens the server before or after the one that is shown.
func (m *Model) neighbour(by int) {
	p := m.cur()
	if m.st == nil || len(m.st.Servers) == 0 {
		return
	}
	at := max(slices.Index(m.st.Servers, serverAt(m.st, p.scope)), 0)
	n := len(m.st.Servers)
	r := m.st.Servers[((at+by)%n+n)%n]
	p.scope = ref{server: r.Name, serverID: r.ID, cluster: r.Cluster}
	p.scroll, p.paned.at = 0, 0
}

// nextFiring moves to the next alert that fires.
func (m *Model) nextFiring() {
	l := m.cur().list()
	for range len(l.order) {
		at := l.at
		l.step(1)
		if l.at == at {
			l.step(-1 << 30)
		}
		if row, ok := l.selected(); ok && l.sheet.level(row) != fleet.OK {
			return
		}
	}
}

// sparkText draws points as one line of blocks.
func sparkText(points []float32, w int) string {
	steps := []rune("▁▂▃▄▅▆▇") // no full block, so that lines one under the other stay apart
	points = live.Last(points, w)
	top := cell.Top(points, 0)
	out := make([]rune, 0, w)
	for _, v := range points {
		if math.IsNaN(float64(v)) {
			out = append(out, ' ')
			continue
		}
		i := 0
		if top > 0 && v > 0 {
			i = min(int(v/top*7), 6)
		}
		out = append(out, steps[i])
	}
	return string(out)
}

// showSubs asks what the connections listen to, or no longer does.
func (m *Model) showSubs() {
	m.subs = !m.subs
	switch {
	case !m.subs:
		m.say("subscriptions are no longer asked for")
	case m.inReplay():
		m.say("the panel shows the subscriptions that were recorded")
	default:
		m.say("asking for the subscriptions of the connections; the panel shows them, o ends it")
	}
}

// openRules lists the checks and what came of each.
func (m *Model) openRules() {
	if m.st == nil {
		return
	}
	firing, skipped := map[string]int{}, map[string]string{}
	for _, r := range m.marks.Alerts(m.st) {
		if r.State != live.Resolved {
			firing[r.Check]++
		}
	}
	for _, text := range m.st.Skipped {
		name, why, _ := strings.Cut(text, ": ")
		skipped[name] = why
	}
	s := &scroller{title: "checks behind the alerts"}
	for _, c := range checks.All() {
		text := "● " + c.About
		switch {
		case firing[c.Name] > 0:
			text = fmt.Sprintf("✗ %d   %s", firing[c.Name], c.About)
		case skipped[c.Name] != "":
			text = "◌ not looked at: " + skipped[c.Name]
		}
		s.lines = append(s.lines, helpLine{keys: c.Name, text: text})
	}
	align(s.lines)
	m.overlay = s
}

// openAccountOf opens the accounts at the one of the selected stream.
func (m *Model) openAccountOf() {
	r, ok := m.selected()
	if !ok || r.account == "" {
		return
	}
	if m.ownAccount() {
		m.goRoot(topoPage)
		return
	}
	l := m.push(accountsPage, ref{}).list()
	l.cursor, l.moved = m.st.AccountKey(r.account), true
}
