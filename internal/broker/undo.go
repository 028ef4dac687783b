package broker

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// Disturb pauses or kills a node, as [Home.Node] does, for some time: when nobody has mended it by then, such as because the
// process that was to do it was killed, the supervisor does. Until is in the node's status.
func (h *Home) Disturb(ctx context.Context, name, node, action string, lasts time.Duration) error {
	path := "/node/" + url.PathEscape(node) + "/" + url.PathEscape(action)
	return h.ask(ctx, name, http.MethodPost, path, nodeOrder{For: lasts}, nil)
}

// Nodes tells of the nodes and faults of a cluster what its supervisor knows without asking a server: phases, and not whether
// a node is well.
func (h *Home) Nodes(ctx context.Context, name string) (Status, error) {
	var s Status
	err := h.ask(ctx, name, http.MethodGet, "/nodes", nil, &s)
	return s, err
}

// phases is the status without what servers say.
func (k *keeper) phases() Status {
	out := Status{Name: k.state.Plan.Spec.Name, Since: k.since, Faults: k.faults()}
	for _, p := range k.all() {
		out.Nodes = append(out.Nodes, p.status())
	}
	return out
}

// lasts remembers until when the node is to stay as it is now; zero is for ever.
func (p *process) lasts(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until = (time.Time{}); d > 0 {
		p.until, p.untilSince = time.Now().Add(d), p.since
	}
}

// ends is when the node is mended by itself, zero for never; the caller holds mu.
func (p *process) ends() time.Time {
	if !p.until.IsZero() && p.since.Equal(p.untilSince) {
		return p.until
	}
	return time.Time{}
}

// undo mends the node when its time has come and it still is as it was left. An error is that of a node which somebody
// else mends just now, or shows in its status.
func (p *process) undo(now time.Time) {
	p.mu.Lock()
	end, phase := p.ends(), p.phase
	p.mu.Unlock()
	if end.IsZero() || now.Before(end) {
		return
	}
	p.lasts(0)
	switch phase {
	case Paused:
		p.signal(sigResume, Running, Paused) //nolint:errcheck // see above
	case Exited:
		go p.startAndWait(context.Background()) //nolint:errcheck // see above
	}
}
