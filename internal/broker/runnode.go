package broker

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// RunNode is the main function of a node process: it runs an embedded server from a configuration file until it is stopped or
// until in, which the supervisor holds open, ends. It logs where the configuration says and, like nats-server, exits the process
// when it cannot start.
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
	go readCommands(s, opts, in)
	s.Start()
	s.WaitForShutdown()
	return nil
}

// The commands from the supervisor to a node, one per line.
const (
	orderStop     = "stop"
	orderLameDuck = "lame-duck %d %d" // duration and grace period in nanoseconds
)

// readCommands reads commands. The end of the input means that the supervisor has exited, and stops the node.
func readCommands(s *server.Server, opts *server.Options, in io.Reader) {
	for lines := bufio.NewScanner(in); lines.Scan() && lines.Text() != orderStop; {
		var duration, grace time.Duration
		if n, _ := fmt.Sscanf(lines.Text(), orderLameDuck, &duration, &grace); n == 2 {
			opts.LameDuckDuration, opts.LameDuckGracePeriod = duration, grace
			go s.LameDuckShutdown()
		}
	}
	s.Shutdown()
}
