package bench

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// ErrHarm is returned, before anything is changed, when a run on an existing stream
// or bucket could remove or evict messages that it did not write.
var ErrHarm = errors.New("not safe for existing messages")

// AllowDestroy lets runs use existing streams and buckets whose messages they
// may consume, evict or mix with their own.
func AllowDestroy() Option { return func(o *options) { o.destroy = true } }

// hazards lists what a workload could do to the messages of an existing stream.
// With exclusive, the run publishes to subjects that hold no other messages.
func hazards(cfg jetstream.StreamConfig, w scenario.Workload, exclusive bool) (out []string) {
	add := func(bad bool, what string) {
		if bad {
			out = append(out, what)
		}
	}
	consumes, publishes := w == scenario.JSConsume || w == scenario.JSE2E, w != scenario.JSConsume
	keeps := cfg.Retention == jetstream.LimitsPolicy
	add(consumes && !keeps, fmt.Sprintf("%s retention removes the messages that are consumed", cfg.Retention))
	add(publishes && !consumes && !keeps, fmt.Sprintf("%s retention hands its messages to the consumers of the application", cfg.Retention))
	limited := cfg.MaxMsgs > 0 || cfg.MaxBytes > 0
	add(publishes && limited && cfg.Discard == jetstream.DiscardOld, "its limits would evict old messages")
	add(publishes && limited && cfg.Discard == jetstream.DiscardNew, "at its limits it refuses the messages of the application")
	add(publishes && !exclusive && cfg.MaxMsgsPerSubject > 0, "its limit for each subject would evict old messages")
	add(publishes && !exclusive, "the messages of the run could not be distinguished from existing ones, and would stay")
	add(publishes && exclusive && cfg.DenyPurge, "it cannot be purged, so the messages of the run would stay")
	return out
}

// refuseHazards returns the hazards as an error, unless they are allowed.
func (r *run) refuseHazards(what, name string, found []string) error {
	if len(found) == 0 || r.destroy {
		return nil
	}
	return fmt.Errorf("%s %s: %w: %s", what, name, ErrHarm, strings.Join(found, "; "))
}

// adopt uses an existing stream: its settings stay as they are, and so do its
// messages unless the run may destroy them.
func adopt(ctx context.Context, r *run, s *store) error {
	cfg := s.stream.CachedInfo().Config
	publishes := r.spec.Workload != scenario.JSConsume
	if publishes && len(cfg.Subjects) == 0 {
		return fmt.Errorf("stream %s has no subjects to publish to: %w", cfg.Name, ErrUnsupported)
	}
	if publishes {
		if err := chooseSubject(ctx, r, s, cfg.Subjects); err != nil {
			return err
		}
	}
	if err := r.refuseHazards("stream", cfg.Name, hazards(cfg, r.spec.Workload, s.exclusive)); err != nil {
		return err
	}
	if publishes && s.exclusive && !cfg.DenyPurge {
		filter := r.filter()
		r.onClose("messages "+filter, func(ctx context.Context) error { return s.stream.Purge(ctx, jetstream.WithPurgeSubject(filter)) })
	}
	return s.recordState(ctx)
}

// chooseSubject finds a subject of the stream for the run. It is exclusive if
// the stream holds no message on it.
func chooseSubject(ctx context.Context, r *run, s *store, subjects []string) error {
	if r.spec.Subject == "" {
		subject, ok := unusedSubject(subjects, "natsctl_bench_"+r.id, r.spec.Subjects > 1)
		if !ok && r.spec.Subjects > 1 {
			return fmt.Errorf("stream %s: none of its subjects ends with a wildcard for %d subjects: %w", r.spec.JS.Name, r.spec.Subjects, ErrUnsupported)
		}
		r.subject, s.exclusive = subject, ok
		return nil
	}
	used, err := s.countMatching(ctx, r.filter())
	if err != nil {
		return err
	}
	s.exclusive = used == 0
	return nil
}

// unusedSubject replaces the wildcards of a subject with token; ok is false if
// there are none, and subject is then the first. If many subjects are needed, they
// may be below it.
func unusedSubject(subjects []string, token string, many bool) (subject string, ok bool) {
	for _, full := range []bool{true, false} {
		for _, s := range subjects {
			tokens := strings.Split(s, ".")
			if full != (tokens[len(tokens)-1] == ">") || many && !full {
				continue
			}
			for i, t := range tokens {
				if t == "*" || t == ">" {
					tokens[i], ok = token, true
				}
			}
			if ok {
				return strings.Join(tokens, "."), true
			}
		}
	}
	return subjects[0], false
}

// countMatching returns how many messages match a subject filter in the stream.
func (s *store) countMatching(ctx context.Context, filter string) (n int64, err error) {
	info, err := s.stream.Info(ctx, jetstream.WithSubjectFilter(filter))
	if err != nil {
		return 0, fmt.Errorf("state of stream: %w", err)
	}
	for _, count := range info.State.Subjects {
		n += int64(count)
	}
	return n, nil
}
