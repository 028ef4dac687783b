package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"golang.org/x/sync/errgroup"
)

// wholesale says whether all nodes must stop to become those of another plan: what servers have in common changes, such as
// how they know each other, or a port moves.
func (p plan) wholesale(next plan) bool {
	a, b := p.Spec, next.Spec
	for _, changed := range []bool{
		a.Auth != b.Auth, a.TLS.Mode != b.TLS.Mode, a.TLS.CA != b.TLS.CA, a.Faults != b.Faults, a.NoJetStream != b.NoJetStream,
		(a.core() == 1) != (b.core() == 1),         // JetStream has no peers, or has
		(len(a.Leafs) == 0) != (len(b.Leafs) == 0), // JetStream has a domain, or has not
	} {
		if changed {
			return true
		}
	}
	for _, n := range p.Nodes {
		for r, port := range next.node(n.Name).Ports {
			if port != 0 && n.Ports[r] != 0 && port != n.Ports[r] {
				return true
			}
		}
	}
	return false
}

// loads is all that a node's server reads: when it is another than what it has read, it must read again. Where a gateway or a
// leaf connects to is not part of it: the servers that it knows tell it of others, and no server takes that without a restart.
func (p plan) loads(n nodePlan) string {
	var b strings.Builder
	p.Gist = true
	b.WriteString(p.config(n))
	if p.PKI != nil {
		for _, file := range []string{"node-" + n.Name + ".pem", caFile(""), caFile(n.Cluster)} {
			b.WriteString(p.PKI.Files[file])
		}
	}
	if p.Trust != nil {
		b.WriteString(p.Trust.JWT)
	}
	return b.String()
}

// change is the body of a request to make the running cluster that of another specification.
type change struct {
	Spec     Spec     `json:"spec"`
	Contexts []string `json:"contexts"`
}

// changeRequest writes the new plan and makes room for its nodes; what runs is not touched. Nodes that it does not have must
// have been stopped.
func (k *keeper) changeRequest(ctx context.Context, r *http.Request) (any, error) {
	var c change
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		return nil, fmt.Errorf("read the change: %w", err)
	}
	old := k.plan()
	next, err := k.home.plan(c.Spec, k.state.Slot, &old)
	if err != nil {
		return nil, err
	}
	if err := next.besides(old).portsFree(ctx); err != nil {
		return nil, err
	}
	if k.links != nil {
		if err := k.links.extend(ctx, next); err != nil {
			return nil, err
		}
		next.Doors = k.links.addrs()
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.state
	s.Plan, s.Contexts = next, c.Contexts
	if err := k.commit(s, next.files()); err != nil {
		return nil, err
	}
	var nodes []*process
	for _, n := range next.Nodes {
		i := slices.IndexFunc(k.nodes, func(p *process) bool { return p.plan.Name == n.Name })
		if i < 0 {
			nodes = append(nodes, k.process(n))
		} else {
			nodes = append(nodes, k.nodes[i])
		}
	}
	k.nodes = nodes
	for _, n := range old.besides(next).Nodes {
		if err := os.RemoveAll(n.Dir); err != nil {
			return nil, fmt.Errorf("remove the files of %s: %w", n.Name, err)
		}
	}
	return nil, nil
}

// besides is the nodes of the plan that another does not have.
func (p plan) besides(other plan) plan {
	var out plan
	for _, n := range p.Nodes {
		if other.node(n.Name).Name == "" {
			out.Nodes = append(out.Nodes, n)
		}
	}
	return out
}

// pending is what nodes lack to be as the plan says.
type pending struct {
	Stale []string `json:"stale"` // run with what is no longer right
	Fresh []string `json:"fresh"` // were never started
}

func (k *keeper) pending() pending {
	var out pending
	plan := k.plan()
	for _, p := range k.all() {
		p.mu.Lock()
		switch {
		case p.starts == 0:
			out.Fresh = append(out.Fresh, p.plan.Name)
		case p.live() && p.loaded != plan.loads(plan.node(p.plan.Name)):
			out.Stale = append(out.Stale, p.plan.Name)
		}
		p.mu.Unlock()
	}
	return out
}

