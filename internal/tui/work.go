package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// task runs work off the screen's goroutine; what it returns is done to the
// screen when it is ready.
func task(work func(ctx context.Context) func(*Model) tea.Cmd) tea.Cmd {
	return taskFor(taskTime, work)
}

// taskFor is a task that may take so long.
func taskFor(d time.Duration, work func(ctx context.Context) func(*Model) tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), d)
		defer cancel()
		return doneMsg{work(ctx)}
	}
}

// taskTime bounds one task.
const taskTime = 30 * time.Second

// act turns a plain change of the screen into what a key does.
func act(f func(*Model)) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		f(m)
		return nil
	}
}
