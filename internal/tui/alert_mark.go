package tui

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// alertMark is what the operator said of an alert in this session.
type alertMark struct {
	state alertState
	at    time.Time
}

// muteFor is how long a muted alert stays quiet.
const muteFor = time.Hour

// mark acknowledges or mutes the selected alert, or all that fire; again takes
// it back.
func (m *Model) mark(to alertState, all bool) {
	if all {
		for _, a := range m.alerts() {
			if a.state == firing {
				m.seen[a.key] = alertMark{to, m.now()}
			}
		}
		m.touch()
		return
	}
	l := m.cur().list()
	row, ok := l.selected()
	if !ok {
		return
	}
	key := l.sheet.key(row)
	if m.seen[key].state == to {
		delete(m.seen, key)
	} else {
		m.seen[key] = alertMark{to, m.now()}
	}
	m.touch()
}

// alerts are the alerts of the state with the operator's marks.
func (m *Model) alerts() []*alertRow {
	if m.st == nil {
		return nil
	}
	out := make([]*alertRow, 0, len(m.st.Alerts))
	for _, a := range m.st.Alerts {
		if a.rule == "servers" && m.hidden[a.where+"/"+a.about] {
			continue // the operator knows, and does not wait for it
		}
		mark, marked := m.seen[a.key]
		if marked && mark.state == muted && m.now().Sub(mark.at) > muteFor {
			marked = false
		}
		if marked && a.state == firing {
			c := *a
			c.state = mark.state
			c.note = mark.at.UTC().Format("15:04:05Z")
			a = &c
		}
		out = append(out, a)
	}
	return out
}

// firing counts the alerts that fire and that nobody acknowledged.
func (m *Model) firing() (crit, warn int) {
	for _, a := range m.alerts() {
		switch {
		case a.state != firing:
		case a.level == fleet.Crit:
			crit++
		case urgency(a.level) >= 2:
			warn++
		}
	}
	return crit, warn
}
