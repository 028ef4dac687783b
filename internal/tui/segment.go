package tui

import "github.com/natsctl/natsctl/internal/tui/cell"

// segment is a piece of a header line. When the line is too long, the pieces
// turn to their short form, then those of the highest rank go first.
type segment struct {
	text  string
	short string // empty: the same
	style cell.Style
	rank  int  // 0 stays to the last
	whole bool // of a pane: is not shown rather than cut
	tied  bool // of a pane: without a space behind it
	least int  // of a pane: cells that it may shrink to; 0: none
}

// line writes segments from the left and others to the right edge, as many as
// fit, and always those of rank 0.
func line(a cell.Area, y int, left, right []segment) {
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
		x = a.Write(x, y, s.pick(short), s.style)
		x += spacing(short)
	}
	end := a.W - 1
	for i := len(right) - 1; i >= 0; i-- {
		if start := end - cell.Width(right[i].pick(short)); start < x {
			break
		}
		end = a.Right(end, y, right[i].pick(short), right[i].style) - spacing(short)
	}
}

func spacing(short bool) int {
	if short {
		return 1
	}
	return 2
}

func (s segment) pick(short bool) string {
	if short && s.short != "" {
		return s.short
	}
	return s.text
}

func width(list []segment, short bool) int {
	n := 1
	for _, s := range list {
		n += cell.Width(s.pick(short)) + spacing(short)
	}
	return n
}

// dispensable is the rank from which segments go before others are shortened.
const dispensable = 6

// dropLast removes the segment of the highest rank, if that is least or more.
func dropLast(least int, lists ...*[]segment) bool {
	var from *[]segment
	at, rank := -1, least-1
	for _, l := range lists {
		for i, s := range *l {
			if s.rank > rank {
				from, at, rank = l, i, s.rank
			}
		}
	}
	if from == nil {
		return false
	}
	*from = append((*from)[:at:at], (*from)[at+1:]...)
	return true
}
