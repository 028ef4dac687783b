package frame

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// Foot is the content of the lines below a page.
type Foot struct {
	Prompt func(a cell.Area) // draws the input line; nil: it is closed
	Notice string
	Bad    bool
	Crumbs string
	Tasks  []string    // in progress
	Hints  [][2]string // keys of what is open above the page; nil: nothing is
	Keys   [][2]string // keys of the page, most important first
	Last   [][2]string // keys that are always shown
}

// DrawFoot draws the lines below the page and returns their number.
func DrawFoot(ctx *page.Context, p *page.Page, f Foot, a cell.Area) int {
	n := 2
	if a.H >= roomyH {
		n = 3
		a.Rule(a.H-3, "", cell.Line)
	}
	crumbLine(ctx, p, f, a, a.H-2)
	keyLine(f, a, a.H-1)
	return n
}

// crumbLine shows the location and the filters, or the last result, or the
// input line.
func crumbLine(ctx *page.Context, p *page.Page, f Foot, a cell.Area, y int) {
	switch {
	case f.Prompt != nil:
		f.Prompt(a.Rows(y, 1))
		return
	case f.Notice != "":
		style := cell.Style(cell.Notice)
		if f.Bad {
			style = cell.Danger
		}
		a.Write(1, y, f.Notice, style)
		return
	}
	if err := filterError(ctx, p); err != nil {
		a.Cut(0, 0, a.W-1, a.H).Write(1, y, "✗ "+err.Error(), cell.Danger)
		return
	}
	left := []widget.Segment{{Text: f.Crumbs, Style: cell.Strong}}
	widget.Line(a, y, left, append(taskSegments(f.Tasks), listSegments(ctx, p)...))
}

// filterError is the error of the page's filter, or nil.
func filterError(ctx *page.Context, p *page.Page) error {
	if !p.HasRows() || ctx.State == nil {
		return nil
	}
	return p.List().Failed
}

// listSegments show the number of rows, the filter and the order.
func listSegments(ctx *page.Context, p *page.Page) []widget.Segment {
	if !p.HasRows() || ctx.State == nil {
		return nil
	}
	l := p.List()
	var out []widget.Segment
	if l.Sheet != nil {
		out = append(out, widget.Segment{Text: fmt.Sprintf("%s of %s", view.Count.Format(len(l.Order)), view.Count.Format(l.Sheet.Size())), Style: cell.Muted, Rank: 3})
	}
	if l.Filter != "" {
		out = append(out, widget.Segment{Text: "/" + l.Filter, Style: cell.Warning})
	}
	if p.Spec.Kind == page.Events && ctx.EventKind != "" {
		out = append(out, widget.Segment{Text: live.KindText(ctx.EventKind) + " only", Style: cell.Warning})
	}
	if p.Spec.Kind == page.Events && ctx.Severity > 0 {
		out = append(out, widget.Segment{Text: page.Severities[ctx.Severity], Style: cell.Warning})
	}
	if l.Faults {
		out = append(out, widget.Segment{Text: "faults only", Style: cell.Warning})
	}
	if ctx.Totals {
		out = append(out, widget.Segment{Text: "totals", Style: cell.Muted, Rank: 4})
	}
	return out
}

// keyLine shows the available keys, as many as fit.
func keyLine(f Foot, a cell.Area, y int) {
	x := 1
	seen := map[string]bool{}
	write := func(a cell.Area, keys, hint string) {
		need := cell.Width(keys) + 1 + cell.Width(hint)
		if hint == "" || seen[keys] || x+need > a.W-1 {
			return
		}
		seen[keys] = true
		x = a.Write(x, y, keys, cell.Accent)
		x = a.Write(x+1, y, hint, cell.Muted) + 2
	}
	if f.Hints != nil {
		for _, h := range f.Hints {
			write(a, h[0], h[1])
		}
		return
	}
	end := a.W
	for _, h := range f.Last {
		end -= cell.Width(h[0]) + cell.Width(h[1]) + 3
	}
	for _, h := range f.Keys {
		write(a.Cut(0, 0, end, a.H), h[0], h[1])
	}
	for _, h := range f.Last {
		write(a, h[0], h[1])
	}
}

// taskSegments are the tasks in progress.
func taskSegments(tasks []string) []widget.Segment {
	if len(tasks) == 0 {
		return nil
	}
	return []widget.Segment{{Text: "◌ " + strings.Join(tasks, ", ") + " …", Short: fmt.Sprintf("◌ %d running", len(tasks)), Style: cell.Hazy}}
}
