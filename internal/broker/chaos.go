package broker

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/broker/link"
)

// ChaosKinds are the kinds of trouble that [NewChaos] can schedule.
func ChaosKinds() []string {
	return []string{"kill", "pause", "partition", "latency", "blackhole", "drop"}
}

// ChaosPlan configures a schedule of troubles.
type ChaosPlan struct {
	Seed  uint64
	For   time.Duration // total duration
	Every time.Duration // between the starts of two troubles; each lasts at most this long
	Kinds []string      // default all
}

// Trouble is one disturbance, which is fixed before the next.
type Trouble struct {
	At    time.Duration // since the start
	Kind  string
	Node  string        // for kill and pause
	Fault link.Fault    // for all other kinds
	Lasts time.Duration // until it is fixed
}

// String describes the trouble.
func (t Trouble) String() string {
	what := t.Kind + " " + t.Node
	if t.Node == "" {
		what = t.Fault.String()
	}
	if t.Kind == string(link.Drop) {
		return what
	}
	return fmt.Sprintf("%s for %s", what, t.Lasts)
}

// NewChaos returns the schedule of troubles for a cluster: always the same for the same plan and the same nodes. The error wraps
// [ErrFault].
func NewChaos(p ChaosPlan, nodes []Place) ([]Trouble, error) {
	for _, k := range p.Kinds {
		if !slices.Contains(ChaosKinds(), k) {
			return nil, fmt.Errorf("%w: unknown kind %q (known: %s)", link.ErrFault, k, strings.Join(ChaosKinds(), ", "))
		}
	}
	if p.Every < 100*time.Millisecond || p.For < p.Every {
		return nil, fmt.Errorf("%w: invalid schedule: every %s for %s; an interval is at least 100ms, and the whole at least one interval", link.ErrFault, p.Every, p.For)
	}
	kinds := p.Kinds
	if len(kinds) == 0 {
		kinds = ChaosKinds()
	}
	rng := rand.New(rand.NewPCG(p.Seed, 0)) //nolint:gosec // must be repeatable; not used for secrets
	var out []Trouble
	for at := time.Duration(0); at < p.For; at += p.Every {
		out = append(out, newTrouble(rng, kinds[rng.IntN(len(kinds))], at, p.Every, nodes))
	}
	return out, nil
}

func newTrouble(rng *rand.Rand, kind string, at, every time.Duration, nodes []Place) Trouble {
	t := Trouble{At: at, Kind: kind, Lasts: (every/4 + time.Duration(rng.Int64N(int64(every/2)))).Round(time.Millisecond)}
	victim := nodes[rng.IntN(len(nodes))].Name
	if kind == "kill" || kind == "pause" {
		t.Node = victim
		return t
	}
	t.Fault = link.Fault{Kind: link.FaultKind(kind), A: victim}
	if t.Fault.Kind == link.Latency {
		t.Fault.Delay = time.Duration(5+rng.IntN(100)) * time.Millisecond
	}
	return t
}

// Chaos runs a schedule of troubles in a cluster of processes, each fixed before the next. Troubles left by an earlier run that
// was killed are fixed first. At the end, also when the context ends or something fails, everything is fixed and the cluster is
// ready again, or the error says what is not.
func (h *control) Chaos(ctx context.Context, name string, troubles []Trouble, report func(Trouble)) error {
	if err := h.healAll(ctx, name); err != nil {
		return err
	}
	begun := time.Now()
	var err error
	for _, t := range troubles {
		if !waitFor(ctx, begun.Add(t.At)) {
			break
		}
		report(t)
		if err = h.inject(ctx, name, t); err != nil {
			break
		}
	}
	if errors.Is(err, context.Canceled) {
		err = nil
	}
	return errors.Join(err, h.healAll(context.WithoutCancel(ctx), name))
}

// healWithin is how much longer than planned a trouble lasts when the process that caused it was killed before it could fix it: then
// the supervisor does.
const healWithin = 10 * time.Second

// inject causes one trouble and fixes it.
func (h *control) inject(ctx context.Context, name string, t Trouble) error {
	end := time.Now().Add(t.Lasts)
	healed := context.WithoutCancel(ctx)
	switch t.Kind {
	case "kill", "pause":
		if err := h.Disturb(ctx, name, t.Node, t.Kind, t.Lasts+healWithin); err != nil {
			return err
		}
		waitFor(ctx, end)
		return h.Node(healed, name, t.Node, map[string]string{"kill": "start", "pause": "resume"}[t.Kind], 0, 0)
	}
	t.Fault.For = t.Lasts + healWithin // in case this process is killed before it heals it
	f, err := h.Inject(ctx, name, t.Fault)
	if err != nil || f.Kind == link.Drop {
		return err
	}
	waitFor(ctx, end)
	_, err = h.Heal(healed, name, f.ID)
	return err
}

// healAll heals all faults, starts exited nodes, resumes paused ones, and waits until the cluster is ready.
func (h *control) healAll(ctx context.Context, name string) error {
	if _, err := h.Heal(ctx, name); err != nil {
		return err
	}
	s, err := h.Status(ctx, name)
	if err != nil {
		return err
	}
	for _, n := range s.Nodes {
		do := map[Phase]string{Exited: "start", Paused: "resume"}[n.Phase]
		if do == "" {
			continue
		}
		if err := h.Node(ctx, name, n.Name, do, 0, 0); err != nil {
			return err
		}
	}
	return h.Ready(ctx, name)
}

// waitFor waits for a duration; false means that the context ended first.
func waitFor(ctx context.Context, at time.Time) bool {
	timer := time.NewTimer(time.Until(at))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
