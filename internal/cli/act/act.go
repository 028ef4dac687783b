// Package act is shared by the actions of the command line and the dashboard: it
// drains a server of a local cluster, counts kicks, and holds the errors of
// both. It must not know how an action is requested.
package act

import (
	"errors"
	"fmt"
	"net"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/drain"
)

var (
	// ErrBlocked is wrapped by the error of an action that would interrupt service.
	ErrBlocked = errors.New("something would stop working")
	// ErrNoTrigger is wrapped when there is no way to make a server drain.
	ErrNoTrigger = errors.New("no system request puts a server into lame duck mode")
)

// Advices are the rows of the error table for actions.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(ErrBlocked), cli.ExitFailed, cli.Hint("nothing was changed; fix the problems above, or use --anyway to proceed")),
		cli.On(cli.Is(ErrNoTrigger), cli.ExitUsage, cli.Hint("name a command that signals it, such as --via 'ssh {host} nats-server --signal ldm', or move its clients with --kick")),
	}
}

// KickSummary returns the results of all kicks in one line.
func KickSummary(counts map[sys.KickOutcome]int, planned int) string {
	s := fmt.Sprintf("%d kicked", counts[sys.Kicked])
	done := 0
	for _, k := range counts {
		done += k
	}
	for _, more := range []struct {
		n     int
		words string
	}{
		{counts[sys.Left], "already disconnected"},
		{counts[sys.Another], "reused by another client and left alone"},
		{counts[sys.KickError], "failed"},
		{counts[sys.Untried] + planned - done, "not tried"},
	} {
		if more.n > 0 {
			s += fmt.Sprintf(", %d %s", more.n, more.words)
		}
	}
	return s
}

// LocalNode finds the server in the local clusters by its name and by the
// ports that it reports. If there is none, the home is nil.
func LocalNode(getenv func(string) string, of *drain.Plan) (*broker.Home, string, error) {
	dir, err := broker.HomeDir(getenv)
	if err != nil {
		return nil, "", err
	}
	home := broker.OpenHome(dir)
	records, err := home.Records()
	if err != nil {
		return nil, "", err
	}
	for _, r := range records {
		if r.Life != broker.Up {
			continue
		}
		for _, n := range r.Nodes {
			if isNode(n, of) {
				return home, r.Name, nil
			}
		}
	}
	return nil, "", nil
}

// isNode reports whether the server of a drain is a node of a local cluster: names
// are not unique, and elsewhere the same ports are those of another server.
func isNode(n broker.Place, of *drain.Plan) bool {
	return n.Name == of.Target.Name && loopback(of.Varz.Host) &&
		n.Ports[plan.RoleClient] == of.Varz.Port && n.Ports[plan.RoleMonitor] == of.Varz.HTTPPort
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback()
}
