package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// ErrNoLeader is wrapped by the error of a JetStream group that still has no leader after the time that elections take.
var ErrNoLeader = errors.New("no leader")

// Lead is a JetStream group that a node leads. An empty Stream means the meta group, an empty Consumer the stream itself.
type Lead struct {
	Account  string `json:"account,omitempty"`
	Stream   string `json:"stream,omitempty"`
	Consumer string `json:"consumer,omitempty"`
	Replicas int    `json:"replicas"` // with one replica no other node can lead it
	Leader   string `json:"leader"`   // name of the node
}

// String returns a description of the group.
func (l Lead) String() string {
	switch {
	case l.Stream == "":
		return "the meta group"
	case l.Consumer == "":
		return fmt.Sprintf("stream %s of %s", l.Stream, l.Account)
	}
	return fmt.Sprintf("consumer %s of stream %s of %s", l.Consumer, l.Stream, l.Account)
}

// Elected reports whether another node can become the leader.
func (l Lead) Elected() bool { return l.Replicas > 1 }

// same reports whether two leads are of the same group.
func (l Lead) same(o Lead) bool {
	return l.Account == o.Account && l.Stream == o.Stream && l.Consumer == o.Consumer
}

// Leads returns all groups with a leader, as the leaders report them. It does not connect to the nodes in but.
func (p Fleet) Leads(ctx context.Context, but ...string) ([]Lead, error) {
	nc, err := p.Connect(p.URLsExcept(but), spec.SystemUser, []nats.Option{nats.Name("natsctl leaders")})
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	return leads(ctx, nc, p.Spec.CoreNodes()-len(but))
}

// leads asks all servers which groups they lead.
func leads(ctx context.Context, nc *nats.Conn, want int) ([]Lead, error) {
	body, err := json.Marshal(server.JSzOptions{Accounts: true, Streams: true, Consumer: true, Limit: 1 << 16})
	if err != nil {
		return nil, fmt.Errorf("encode the request: %w", err)
	}
	answers, err := gatherRaw(ctx, nc, "$SYS.REQ.SERVER.PING.JSZ", body, want, GatherTime)
	if err != nil {
		return nil, err
	}
	var out []Lead
	for _, data := range answers {
		var a struct {
			Server struct{ Name string }
			Data   server.JSInfo
		}
		if err := json.Unmarshal(data, &a); err != nil {
			return nil, fmt.Errorf("answer about JetStream: %w", err)
		}
		out = append(out, ledBy(a.Server.Name, a.Data)...)
	}
	return out, nil
}

// ledBy returns the groups of which a server reports itself as leader: what it reports about others may be outdated.
func ledBy(node string, js server.JSInfo) []Lead {
	var out []Lead
	if m := js.Meta; m != nil && m.Leader == node {
		out = append(out, Lead{Leader: node, Replicas: m.Size})
	}
	for _, a := range js.AccountDetails {
		for _, s := range a.Streams {
			if leadsGroup(node, s.Cluster) {
				out = append(out, Lead{Account: a.Name, Stream: s.Name, Leader: node, Replicas: 1 + len(s.Cluster.Replicas)})
			}
			for _, c := range s.Consumer {
				if leadsGroup(node, c.Cluster) {
					out = append(out, Lead{Account: a.Name, Stream: s.Name, Consumer: c.Name, Leader: node, Replicas: 1 + len(c.Cluster.Replicas)})
				}
			}
		}
	}
	return out
}

func leadsGroup(node string, c *server.ClusterInfo) bool { return c != nil && c.Leader == node }

// Election is the election of a new leader of a group.
type Election struct {
	Lead
	Was  string        `json:"was"`     // the previous leader
	Took time.Duration `json:"took_ns"` // since the previous leader was lost
}

// electionTime is how long elections may take: two lost ones in a row, each of at most nine seconds, and the one that is won.
const electionTime = time.Minute

// Elections waits until every group whose leader was lost at an instant has a new one, and reports each. Groups with one replica
// are left out. The error wraps [ErrNoLeader] and names the groups without a leader.
func (p Fleet) Elections(ctx context.Context, lost []Lead, since time.Time, report func(Election)) error {
	lost = slices.DeleteFunc(slices.Clone(lost), func(l Lead) bool { return !l.Elected() })
	if len(lost) == 0 {
		return nil
	}
	var gone []string
	for _, l := range lost {
		if !slices.Contains(gone, l.Leader) {
			gone = append(gone, l.Leader)
		}
	}
	nc, err := p.Connect(p.URLsExcept(gone), spec.SystemUser, []nats.Option{nats.Name("natsctl elections")})
	if err != nil {
		return err
	}
	defer nc.Close()
	ctx, cancel := context.WithTimeout(ctx, electionTime)
	defer cancel()
	tick := time.NewTicker(retry)
	defer tick.Stop()
	for {
		now, err := leads(ctx, nc, p.Spec.CoreNodes()-len(gone))
		if err != nil {
			return err
		}
		lost = slices.DeleteFunc(lost, func(l Lead) bool {
			i := slices.IndexFunc(now, func(n Lead) bool { return n.same(l) && n.Leader != l.Leader })
			if i >= 0 {
				report(Election{Lead: now[i], Was: l.Leader, Took: time.Since(since)})
			}
			return i >= 0
		})
		if len(lost) == 0 {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w of %v after %v", ErrNoLeader, lost[0], time.Since(since).Round(time.Second))
		case <-tick.C:
		}
	}
}

// peerTime is how long the meta leader may take to remove a peer; it may have to be elected first.
const peerTime = 30 * time.Second

// RemovePeer removes a stopped node from the JetStream peers.
func (p Fleet) RemovePeer(ctx context.Context, n plan.Node) error {
	var urls string
	for _, m := range p.Nodes {
		if m.Leaf == nil && m.Name != n.Name {
			urls += m.ClientURL() + ","
		}
	}
	nc, err := p.Connect(urls, spec.SystemUser, []nats.Option{nats.Name("natsctl node rm")})
	if err != nil {
		return err
	}
	defer nc.Close()
	ctx, cancel := context.WithTimeout(ctx, peerTime)
	defer cancel()
	body, err := json.Marshal(map[string]string{"peer": n.Name})
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}
	tick := time.NewTicker(retry)
	defer tick.Stop()
	for {
		why := requestRemove(ctx, nc, body)
		if why == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("JetStream does not release its peer %s: %w", n.Name, why)
		case <-tick.C:
		}
	}
}

// errCodeNotMember is the JetStream error code for a server that is not a peer.
const errCodeNotMember = 10044

func requestRemove(ctx context.Context, nc *nats.Conn, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	msg, err := nc.RequestWithContext(ctx, "$JS.API.SERVER.REMOVE", body)
	if err != nil {
		return err
	}
	var answer struct {
		Error *struct {
			Code        int    `json:"err_code"`
			Description string `json:"description"`
		} `json:"error"`
	}
	if err := json.Unmarshal(msg.Data, &answer); err != nil {
		return err
	}
	if answer.Error != nil && answer.Error.Code != errCodeNotMember {
		return errors.New(answer.Error.Description)
	}
	return nil
}
