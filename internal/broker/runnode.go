package broker

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// RunNode is the whole life of a process that is one node: it runs an embedded server from a configuration file until it is
// told to stop or in, which the supervisor holds open, ends. It logs where the configuration says and, as a nats-server,
// ends the process when it cannot start.
func RunNode(ctx context.Context, conf string, in io.Reader) error {
	gatewayDelay()
	opts := &server.Options{}
	if err := opts.ProcessConfigFile(conf); err != nil {
		return fmt.Errorf("configuration: %w", err)
	}
	s, err := server.NewServer(opts)
	if err != nil {
		return fmt.Errorf("make the server: %w", err)
	}
	s.ConfigureLogger()
	stop := context.AfterFunc(ctx, s.Shutdown)
	defer stop()
	go obey(s, opts, in)
	s.Start()
	s.WaitForShutdown()
	return nil
}

// The orders that a node gets from its supervisor, one a line.
const (
	orderStop     = "stop"
	orderLameDuck = "lame-duck %d %d" // duration and grace period in nanoseconds
)

// obey reads orders. The end of the input is the end of the supervisor, and so of the node.
func obey(s *server.Server, opts *server.Options, in io.Reader) {
	for lines := bufio.NewScanner(in); lines.Scan() && lines.Text() != orderStop; {
		var duration, grace time.Duration
		if n, _ := fmt.Sscanf(lines.Text(), orderLameDuck, &duration, &grace); n == 2 {
			opts.LameDuckDuration, opts.LameDuckGracePeriod = duration, grace
			go s.LameDuckShutdown()
		}
	}
	s.Shutdown()
}
