package tui

import (
	"context"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// task runs work in another goroutine; the function it returns is then applied to
// the screen.
func task(work func(ctx context.Context) func(*Model) tea.Cmd) tea.Cmd {
	return taskFor(taskTime, work)
}

// taskFor is task with a timeout.
func taskFor(d time.Duration, work func(ctx context.Context) func(*Model) tea.Cmd) tea.Cmd {
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), d)
		defer cancel()
		return doneMsg{work(ctx)}
	}
}

// taskTime is the timeout of a task.
const taskTime = 30 * time.Second

// act adapts a function without a command to a key's action.
func act(f func(*Model)) func(*Model) tea.Cmd {
	return func(m *Model) tea.Cmd {
		f(m)
		return nil
	}
}
