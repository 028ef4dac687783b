package widget

import (
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// Segment is a part of a header line. When the line is too long, segments are
// shortened first, then those of the highest rank are dropped.
type Segment struct {
	Text  string
	Short string // empty: the same
	Style cell.Style
	Rank  int  // 0 is dropped last
	Whole bool // in a pane: dropped rather than cut
	Tied  bool // in a pane: without a space after it
	Least int  // in a pane: minimum width when shrunk; 0: does not shrink
}

// Line writes segments from the left and others at the right edge, as many as
// fit, and always those of rank 0.
func Line(a cell.Area, y int, left, right []Segment) {
	short, more := false, true
	for more && width(left, short)+width(right, short)+1 > a.W {
		switch {
		case !short && dropLast(dispensable, &left, &right):
		case !short:
			short = true
		default:
			more = dropLast(1, &left, &right)
		}
	}
	x := 1
	for _, s := range left {
		x = a.Write(x, y, s.pick(short), s.Style)
		x += spacing(short)
	}
	end := a.W - 1
	for i := len(right) - 1; i >= 0; i-- {
		if start := end - cell.Width(right[i].pick(short)); start < x {
			break
		}
		end = a.Right(end, y, right[i].pick(short), right[i].Style) - spacing(short)
	}
}

func spacing(short bool) int {
	if short {
		return 1
	}
	return 2
}

func (s Segment) pick(short bool) string {
	if short && s.Short != "" {
		return s.Short
	}
	return s.Text
}

func width(list []Segment, short bool) int {
	n := 1
	for _, s := range list {
		n += cell.Width(s.pick(short)) + spacing(short)
	}
	return n
}

// dispensable is the rank from which segments are dropped before others are
// shortened.
const dispensable = 6

// dropLast removes the segment of the highest rank if that rank is at least
// least.
func dropLast(least int, lists ...*[]Segment) bool {
	var from *[]Segment
	at, rank := -1, least-1
	for _, l := range lists {
		for i, s := range *l {
			if s.Rank > rank {
				from, at, rank = l, i, s.Rank
			}
		}
	}
	if from == nil {
		return false
	}
	*from = append((*from)[:at:at], (*from)[at+1:]...)
	return true
}

// DrawParts writes the segments of a line. If they do not fit, those that may
// shrink do, and the last of the others are dropped or cut.
func DrawParts(a cell.Area, list []Segment) {
	a = a.Cut(0, 0, a.W-1, 1)
	last := 0
	for i, s := range list {
		if s.Whole {
			last = i + 1
		}
	}
	over := width(list[:last], true) - 1 - a.W
	x := 1
	for _, s := range list {
		text, n := s.Text, cell.Width(s.Text)
		if s.Least > 0 && over > 0 {
			less := max(min(over, n-s.Least), 0)
			text, n, over = cell.Fit(strings.TrimRight(text, " "), n-less, false), n-less, over-less
		}
		if s.Whole && x+n > a.W {
			return
		}
		if x = a.Write(x, 0, text, s.Style); !s.Tied {
			x++
		}
	}
}
