package sys

import (
	"context"
	"time"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/sys/claims"
)

// judge finds out why logins were refused, all that are waiting at once, and
// passes their events on.
func (s *stream) judge(ctx context.Context) {
	j := s.c.Claims()
	pause := time.NewTicker(claims.Every)
	defer pause.Stop()
	for {
		var waiting []decoded
		select {
		case e := <-s.refused:
			waiting = append(waiting, e)
		case <-ctx.Done():
			return
		}
		for len(s.refused) > 0 {
			waiting = append(waiting, <-s.refused)
		}
		attempts := make([]auth.Attempt, len(waiting))
		for i, e := range waiting {
			attempts[i] = *e.attempt
		}
		for i, v := range j.Refusals(ctx, attempts) {
			e := waiting[i].Event
			e.Refusal = claims.RefusalOf(attempts[i], v)
			e.Why += ": " + e.Refusal.Text()
			select {
			case s.judged <- e:
			case <-ctx.Done():
				return
			}
		}
		select {
		case <-pause.C:
		case <-ctx.Done():
			return
		}
	}
}
