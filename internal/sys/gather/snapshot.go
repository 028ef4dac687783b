package gather

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/sys/failure"
)

// snapshot returns the snapshot once the round is over.
func (r *Round) snapshot(ctx context.Context) (*fleet.Snapshot, error) {
	if len(r.members.byID) == 0 {
		return nil, r.silent(ctx)
	}
	now := time.Now()
	s := &fleet.Snapshot{
		Schema: fleet.Schema, Time: now, TookSeconds: now.Sub(r.start).Seconds(),
		Context: r.opts.Context, AskedBy: r.conn.NC.ConnectedServerName(),
		Want: r.members.want, Counted: r.members.count.expected(), Problems: r.members.stray,
	}
	r.members.fill(s)
	if r.search.open() {
		v := verdict{members: r.members, memory: r.memory, cutOff: r.cutOff, paths: paths{
			links: r.search.links, suspects: r.search.suspects, members: r.members.byID, self: r.conn.NC.ConnectedServerId(),
		}}
		s.Missing, s.Forgotten = v.decide()
		s.Problems = append(s.Problems, r.search.invalid...)
	}
	if n := r.opts.Expect - len(s.Servers) - s.Absent(); n > 0 {
		s.Missing = append(s.Missing, fleet.Missing{Reason: fleet.Late, Count: n})
	}
	if len(s.Servers) == 0 && len(s.Missing) == 0 {
		s.Missing = r.memory.named(r.members.want.Scope)
	}
	s.Expected = len(s.Servers) + s.Absent()
	s.Finish()
	slices.SortFunc(s.Problems, func(a, b fleet.Problem) int {
		return cmp.Or(cmp.Compare(a.Server, b.Server), cmp.Compare(a.ServerID, b.ServerID), cmp.Compare(a.Kind, b.Kind))
	})
	s.Tallies = r.members.tallies.list(s, r.members.first)
	if len(s.Servers) == 0 && len(s.Missing) == 0 {
		return nil, r.members.noServer()
	}
	r.memory.Remember(s)
	return s, nil
}

// silent returns the error of a round without any answer.
func (r *Round) silent(ctx context.Context) error {
	if err := r.conn.Err(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	first := r.members.first[0]
	return r.conn.Leave(&failure.SilentError{Subject: first.ep.For(first.target()), After: time.Since(r.start)})
}

// fill adds the members in scope, and what is wrong with their answers.
func (ms *members) fill(s *fleet.Snapshot) {
	for _, m := range ms.byID {
		if !m.inScope {
			continue
		}
		s.Servers = append(s.Servers, m.sv)
		for kind, q := range m.due {
			switch {
			case q.ep.Quiet: // it had nothing to report
			case ms.unknown[kind]:
				s.Problems = append(s.Problems, m.problem(kind, fleet.Unsupported, endpoint.Unsupported(kind, m.sv.Info.Version, q.ep.Since, true)))
			default:
				s.Problems = append(s.Problems, m.problem(kind, fleet.Late, ""))
			}
		}
		for _, p := range m.wrong {
			s.Problems = append(s.Problems, p)
		}
	}
	if ms.dropped > 0 {
		s.Problems = append(s.Problems, fleet.Problem{Kind: fleet.Statsz, Reason: fleet.Truncated, Detail: strconv.Itoa(ms.dropped) + " answers came from more servers than there can be"})
	}
	for _, id := range ms.count.outliers() {
		if m := ms.byID[id]; m.inScope {
			s.Problems = append(s.Problems, m.problem(fleet.Statsz, fleet.Malformed, "its active_servers contradicts the other servers"))
		}
	}
}

// mayBeSlow reports whether an answer that is due may only be slow: it has not timed
// out before.
func (ms *members) mayBeSlow(m *Memory) bool {
	if !ms.waiting.incomplete() {
		return false
	}
	for id, one := range ms.byID {
		for kind, q := range one.due {
			if !q.ep.Quiet && !m.timedOut(id, kind) {
				return true
			}
		}
	}
	return false
}

// noServer returns the error of a scope that matches no server, with a suggestion.
func (ms *members) noServer() error {
	sc := ms.want.Scope
	e := &failure.NoServerError{Scope: sc}
	typed := sc.Name
	if e.Clusters = sc.Cluster != "" && !ms.hasCluster(sc.Cluster); e.Clusters {
		typed = sc.Cluster
	}
	for _, m := range ms.byID {
		name := m.sv.Info.Name
		if e.Clusters {
			name = m.sv.Info.Cluster
		}
		if name != "" && !slices.Contains(e.Known, name) {
			e.Known = append(e.Known, name)
		}
	}
	slices.Sort(e.Known)
	e.Suggestion = fleet.Nearest(typed, e.Known)
	return e
}

func (ms *members) hasCluster(name string) bool {
	for _, m := range ms.byID {
		if m.sv.Info.Cluster == name {
			return true
		}
	}
	return false
}
