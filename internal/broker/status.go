package broker

import (
	"cmp"
	"context"
	"encoding/json"
	"os"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Status is the status of a running cluster of processes.
type Status struct {
	Name     string       `json:"name"`
	PID      int          `json:"pid"` // of the supervisor
	Since    time.Time    `json:"since"`
	Complete bool         `json:"complete"` // every node runs, sees all others and is healthy, and neither of the next two is set
	Full     bool         `json:"disk_full,omitempty"`
	Expired  bool         `json:"certificates_expired,omitempty"`
	Nodes    []NodeStatus `json:"nodes"`
	Faults   []link.Fault `json:"faults"`
}

// NodeStatus is the status of one node. Numbers are zero for a node that does not answer.
type NodeStatus struct {
	Name    string    `json:"name"`
	Cluster string    `json:"cluster"`
	URL     string    `json:"url"`
	Monitor string    `json:"monitor_url"`
	PID     int       `json:"pid"` // 0 if it is not running
	Phase   Phase     `json:"phase"`
	Since   time.Time `json:"since"`
	Starts  int       `json:"starts"`
	Why     string    `json:"why,omitempty"`    // why it exited, or why clients cannot connect to it
	Until   time.Time `json:"until,omitzero"`   // when the supervisor resumes or starts it; zero: never
	Health  string    `json:"health,omitempty"` // "ok", or the reason it reports; "" without an answer
	Sees    int       `json:"hears"`            // number of servers it sees, itself included
	Expect  int       `json:"expect"`           // number of servers it should see
	Clients int       `json:"clients"`
	Mem     int64     `json:"mem_bytes"`
	CPU     float64   `json:"cpu_percent"`

	Deviations []string `json:"deviations"` // its settings that are not the server's own, see [plan.Plan.Deviations]
}

// askTime is how long a node may take to answer a status request.
const askTime = time.Second

// status asks every node over a separate connection, so that a partition cannot hide one.
func (sv *supervisor) status(ctx context.Context) Status {
	out := Status{Name: sv.state.Plan.Spec.Name, PID: os.Getpid(), Since: sv.since, Faults: sv.faults()}
	out.Full, out.Expired = host.CheckSpace(sv.home.path(out.Name)) != nil, sv.plan().Expired(time.Now())
	out.Complete = !out.Full && !out.Expired
	nodes := sv.all()
	out.Nodes = make([]NodeStatus, len(nodes))
	done := make(chan struct{}, len(nodes))
	for i, p := range nodes {
		go func() {
			out.Nodes[i] = sv.nodeStatus(ctx, p)
			done <- struct{}{}
		}()
	}
	for range nodes {
		<-done
	}
	for _, n := range out.Nodes {
		out.Complete = out.Complete && n.Phase == Running && n.Sees == n.Expect && n.Health == "ok"
	}
	return out
}

func (sv *supervisor) nodeStatus(ctx context.Context, p *process) NodeStatus {
	s := p.status()
	s.Deviations = sv.plan().Deviations()
	s.Expect = client.Fleet{Plan: sv.plan()}.CountSeen(p.plan, func(string) bool { return true })
	if s.Phase != Running && s.Phase != Draining {
		return s
	}
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	nc, err := client.Fleet{Plan: sv.plan()}.Connect(p.plan.ClientURL(), spec.SystemUser, []nats.Option{nats.Timeout(askTime), nats.NoReconnect(), nats.Name("natsctl status")})
	if err != nil {
		s.Why = err.Error()
		return s
	}
	defer nc.Close()
	var stats struct {
		Server struct{ ID string }
		Stats  struct {
			Connections int     `json:"connections"`
			Mem         int64   `json:"mem"`
			CPU         float64 `json:"cpu"`
		} `json:"statsz"`
	}
	if requestNode(ctx, nc, "STATSZ", &stats) == nil {
		s.Clients, s.Mem, s.CPU = max(0, stats.Stats.Connections-1), stats.Stats.Mem, stats.Stats.CPU
		all, _ := client.Gather[client.Reply](ctx, nc, "$SYS.REQ.SERVER.PING.STATSZ", s.Expect, client.GatherTime) // the count in STATSZ includes killed servers
		s.Sees = len(all)
	}
	s.Health = health(ctx, nc)
	return s
}

// listenerLate is the prefix of the health error of a server that was too busy to check its listener within a millisecond.
const listenerLate = "failed to be ready for connections"

// health returns the health of a server, and asks again if it was too busy to check. It is "" without an answer.
func health(ctx context.Context, nc *nats.Conn) string {
	var said string
	for {
		var answer client.Reply
		if requestNode(ctx, nc, "HEALTHZ", &answer) != nil {
			return said
		}
		if said = cmp.Or(answer.Data.Error, answer.Data.Status); !strings.HasPrefix(said, listenerLate) {
			return said
		}
	}
}

// requestNode asks the server at the other end of the connection.
func requestNode(ctx context.Context, nc *nats.Conn, what string, into any) error {
	msg, err := nc.RequestWithContext(ctx, "$SYS.REQ.SERVER."+nc.ConnectedServerId()+"."+what, nil)
	if err != nil {
		return err
	}
	return json.Unmarshal(msg.Data, into)
}

// status returns what the supervisor knows without asking the node.
func (p *process) status() NodeStatus {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := NodeStatus{
		Name: p.plan.Name, Cluster: p.plan.Cluster, URL: p.plan.ClientURL(), Monitor: "http://" + p.plan.Addr(plan.RoleMonitor),
		Phase: p.phase, Since: p.since, Starts: p.starts, Why: p.why, Until: p.endTime(),
	}
	if p.exists() {
		s.PID = p.cmd.Process.Pid
	}
	return s
}

// phases returns the status without asking the servers.
func (sv *supervisor) phases() Status {
	out := Status{Name: sv.state.Plan.Spec.Name, Since: sv.since, Faults: sv.faults()}
	for _, p := range sv.all() {
		out.Nodes = append(out.Nodes, p.status())
	}
	return out
}
