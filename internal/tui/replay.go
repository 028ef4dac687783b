package tui

import (
	"errors"
	"fmt"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// inReplay tells whether a recording is played.
func (m *Model) inReplay() bool { return m.st != nil && m.st.Tape != nil }

// replayBinds are the keys of a replay; they stand before all others.
func replayBinds() []bind {
	play := func(f func(c *collector, d *deck)) func(*Model) tea.Cmd {
		return act(func(m *Model) { m.send(deckOrder(f)) })
	}
	step := func(by int) func(c *collector, d *deck) {
		return func(c *collector, d *deck) {
			d.playing = false
			c.show(d.at + by)
		}
	}
	speed := func(by int) func(c *collector, d *deck) {
		return func(_ *collector, d *deck) { d.speed = max(min(d.speed+by, len(speeds)-1), 0) }
	}
	rows := []bind{
		press([]string{" "}, "Space", "play or pause the replay", "play", 0, play(playPause)),
		press([]string{"left"}, "←", "one snapshot back", "", 0, play(step(-1))),
		press([]string{"right"}, "→", "one snapshot on", "step", 0, play(step(+1))),
		press([]string{"<"}, "<", "slower", "", 0, play(speed(-1))),
		press([]string{">"}, ">", "faster", "speed", 0, play(speed(+1))),
		press([]string{"["}, "[", "to the alert before", "", 0, play(func(c *collector, d *deck) { c.seekAlert(d, -1) })),
		press([]string{"]"}, "]", "to the next alert", "alert", 0, play(func(c *collector, d *deck) { c.seekAlert(d, +1) })),
		press([]string{"{"}, "{", "to the beginning", "", 0, play(func(c *collector, _ *deck) { c.show(0) })),
		press([]string{"}"}, "}", "to the end", "", 0, play(func(c *collector, d *deck) { c.show(d.tape.Len() - 1) })),
	}
	for i := range rows {
		rows[i].when = (*Model).inReplay
	}
	return rows
}

func playPause(c *collector, d *deck) {
	d.playing = !d.playing
	if d.playing && d.at+1 >= d.tape.Len() {
		c.show(0)
	}
	c.askNow = d.playing
}

// seekAlert goes to the next snapshot at which an alert begins.
func (c *collector) seekAlert(d *deck, by int) {
	d.playing = false
	known := keysOf(c.state.Alerts)
	for i := d.at + by; i >= 0 && i < d.tape.Len(); i += by {
		c.show(i)
		now := keysOf(c.state.Alerts)
		for key := range now {
			if !known[key] {
				return
			}
		}
		known = now
	}
	c.state.Notice = "no other alert in this direction"
}

func keysOf(rows []*alertRow) map[string]bool {
	out := map[string]bool{}
	for _, r := range rows {
		if r.state == firing {
			out[r.key] = true
		}
	}
	return out
}

// replaySegments are the tape's part of the title line.
func (m *Model) replaySegments(st *State) []segment {
	t := st.Tape
	word := "‖"
	if t.Playing {
		word = "▶"
	}
	t0 := st.Now.UTC().Format("15:04:05Z")
	return []segment{
		{text: fmt.Sprintf("%s REPLAY %s x%d", word, t0, t.Speed), style: cell.Accent},
		{text: ratio(t.At+1, t.End+1), style: cell.Muted, rank: 1},
		st.Total.answeredSegment(),
	}
}

// cmdAt jumps to a time of day of the recording.
func cmdAt(m *Model, args []string) tea.Cmd {
	if !m.inReplay() {
		m.fail("at works in a replay: natsctl top --replay FILE, or :open FILE")
		return nil
	}
	at, err := parseAt(strings.Join(args, " "), m.st.Tape.First)
	if err != nil {
		m.fail(err.Error())
		return nil
	}
	m.send(deckOrder(func(c *collector, d *deck) { c.show(d.tape.At(at)) }))
	return nil
}

// parseAt reads a time of day on the day of the recording, or a whole time.
func parseAt(text string, day time.Time) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{"15:04:05", "15:04"} {
		if t, err := time.Parse(layout, strings.TrimSuffix(text, "Z")); err == nil {
			d := day.UTC()
			out := time.Date(d.Year(), d.Month(), d.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
			if out.Before(day.Add(-12 * time.Hour)) {
				out = out.AddDate(0, 0, 1)
			}
			return out, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a time such as 14:03:22 or 2006-01-02T15:04:05Z", text)
}

// ParseAt reads the time that a replay should begin at: a time of day of the
// recording, a whole time in RFC 3339, a duration from its start, or with a minus
// one before its end.
func (f *Feed) ParseAt(text string) (time.Time, error) {
	if f.tape == nil {
		return time.Time{}, errors.New("there is no recording to begin in; name one with --replay FILE")
	}
	first, last := f.tape.Time(0), f.tape.Time(f.tape.Len()-1)
	switch d, err := time.ParseDuration(text); {
	case err != nil:
		return parseAt(text, first)
	case d < 0:
		return last.Add(d), nil
	default:
		return first.Add(d), nil
	}
}

// BeginAt lets the replay of the feed begin at an instant.
func (f *Feed) BeginAt(at time.Time) { f.begin = at }
