package page

import (
	"math"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// gauge draws a fraction as a bar of w cells in the color of its level.
func gauge(a cell.Area, x, y, w int, share float64, level fleet.Level) int {
	full := min(max(int(math.Round(share*float64(w))), 0), w)
	if full == 0 && share > 0 {
		full = 1
	}
	style := cell.Style(cell.Good)
	if level != fleet.OK {
		style = cell.OfLevel(level)
	}
	for i := range w {
		if i < full {
			a.Write(x+i, y, "█", style)
		} else {
			a.Write(x+i, y, "·", cell.Line)
		}
	}
	return x + w
}

// noLimit distinguishes having no limit from a limit that is not reported.
func noLimit(w live.Limit) string {
	if w.Max < 0 {
		return "  no limit"
	}
	return "  limit not reported"
}

// limitLines draws the limits of an account in two columns, without a bar if there
// is no known maximum, and returns the number of lines used.
func limitLines(a cell.Area, list []live.Limit) int {
	cols := 1
	if a.W >= 76 {
		cols = 2
	}
	rows, colW := (len(list)+cols-1)/cols, a.W/cols
	for i, w := range list {
		at := a.Cut((i/rows)*colW, i%rows, colW-2, 1)
		at.Write(0, 0, cell.Fit(w.Name, 14, false), cell.Muted)
		if !w.HasMax() {
			at.Write(14, 0, w.Text(), cell.Plain)
			at.Write(14+cell.Width(w.Text()), 0, noLimit(w), cell.Muted)
			continue
		}
		barW := max(min(at.W-14-30, 16), 6)
		x := gauge(at, 14, 0, barW, w.Share(), w.Level()) + 1
		x = at.Write(x, 0, cell.Fit(view.Percent.Format(w.Share()*100)+"%", 6, true), cell.OfLevel(w.Level()))
		at.Write(x+2, 0, w.Text(), cell.OfLevel(w.Level()))
	}
	return rows
}
