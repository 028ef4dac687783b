package cli

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// deaf is a command that does not hear of an interrupt.
type deaf struct{ release chan struct{} }

func (deaf) Setup(*kingpin.CmdClause) {}

func (d deaf) Run(context.Context, *Env) error { <-d.release; return errors.New("released") }

// TestInterruptEndsWhatIgnoresIt ends a command that waits on within a
// second of the interrupt, and lets one that has something to finish go on.
func TestInterruptEndsWhatIgnoresIt(t *testing.T) {
	for _, finishes := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			var told bytes.Buffer
			d := deaf{make(chan struct{})}
			ctx, interrupt := context.WithCancel(t.Context())
			time.AfterFunc(3*time.Second, interrupt)
			time.AfterFunc(10*time.Second, func() { close(d.release) })
			begun := time.Now()
			err := chosen{Command: d, path: "deaf", finishes: finishes}.run(ctx, &Env{Err: &told})
			took := time.Since(begun)
			switch {
			case finishes && (took != 10*time.Second || err == nil || err.Error() != "released" || !strings.Contains(told.String(), "press Ctrl-C again")):
				t.Errorf("what finishes ends after %s: %v, %q", took, err, told.String())
			case !finishes && (took < 3*time.Second || took > 4*time.Second || !errors.Is(err, context.Canceled) || told.Len() > 0):
				t.Errorf("ends after %s: %v, %q", took, err, told.String())
			}
			<-d.release
			synctest.Wait()
		})
	}
}

// TestQuickCommandsAreNotCut returns the error of a command that ends by itself,
// before or right after the interrupt.
func TestQuickCommandsAreNotCut(t *testing.T) {
	own := errors.New("its own")
	for _, after := range []time.Duration{0, 500 * time.Millisecond} {
		synctest.Test(t, func(t *testing.T) {
			ctx, interrupt := context.WithCancel(t.Context())
			defer interrupt()
			if after > 0 {
				interrupt()
			}
			quick := runner(func() error { <-time.After(after); return own })
			if err := (chosen{Command: quick, path: "quick"}).run(ctx, &Env{}); !errors.Is(err, own) {
				t.Errorf("after %s: %v", after, err)
			}
		})
	}
}

type runner func() error

func (runner) Setup(*kingpin.CmdClause)          {}
func (r runner) Run(context.Context, *Env) error { return r() }
