package page

import (
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// Message returns the selected alert or cause as a message for other people: what,
// since when, what it means, what to do next, and the command that shows it. The
// text is empty on other pages.
func Message(ctx *Context, p *Page, fleet string) (title, text string) {
	if !p.HasRows() || ctx.State == nil {
		return "", ""
	}
	row, ok := p.List().Selected()
	if !ok {
		return "", ""
	}
	switch rows := p.List().Sheet.(type) {
	case *widget.RowsOf[*live.AlertRow]:
		return alertMessage(rows.Rows[row], fleet)
	case *widget.RowsOf[causeLine]:
		r := rows.Rows[row]
		if r.alert != nil {
			return alertMessage(r.alert, fleet)
		}
		c := r.cause
		return c.Object, message(c.Level, fleet, c.What, c.Since, r.first().Now, c.Findings[0].Check, [][2]string{{"explains", c.Explains()}, {"impact", c.Why}, {"next", c.Next}})
	}
	return "", ""
}

func alertMessage(r *live.AlertRow, fleet string) (title, text string) {
	parts := [][2]string{{"impact", r.Impact}, {"next", r.Next}}
	if r.Follows {
		parts = append([][2]string{{"follows from", r.Cause}}, parts...)
	}
	return r.Check + " " + r.Title, message(r.Level, fleet, r.What, r.Since, r.Now, r.Check, parts)
}

// message joins the parts that are not empty.
func message(level view.Level, fleet, what string, since, now time.Time, check string, parts [][2]string) string {
	var b strings.Builder
	if fleet != "" {
		fleet = " " + view.Text(fleet)
	}
	fmt.Fprintf(&b, "[%s]%s: %s\n", level, fleet, view.Text(what))
	if !since.IsZero() {
		fmt.Fprintf(&b, "since %s (%s)\n", since.UTC().Format("2006-01-02 15:04:05Z"), live.AgeText(live.Age(now, since)))
	}
	for _, part := range parts {
		if part[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", part[0], view.Text(part[1]))
		}
	}
	fmt.Fprintf(&b, "command: natsctl check %s\n", check)
	return b.String()
}
