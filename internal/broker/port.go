package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"

	"github.com/natsctl/natsctl/internal/broker/plan"
)

// ErrPortInUse matches any [PortError].
var ErrPortInUse = errors.New("port in use")

// PortError says which port of a node is in use. It matches ErrPortInUse.
type PortError struct {
	Node string
	Role plan.Role
	Port int
}

// Error names the port, its purpose and its node.
func (e *PortError) Error() string {
	return fmt.Sprintf("port %d on %s is in use, it is the %s port of %s", e.Port, plan.Loopback, e.Role, e.Node)
}

// Is reports whether target is ErrPortInUse.
func (e *PortError) Is(target error) bool { return target == ErrPortInUse }

// reserve finds n free ports. They are free when it returns, not later: the caller must expect to find one taken.
func reserve(ctx context.Context, n int) ([]int, error) {
	var (
		ports []int
		lc    net.ListenConfig
	)
	for range n {
		l, err := lc.Listen(ctx, "tcp", plan.Loopback+":0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		defer l.Close() //nolint:errcheck // nothing was written; all stay open until the end, so that no port is found twice
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

// portsFree returns a [PortError] if a port of the nodes is in use.
func portsFree(ctx context.Context, nodes []plan.Node) error {
	var lc net.ListenConfig
	for _, n := range nodes {
		for r := range n.Ports {
			if n.Ports[r] == 0 {
				continue
			}
			l, err := lc.Listen(ctx, "tcp", n.Addr(plan.Role(r)))
			if err != nil {
				return &PortError{Node: n.Name, Role: plan.Role(r), Port: n.Ports[r]}
			}
			l.Close() //nolint:errcheck // nothing was written
		}
	}
	return nil
}

// listenRE finds the address in the server's message about a listener that it could not open.
var listenRE = regexp.MustCompile(`listen tcp [^ ]*:(\d+): `)

// portError turns the fatal message of a node's server into a PortError, or returns nil if it is about something else.
func portError(n plan.Node, fatal string) error {
	m := listenRE.FindStringSubmatch(fatal)
	if m == nil {
		return nil
	}
	port, _ := strconv.Atoi(m[1])
	for r, p := range n.Ports {
		if p == port {
			return &PortError{Node: n.Name, Role: plan.Role(r), Port: port}
		}
	}
	return nil
}

// SlotError says that a range of ports belongs to another cluster. It matches ErrPortInUse.
type SlotError struct {
	Slot  int    // -1: none is free
	Owner string // the cluster that has it
}

func (e *SlotError) Error() string {
	if e.Slot < 0 {
		return fmt.Sprintf("all %d slots are taken by other clusters", slots)
	}
	return fmt.Sprintf("slot %d has the ports of cluster %s", e.Slot, e.Owner)
}

// Is reports whether target is ErrPortInUse.
func (e *SlotError) Is(target error) bool { return target == ErrPortInUse }
