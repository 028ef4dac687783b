package view_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// sheet is a row of a table in lines: the column, what a person reads, what a

// program reads where that differs, and the mark.

func sheet[R any](cols []view.Column[R], row R) string {
	var b strings.Builder
	for i, cell := range view.Cells(cols, row) {
		fmt.Fprintf(&b, "%s: %s", cols[i].Name, cell.Text())
		if raw := view.Raw(cell.Raw); raw != cell.Text() {
			fmt.Fprintf(&b, " (%s)", raw)
		}
		if cell.Level != fleet.OK {
			fmt.Fprintf(&b, " %s", cell.Level)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// people are the titles of the columns that a person sees.

func people[R any](cols []view.Column[R]) string {
	var out []string
	for _, h := range view.Heads(cols) {
		if !h.Wide {
			out = append(out, h.Title)
		}
	}
	return strings.Join(out, " ")
}

// summed are the names of the columns that a totals row adds up.

func summed[R any](cols []view.Column[R]) string {
	var out []string
	for _, h := range view.Heads(cols) {
		if h.Sum {
			out = append(out, h.Name)
		}
	}
	return strings.Join(out, " ")
}

func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.Split(strings.TrimSpace(want), "\n"), strings.Split(strings.TrimSpace(got), "\n")); diff != "" {
		t.Errorf("%s: %s", what, diff)
	}
}

func rate(v float64) fleet.Rate { return fleet.Rate{PerSecond: v, Increase: 2 * v, Known: true} }

func traffic(from float64) fleet.Traffic {
	return fleet.Traffic{InMsgs: rate(from + 1), OutMsgs: rate(from + 2), InBytes: rate(from + 3), OutBytes: rate(from + 4)}
}

// fullServer is a server every figure of which is a number of its own.

// bareServer answered and told nothing.

// fullConn is a connection every field of which has a value of its own.

// TestConnectionMarks marks a reason to be closed by how bad it is, and pending

// bytes from a quarter of the most on.