// reloadNode lets a server read its configuration again; the error has the reason of one that cannot take it while it runs.
func reloadNode(ctx context.Context, k *keeper, p *process, _ nodeOrder) error {
	if !p.is(Running) {
		return fmt.Errorf("%w %s: is not running", ErrNode, p.plan.Name)
	}
	ctx, cancel := context.WithTimeout(ctx, pushTime)
	defer cancel()
	loads := k.loads(p.plan.Name)
	nc, err := k.plan().connect(p.plan.clientURL(), SystemUser, []nats.Option{nats.NoReconnect(), nats.Name("natsctl reload")})
	if err != nil {
		return fmt.Errorf("%w %s: %w", ErrNode, p.plan.Name, err)
	}
	defer nc.Close()
	var answer struct{ Error *struct{ Description string } }
	if err := k.askNode(ctx, nc, "RELOAD", &answer); err != nil {
		return fmt.Errorf("%w %s: cannot be asked to reload: %w", ErrNode, p.plan.Name, err)
	}
	if answer.Error != nil {
		why, _, _ := strings.Cut(answer.Error.Description, ": old=") // the values behind it fill pages
		return fmt.Errorf("%w %s: %s", ErrNode, p.plan.Name, why)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loaded = loads
	return nil
}

// loads is what a node reads now.
func (k *keeper) loads(node string) string {
	plan := k.plan()
	return plan.loads(plan.node(node))
}

// evolve makes a running cluster that of another plan without a stop of the whole.
func (h *Home) evolve(ctx context.Context, o Order, s state, next plan) error {
	for _, n := range s.Plan.besides(next).Nodes {
		begun := time.Now()
		if err := h.leave(ctx, s.Plan, n); err != nil {
			return err
		}
		o.report(Step{"remove " + n.Name, time.Since(begun)})
	}
	return h.ask(ctx, o.Spec.Name, http.MethodPost, "/change", change{o.Spec, s.Contexts}, nil)
}

// converge brings the nodes of a running cluster in line with their plan: those that run with an old configuration reload, or,
// where a server cannot, restart one at a time; those that were never started start. It returns how many it touched, and stops
// at the first trouble; another call goes on from there.
func (h *Home) converge(ctx context.Context, o Order) (int, error) {
	name := o.Spec.Name
	var todo pending
	if err := h.ask(ctx, name, http.MethodGet, "/pending", nil, &todo); err != nil {
		return 0, err
	}
	for _, n := range todo.Stale {
		if err := h.refresh(ctx, o, n); err != nil {
			return 0, err
		}
	}
	begun := time.Now()
	g, gctx := errgroup.WithContext(ctx)
	for _, n := range todo.Fresh {
		g.Go(func() error { return h.Node(gctx, name, n, "start", 0, 0) })
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	if len(todo.Fresh) > 0 {
		o.report(Step{"start " + strings.Join(todo.Fresh, ", "), time.Since(begun)})
	}
	touched := len(todo.Stale) + len(todo.Fresh)
	if touched == 0 {
		return 0, nil
	}
	return touched, h.Ready(ctx, name)
}

// push hands the JWTs of all accounts to every server of a running cluster.
func (h *Home) push(ctx context.Context, name string) error {
	return h.ask(ctx, name, http.MethodPost, "/push", nil, nil)
}

// refresh lets a node read its new configuration, with a restart where it must be.
func (h *Home) refresh(ctx context.Context, o Order, node string) error {
	begun := time.Now()
	why := h.Node(ctx, o.Spec.Name, node, "reload", 0, 0)
	if why == nil {
		o.report(Step{"reload " + node, time.Since(begun)})
		return nil
	}
	if !errors.Is(why, ErrNode) {
		return why
	}
	if err := h.Node(ctx, o.Spec.Name, node, "restart", 0, 0); err != nil {
		return err
	}
	if err := h.Ready(ctx, o.Spec.Name); err != nil {
		return fmt.Errorf("after the restart of %s: %w", node, err)
	}
	o.report(Step{fmt.Sprintf("restart %s (%v)", node, why), time.Since(begun)})
	return nil
}
