package tui

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// inReplay tells whether a recording is played.
func (m *Model) inReplay() bool { return m.st != nil && m.st.Tape != nil }

// replayBinds are the keys of a replay; they stand before all others.
func replayBinds() []bind {
	play := func(o live.Order) func(*Model) tea.Cmd { return act(func(m *Model) { m.send(o) }) }
	rows := []bind{
		press([]string{" "}, "Space", "play or pause the replay", "play", 0, play(live.TogglePlay())),
		press([]string{"left"}, "←", "one snapshot back", "", 0, play(live.StepBy(-1))),
		press([]string{"right"}, "→", "one snapshot on", "step", 0, play(live.StepBy(+1))),
		press([]string{"<"}, "<", "slower", "", 0, play(live.ChangeSpeed(-1))),
		press([]string{">"}, ">", "faster", "speed", 0, play(live.ChangeSpeed(+1))),
		press([]string{"["}, "[", "to the alert before", "", 0, play(live.ToAlert(-1))),
		press([]string{"]"}, "]", "to the next alert", "alert", 0, play(live.ToAlert(+1))),
		press([]string{"{"}, "{", "to the beginning", "", 0, play(live.ToStart())),
		press([]string{"}"}, "}", "to the end", "", 0, play(live.ToEnd())),
	}
	for i := range rows {
		rows[i].when = (*Model).inReplay
	}
	return rows
}

// replaySegments are the tape's part of the title line.
func (m *Model) replaySegments(st *live.State) []segment {
	t := st.Tape
	word := "‖"
	if t.Playing {
		word = "▶"
	}
	t0 := st.Now.UTC().Format("15:04:05Z")
	return []segment{
		{text: fmt.Sprintf("%s REPLAY %s x%d", word, t0, t.Speed), style: cell.Accent},
		{text: live.Ratio(t.At+1, t.End+1), style: cell.Muted, rank: 1},
		answeredSegment(st.Total),
	}
}

// cmdAt jumps to a time of day of the recording.
func cmdAt(m *Model, args []string) tea.Cmd {
	if !m.inReplay() {
		m.fail("at works in a replay: natsctl top --replay FILE, or :open FILE")
		return nil
	}
	at, err := live.ParseAt(strings.Join(args, " "), m.st.Tape.First)
	if err != nil {
		m.fail(err.Error())
		return nil
	}
	m.send(live.ToTime(at))
	return nil
}
