package tui

import (
	"testing"

	"github.com/natsctl/natsctl/internal/view"
)

// TestMoved marks what rose or fell from one answer to the next, once.
func TestMoved(t *testing.T) {
	value := 3
	l := newList("")
	l.load(&rowsOf[int]{
		cols: []view.Column[int]{{Name: "conns", Unit: view.Count, Value: func(int) any { return value }}}, rows: []int{0},
		name: func(int) string { return "row" },
	})
	for i, step := range []struct{ value, want int }{{3, 0}, {5, 1}, {5, 0}, {4, -1}, {4, 0}} {
		l.from.data, value = uint64(i), step.value
		for range 2 { // drawn twice
			if got := l.note(0, l.heads[0], l.sheet.cell(0, 0).Raw); got != step.want {
				t.Errorf("answer %d: moved by %d, want %d", i, got, step.want)
			}
		}
	}
}
