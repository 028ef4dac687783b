package widget

import (
	"testing"

	"github.com/natsctl/natsctl/internal/view"
)

// TestMoved marks what rose or fell from one answer to the next, once.
func TestMoved(t *testing.T) {
	value := 3
	l := NewList("")
	l.Load(&RowsOf[int]{
		Columns: []view.Column[int]{{Name: "conns", Unit: view.Count, Value: func(int) any { return value }}}, Rows: []int{0},
		KeyOf: func(int) string { return "row" },
	})
	for i, step := range []struct{ value, want int }{{3, 0}, {5, 1}, {5, 0}, {4, -1}, {4, 0}} {
		l.From.Data, value = uint64(i), step.value
		for range 2 { // drawn twice
			if got := l.recordReading(0, l.Heads[0], l.Sheet.Cell(0, 0).Raw); got != step.want {
				t.Errorf("answer %d: moved by %d, want %d", i, got, step.want)
			}
		}
	}
}
