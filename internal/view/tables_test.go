package view_test

import (
	"fmt"
	"regexp"
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

// shown is one row of a table under a name of its own.
type shown struct {
	name  string
	lines []string
}

func row[R any](name string, cols []view.Column[R], r R) shown {
	return shown{name, strings.Split(strings.TrimSuffix(sheet(cols, r), "\n"), "\n")}
}

// sideBySide compares rows of one table with a text that has a line a column
// and a field a row, so that what every row shows of a column stands together.
func sideBySide(t *testing.T, want string, rows ...shown) {
	t.Helper()
	names := []string{"column"}
	lines := make([][]string, len(rows[0].lines))
	for _, r := range rows {
		names = append(names, r.name)
		for i, line := range r.lines {
			column, value, _ := strings.Cut(line, ":")
			if len(lines[i]) == 0 {
				lines[i] = []string{column}
			}
			if lines[i][0] != column {
				t.Fatalf("%s has the column %s where %s has %s", r.name, column, rows[0].name, lines[i][0])
			}
			lines[i] = append(lines[i], strings.TrimSpace(value))
		}
	}
	got := []string{strings.Join(names, "|")}
	for _, line := range lines {
		got = append(got, strings.Join(line, "|"))
	}
	expect(t, "rows", strings.Join(got, "\n"), regexp.MustCompile(` *\| *`).ReplaceAllString(want, "|"))
}

// heading is a table, the titles that a person sees of it, and what its totals
// row adds up.
type heading struct{ name, people, sums, wantPeople, wantSums string }

func head[R any](name string, cols []view.Column[R], titles, sums string) heading {
	return heading{name, people(cols), summed(cols), titles, sums}
}

func expectHeadings(t *testing.T, all ...heading) {
	t.Helper()
	for _, h := range all {
		expect(t, h.name+", people", h.people, h.wantPeople)
		expect(t, h.name+", sums", h.sums, h.wantSums)
	}
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
