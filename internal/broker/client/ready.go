package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// ErrNotReady is wrapped by the error of a cluster that did not become ready in time; the text says what was missing.
var ErrNotReady = errors.New("cluster not ready")

// readyTime is how long a cluster may take to become ready, unless the context ends earlier.
const readyTime = 60 * time.Second

// Fleet is the servers of a plan, some of which may be running.
type Fleet struct{ plan.Plan }

// Ready is [Cluster.Ready] for the running nodes of a plan.
func (p Fleet) Ready(ctx context.Context, running func(node string) bool) error {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	seen := "" // a node that sees all others except the isolated ones
	for _, n := range p.Nodes {
		if !running(n.Name) {
			continue
		}
		if seen == "" && !n.Isolated() {
			seen = n.Name
		}
		q := probe{want: p.CountSeen(n, running), jetStream: !p.Spec.NoJetStream}
		if err := p.retry(ctx, n, q.request); err != nil {
			return err
		}
	}
	if seen == "" || len(p.Nodes) == 1 {
		return nil
	}
	links := &wiring{plan: p.Plan, running: running}
	if err := p.retry(ctx, p.Node(seen), links.request); err != nil || p.Spec.NoJetStream {
		return err
	}
	return p.retry(ctx, p.Node(seen), p.announced(p.Node(seen), running).request)
}

// announced returns the check for the running servers that share a meta group: leaf nodes have their own.
func (p Fleet) announced(at plan.Node, running func(node string) bool) announced {
	a := announced{want: map[string]bool{}, then: probe{want: p.CountSeen(at, running), jetStream: true}}
	for _, n := range p.Nodes {
		if n.Leaf == nil && running(n.Name) {
			a.want[n.Name] = true
		}
	}
	return a
}

// CountSeen returns how many running servers a node sees over the system account, itself included.
func (p Fleet) CountSeen(at plan.Node, running func(node string) bool) int {
	if at.Isolated() {
		return 1
	}
	count := 0
	for _, n := range p.Nodes {
		if !n.Isolated() && running(n.Name) {
			count++
		}
	}
	return count
}

// probe checks whether the fleet is complete as seen by one node.
type probe struct {
	want      int // servers
	jetStream bool
}

// retry is the time between two rounds.
const retry = 20 * time.Millisecond

// StatszAll asks all servers for their statistics.
const StatszAll = "$SYS.REQ.SERVER.PING.STATSZ"

// retry repeats a check at a node until it succeeds or the context ends.
func (p Fleet) retry(ctx context.Context, at plan.Node, ask func(context.Context, *nats.Conn, time.Duration) error) error {
	tick := time.NewTicker(retry)
	defer tick.Stop()
	var (
		nc      *nats.Conn
		missing error
	)
	patience := GatherTime
	defer func() {
		if nc != nil {
			nc.Close()
		}
	}()
	for {
		var now error
		if nc == nil || nc.IsClosed() { // a busy server may drop a connection before it is established
			nc, now = p.Connect(at.ClientURL(), spec.SystemUser, []nats.Option{nats.Name("natsctl readiness"), nats.NoReconnect()})
		}
		if expired := expiredOr(now); errors.Is(expired, ErrExpired) || errors.Is(now, nats.ErrAuthorization) {
			return fmt.Errorf("%w: %w", ErrNotReady, expired)
		}
		if now == nil {
			asked := time.Now()
			now = ask(ctx, nc, patience)
			if now != nil && time.Since(asked) >= patience { // not all have answered in time
				patience = min(patience*5/4, longestGather)
			}
		}
		if now == nil {
			return nil
		}
		if missing == nil || ctx.Err() == nil { // an interrupted round says nothing about what is missing
			missing = now
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %s: %w", ErrNotReady, at.Name, missing)
		case <-tick.C:
		}
	}
}

// leafCountsOwnCluster is the release whose leaf nodes count only the cluster that they join, although they answer requests as all others do.
const leafCountsOwnCluster = "2.9."

// request runs one round; the error says what is still missing.
func (p probe) request(ctx context.Context, nc *nats.Conn, patience time.Duration) error {
	stats, err := Gather[Reply](ctx, nc, StatszAll, p.want, patience)
	if err != nil {
		return err
	}
	if len(stats) != p.want {
		return fmt.Errorf("%d of %d servers answer (%s)", len(stats), p.want, names(stats))
	}
	for _, s := range stats { // a killed server is still counted for minutes, in addition to its replacement
		if s.Stats.ActiveServers < p.want && !strings.HasPrefix(s.Server.Version, leafCountsOwnCluster) {
			return fmt.Errorf("%s sees %d of %d servers", s.Server.Name, s.Stats.ActiveServers, p.want)
		}
	}
	if !p.jetStream {
		return nil
	}
	health, err := Gather[Reply](ctx, nc, "$SYS.REQ.SERVER.PING.HEALTHZ", p.want, patience)
	if err != nil {
		return err
	}
	for _, h := range health {
		if h.Data.Status != "ok" {
			return fmt.Errorf("JetStream of %s: %s", h.Server.Name, h.Data.Error)
		}
	}
	if len(health) != p.want {
		return fmt.Errorf("health of %d of %d servers is known (%s)", len(health), p.want, names(health))
	}
	return nil
}

// Reply is what readiness needs of a STATSZ and of a HEALTHZ answer.
type Reply struct {
	Server struct {
		Name string `json:"name"`
		ID   string `json:"id"`

		Version string `json:"ver"`
	} `json:"server"`
	Stats struct {
		ActiveServers int `json:"active_servers"`
	} `json:"statsz"`
	Data struct {
		Status string `json:"status"`
		Error  string `json:"error"`
	} `json:"data"`
}

func names(replies []Reply) string {
	var out []string
	for _, r := range replies {
		out = append(out, r.Server.Name)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}
