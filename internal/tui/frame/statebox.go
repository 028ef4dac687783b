package frame

import (
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// DrawState states in the middle of the page why there is no data, or no new
// data.
func DrawState(ctx *page.Context, a cell.Area) {
	lines, style := stateLines(ctx)
	if len(lines) == 0 {
		return
	}
	var wrapped []string
	for _, l := range lines {
		for part := range strings.SplitSeq(l, "\n") {
			wrapped = append(wrapped, widget.Wrap(view.Text(part), min(a.W-6, 76))...)
		}
	}
	wrapped = fewer(wrapped, a.H-2)
	w := 0
	for _, l := range wrapped {
		w = max(w, cell.Width(l))
	}
	in := widget.Centered(a, w, len(wrapped), "", style)
	for y, l := range wrapped {
		st := cell.Style(cell.Plain)
		if y == 0 {
			st = style
		}
		in.Write(0, y, l, st)
	}
}

// fewer drops lines until at most n are left: empty ones first, then those
// before the last, which states the next step.
func fewer(lines []string, n int) []string {
	for i := len(lines) - 1; i > 0 && len(lines) > n; i-- {
		if lines[i] == "" {
			lines = slices.Delete(lines, i, i+1)
		}
	}
	for len(lines) > max(n, 2) {
		lines = slices.Delete(lines, len(lines)-2, len(lines)-1)
	}
	return lines
}

// stateLines are the text of the box and its color.
func stateLines(ctx *page.Context) ([]string, cell.Style) {
	st := ctx.State
	switch {
	case st == nil || st.Phase == live.Discovering:
		return discoverLines(ctx), cell.Notice
	case st.Trouble == nil:
		return nil, 0
	case st.Phase == live.Limited:
		lines := append([]string{st.Trouble.Title, ""}, st.Trouble.Lines...)
		return append(lines, "", ":ctx other context   q quit"), cell.Warning
	}
	return downLines(ctx), cell.Danger
}

func discoverLines(ctx *page.Context) []string {
	first := "asking the fleet"
	if ctx.State != nil && ctx.State.Feed.User != "" {
		first += " as " + ctx.State.Feed.User
	}
	lines := []string{"◌ " + first, ""}
	if ctx.State != nil {
		if s := ctx.State.Link.Server; s != "" {
			lines = append(lines, "connected to "+s)
		}
		if waited := live.Age(ctx.State.Now, ctx.State.Since); waited.Seconds() >= 1 {
			lines = append(lines, "waiting for answers for "+live.AgeText(waited))
		}
	}
	return append(lines, "servers are shown as soon as they answer")
}

func downLines(ctx *page.Context) []string {
	st := ctx.State
	first := "✗ NO ANSWER"
	if st.Link.Server != "" && !st.Link.Up {
		first = "✗ DISCONNECTED from " + st.Link.Server
	}
	lines := []string{fmt.Sprintf("%s since %s", first, st.Since.UTC().Format("15:04:05Z")), ""}
	lines = append(lines, st.Trouble.Title)
	lines = append(lines, st.Trouble.Lines...)
	if st.Snap != nil {
		lines = append(lines, "", fmt.Sprintf("the data shown is %s old (faded), not live", live.AgeText(st.Age())))
	}
	if st.Link.Attempt > 0 {
		lines = append(lines, fmt.Sprintf("attempt %d to connect again, to %s", st.Link.Attempt, strings.Join(st.Link.Tried, " ")))
	}
	return append(lines, "", "r connect and ask now   :ctx other context   q quit")
}
