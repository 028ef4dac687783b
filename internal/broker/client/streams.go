package client

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Stream is a stream and the nodes that hold its replicas.
type Stream struct {
	Account  string // as in the configuration: in operator mode a public key
	Name     string
	Memory   bool // in-memory storage
	Messages uint64
	Nodes    []string
}

// Streams returns all streams of the servers, by account and name, as the servers report them: of all servers, unless some are
// named. The error wraps [ErrNotReady] when one of them does not answer: its streams would be missing.
func (p Fleet) Streams(ctx context.Context, servers ...string) ([]Stream, error) {
	if p.Spec.NoJetStream {
		return nil, nil
	}
	found := map[[2]string]*Stream{}
	for _, group := range p.islands() {
		if len(servers) > 0 {
			group = slices.DeleteFunc(group, func(n string) bool { return !slices.Contains(servers, n) })
		}
		if err := p.streamsOf(ctx, group, found); err != nil {
			return nil, err
		}
	}
	var out []Stream
	for _, s := range found {
		slices.Sort(s.Nodes)
		out = append(out, *s)
	}
	slices.SortFunc(out, func(a, b Stream) int {
		return cmp.Or(cmp.Compare(a.Account, b.Account), cmp.Compare(a.Name, b.Name), cmp.Compare(fmt.Sprint(a.Nodes), fmt.Sprint(b.Nodes)))
	})
	return out, nil
}

// streamsOf adds the streams of nodes that reach each other.
func (p Fleet) streamsOf(ctx context.Context, group []string, found map[[2]string]*Stream) error {
	if len(group) == 0 {
		return nil
	}
	var urls string
	for _, name := range group {
		urls += p.Node(name).ClientURL() + ","
	}
	nc, err := p.Connect(urls, spec.SystemUser, []nats.Option{nats.Name("natsctl streams")})
	if err != nil {
		return err
	}
	defer nc.Close()
	body, err := json.Marshal(server.JSzOptions{Accounts: true, Streams: true, Config: true, Limit: 1 << 16})
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}
	answers, err := gatherRaw(ctx, nc, "$SYS.REQ.SERVER.PING.JSZ", body, len(group), longestGather)
	if err != nil {
		return err
	}
	if len(answers) < len(group) {
		return fmt.Errorf("%w: %d of %d servers list their streams", ErrNotReady, len(answers), len(group))
	}
	for _, data := range answers {
		var a struct {
			Server struct{ Name string }
			Data   server.JSInfo
		}
		if err := json.Unmarshal(data, &a); err != nil {
			return fmt.Errorf("answer about JetStream: %w", err)
		}
		for _, s := range streamsIn(p.Node(a.Server.Name), a.Data) {
			// leaf nodes have their own streams, whose names may be the same
			key := [2]string{p.Node(a.Server.Name).Domain, s.Account + " " + s.Name}
			if found[key] == nil {
				found[key] = &s
				continue
			}
			found[key].Nodes = append(found[key].Nodes, a.Server.Name)
			found[key].Messages = max(found[key].Messages, s.Messages)
		}
	}
	return nil
}

// streamsIn returns the streams of which a server reports a replica.
func streamsIn(n plan.Node, js server.JSInfo) []Stream {
	var out []Stream
	for _, a := range js.AccountDetails {
		for _, s := range a.Streams {
			memory := s.Config != nil && s.Config.Storage == server.MemoryStorage
			out = append(out, Stream{Account: a.Name, Name: s.Name, Memory: memory, Messages: s.State.Msgs, Nodes: []string{n.Name}})
		}
	}
	return out
}
