package page

import (
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// missingLines describes what is known about a server that does not answer.
func missingLines(r *live.ServerRow, a cell.Area) {
	lines := []string{live.MissingText(*r.Missing)}
	if !r.LastSeen.IsZero() {
		lines = append(lines, fmt.Sprintf("last seen %s (%s ago)", r.LastSeen.UTC().Format("15:04:05Z"), live.AgeText(live.Age(r.Now, r.LastSeen))))
	} else {
		lines = append(lines, "never answered in this session")
	}
	if len(r.Missing.SeenBy) > 0 {
		lines = append(lines, "still listed by "+strings.Join(r.Missing.SeenBy, ", "))
	}
	lines = append(lines, "its figures are not in any total   :forget "+r.Label()+" hides it")
	for y, l := range lines {
		a.Write(0, y, l, cell.Plain)
	}
}

// serverFacts is one line of attributes that rarely change.
func serverFacts(r *live.ServerRow) *widget.Prose {
	i := r.Info()
	parts := []string{live.ShortID(i.ID), i.Host}
	if r.Answer.Statsz != nil && !r.Answer.Statsz.Start.IsZero() {
		parts = append(parts, "started "+r.Answer.Statsz.Start.UTC().Format("2006-01-02 15:04:05Z"), live.Plural(r.Answer.Statsz.Cores, "core"))
	}
	if i.Domain != "" {
		parts = append(parts, "domain "+i.Domain)
	}
	if len(i.Tags) > 0 {
		parts = append(parts, "tags "+strings.Join(i.Tags, " "))
	}
	var t widget.Prose
	t.Facts(parts, cell.Muted)
	return &t
}

// sinceText formats an age for use in a sentence.
func sinceText(now, then time.Time) string {
	if then.IsZero() {
		return "since before this session"
	}
	return "since " + then.UTC().Format("15:04:05Z") + " (" + live.AgeText(live.Age(now, then)) + ")"
}
