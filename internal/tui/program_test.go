package tui

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	tea "github.com/charmbracelet/bubbletea"
)

// busyProgram is a program whose screen takes so long to end after ctx does.
type busyProgram struct {
	ctx      context.Context
	busy     time.Duration
	released bool
}

func (p *busyProgram) Run() (tea.Model, error) {
	<-p.ctx.Done()
	<-time.After(p.busy)
	return nil, tea.ErrProgramKilled
}

func (p *busyProgram) ReleaseTerminal() error {
	p.released = true
	return nil
}

// TestEndsWithinASecond ends the dashboard within a second of a signal, even
// while its screen is busy with a frame, and then restores the terminal itself.
func TestEndsWithinASecond(t *testing.T) {
	for _, c := range []struct {
		busy, took time.Duration
		released   bool
	}{
		{0, 0, false},
		{100 * time.Millisecond, 100 * time.Millisecond, false},
		{time.Minute, endWithin, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			p := &busyProgram{ctx: ctx, busy: c.busy}
			begin := time.Now()
			cancel()
			err := runUntil(ctx, p)
			if took := time.Since(begin); took != c.took || took >= time.Second || p.released != c.released {
				t.Errorf("busy for %s: ended after %s, terminal restored %t", c.busy, took, p.released)
			}
			r := &runner{}
			if got := r.result(err); !errors.Is(err, tea.ErrProgramKilled) || c.released && !errors.Is(got, context.Canceled) {
				t.Errorf("busy for %s: %v, which is %v", c.busy, err, got)
			}
			<-time.After(2 * time.Minute) // of the bubble: what was left behind ends too
		})
	}
}

// TestEndsByItself returns what the program ends with, and leaves the terminal
// to it.
func TestEndsByItself(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	p := &busyProgram{ctx: ended}
	if err := runUntil(t.Context(), p); !errors.Is(err, tea.ErrProgramKilled) || p.released {
		t.Errorf("%v, terminal restored %t", err, p.released)
	}
}
