package broker

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// change is the body of a request to change the running cluster to another specification.
type change struct {
	Spec     spec.Spec `json:"spec"`
	Contexts []string  `json:"contexts"`
}

// changeRequest writes the new plan and prepares its nodes; running nodes are not touched. Nodes that the new plan does not have
// must be stopped already.
func (sv *supervisor) changeRequest(ctx context.Context, r *http.Request) (any, error) {
	var c change
	if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
		return nil, fmt.Errorf("read the change: %w", err)
	}
	old := sv.plan()
	next, err := sv.home.plan(c.Spec, sv.state.Slot, &old)
	if err != nil {
		return nil, err
	}
	if err := portsFree(ctx, next.Without(old).Nodes); err != nil {
		return nil, err
	}
	if sv.links != nil {
		if err := sv.links.Extend(ctx, next); err != nil {
			return nil, err
		}
		next.Proxies = sv.links.Addrs()
	}
	sv.mu.Lock()
	defer sv.mu.Unlock()
	s := sv.state
	s.Plan, s.Contexts = next, c.Contexts
	if err := sv.commit(s, next.Files()); err != nil {
		return nil, err
	}
	var nodes []*process
	for _, n := range next.Nodes {
		i := slices.IndexFunc(sv.nodes, func(p *process) bool { return p.plan.Name == n.Name })
		if i < 0 {
			nodes = append(nodes, sv.process(n))
		} else {
			nodes = append(nodes, sv.nodes[i])
		}
	}
	sv.nodes = nodes
	for _, n := range old.Without(next).Nodes {
		if err := os.RemoveAll(n.Dir); err != nil {
			return nil, fmt.Errorf("remove the files of %s: %w", n.Name, err)
		}
	}
	return nil, nil
}

// pending lists the nodes that do not match the plan yet.
type pending struct {
	Stale []string `json:"stale"` // run with an outdated configuration
	Fresh []string `json:"fresh"` // not started yet
}

func (sv *supervisor) pending() pending {
	var out pending
	pl := sv.plan()
	for _, p := range sv.all() {
		p.mu.Lock()
		switch {
		case p.starts == 0:
			out.Fresh = append(out.Fresh, p.plan.Name)
		case p.exists() && p.loaded != pl.Loads(pl.Node(p.plan.Name)):
			out.Stale = append(out.Stale, p.plan.Name)
		}
		p.mu.Unlock()
	}
	return out
}

// reloadNode reloads a server's configuration; the error has the reason when the server cannot reload it.
func reloadNode(ctx context.Context, k *supervisor, p *process, _ nodeOrder) error {
	if !p.inPhase(Running) {
		return fmt.Errorf("%w %s: is not running", ErrNode, p.plan.Name)
	}
	ctx, cancel := context.WithTimeout(ctx, client.PushTime)
	defer cancel()
	loads := k.loads(p.plan.Name)
	nc, err := client.Fleet{Plan: k.plan()}.Connect(p.plan.ClientURL(), spec.SystemUser, []nats.Option{nats.NoReconnect(), nats.Name("natsctl reload")})
	if err != nil {
		return fmt.Errorf("%w %s: %w", ErrNode, p.plan.Name, err)
	}
	defer nc.Close()
	var answer struct{ Error *struct{ Description string } }
	if err := requestNode(ctx, nc, "RELOAD", &answer); err != nil {
		return fmt.Errorf("%w %s: cannot be asked to reload: %w", ErrNode, p.plan.Name, err)
	}
	if answer.Error != nil {
		why, _, _ := strings.Cut(answer.Error.Description, ": old=") // the values after it fill pages
		return fmt.Errorf("%w %s: %s", ErrNode, p.plan.Name, why)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.loaded = loads
	return nil
}
