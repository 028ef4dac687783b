package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// second is the error of a call with a value.
func second(_ any, err error) error { return err }

// TestErrorsBetweenProcesses sends every error that keeps its identity from one process to another.
func TestErrorsBetweenProcesses(t *testing.T) {
	t.Parallel()
	all := []error{spec.ErrInvalid, ErrPortInUse, client.ErrNotReady, ErrNode, link.ErrFault, host.ErrNoSpace, client.ErrExpired, ErrData, host.ErrBusy, ErrUnknown, plan.ErrUser, client.ErrPush, ErrProgram}
	if values := slices.Collect(maps.Values(sentinels())); len(values) != len(all) {
		t.Errorf("%d kinds, %d known here", len(values), len(all))
	}
	for i, e := range all {
		other := all[(i+1)%len(all)]
		data := spectest.Must(json.Marshal(encodeError(fmt.Errorf("first %w then %w", e, other))))
		var v errorValue
		if err := json.Unmarshal(data, &v); err != nil {
			t.Fatal(err)
		}
		got := v.decode()
		for _, x := range all {
			if want := x == e || x == other; errors.Is(got, x) != want {
				t.Errorf("%v is %v: %v", got, x, !want)
			}
		}
		if got.Error() != fmt.Sprintf("first %v then %v", e, other) {
			t.Errorf("got %v", got)
		}
	}
	if err := (&errorValue{Text: "x", Kinds: []string{"unheard of"}}).decode(); err.Error() != "x" || errors.Is(err, nil) {
		t.Errorf("got %v", err)
	}
}

// TestMessages reads what a supervisor says until it is ready, fails or ends.
func TestMessages(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	r := reporter(&b)
	r.step(Step{"one", time.Second})
	r.step(Step{"two", 2 * time.Second})
	r.ready()
	r.kept()
	dec := json.NewDecoder(strings.NewReader(b.String()))
	var steps []Step
	hear := func(s Step) { steps = append(steps, s) }
	if err := messages(dec, hear, func(m message) bool { return m.Ready }); err != nil || !slices.Equal(steps, []Step{{"one", time.Second}, {"two", 2 * time.Second}}) {
		t.Errorf("%v %v", steps, err)
	}
	if err := messages(dec, hear, func(m message) bool { return m.Kept }); err != nil {
		t.Error(err)
	}
	if err := messages(dec, hear, func(message) bool { return false }); !errors.Is(err, client.ErrNotReady) {
		t.Errorf("at the end: %v", err)
	}
	b.Reset()
	send(&b, message{Error: encodeError(client.ErrPush)})
	if err := messages(json.NewDecoder(strings.NewReader(b.String())), hear, func(message) bool { return true }); !errors.Is(err, client.ErrPush) {
		t.Errorf("got %v", err)
	}
}

// TestWhyAStartEnded prefers the reason why a context ended, with what was missing then.
func TestWhyAStartEnded(t *testing.T) {
	t.Parallel()
	late := fmt.Errorf("not within 1s: %w", client.ErrNotReady)
	ended := func(why error) context.Context {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(why)
		return ctx
	}
	missing := fmt.Errorf("%w: x-1: 2 of 3 servers answer", client.ErrNotReady)
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		want string
	}{
		"goes on":       {t.Context(), missing, missing.Error()},
		"interrupted":   {ended(context.Canceled), missing, context.Canceled.Error()},
		"late":          {ended(late), missing, late.Error() + ": x-1: 2 of 3 servers answer"},
		"abandoned":     {ended(late), fmt.Errorf("%w%s%w", missing, abandonedMark, errAbandoned), late.Error() + ": x-1: 2 of 3 servers answer"},
		"only that":     {ended(late), errAbandoned, late.Error()},
		"the same":      {ended(late), late, late.Error()},
		"nothing wrong": {ended(late), nil, "<nil>"},
	} {
		if got := deadlineError(c.ctx, c.err); fmt.Sprint(got) != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if got := cause(ended(late), context.Canceled); !errors.Is(got, late) {
		t.Errorf("got %v", got)
	}
	if got := cause(ended(late), missing); !errors.Is(got, missing) {
		t.Errorf("got %v", got)
	}
	if got := cause(t.Context(), context.Canceled); !errors.Is(got, context.Canceled) {
		t.Errorf("got %v", got)
	}
}
