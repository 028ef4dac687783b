package fleet

import (
	"context"
	"errors"
	"testing"
	"time"
)

// script answers with one snapshot or error after the other.
type script []any

func (s *script) Snapshot(context.Context, Want) (*Snapshot, error) {
	next := (*s)[0]
	*s = (*s)[1:]
	if err, ok := next.(error); ok {
		return nil, err
	}
	return next.(*Snapshot), nil
}

func TestWatchComparesAcrossAFailure(t *testing.T) {
	src := &script{snap(0, answer("A", "a", 0, 10)), errors.New("away"), snap(2, answer("A", "a", 2, 30))}
	ticks := make(chan time.Time, 2)
	ticks <- epoch
	ticks <- epoch
	close(ticks)
	var rates []any
	for tick, err := range Watch(t.Context(), src, Want{}, ticks) {
		if err != nil {
			rates = append(rates, err.Error())
			continue
		}
		rates = append(rates, tick.Delta.Server("A").Traffic.InMsgs.Value())
	}
	if len(rates) != 3 || rates[0] != nil || rates[1] != "away" || rates[2] != 10.0 {
		t.Fatalf("got %v", rates)
	}
}

func TestWatchEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	src := &script{snap(0), snap(1)}
	rounds := 0
	for range Watch(ctx, src, Want{}, make(chan time.Time)) {
		rounds++
		cancel()
	}
	if rounds != 1 {
		t.Fatalf("%d rounds", rounds)
	}
}
