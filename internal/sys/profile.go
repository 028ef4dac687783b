package sys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// ErrProfile is a profile that a server could not make; its own words are wrapped with it.
var ErrProfile = errors.New("no profile")

// MaxCPUProfile is the longest CPU profile that servers make (nats-server,
// monitor.go).
const MaxCPUProfile = 15 * time.Second

// cpuProfile is the name of the one profile that takes time to make.
const cpuProfile = "cpu"

// Profiles returns the names of the profiles that a server can make, cpu first.
func Profiles() []string {
	return []string{cpuProfile, "heap", "allocs", "goroutine", "mutex", "block", "threadcreate"}
}

// Profile makes a server profile itself and returns what go tool pprof reads.
// A duration is for the name cpu alone, and must not be longer than
// [MaxCPUProfile]; the answer takes as long, and the client's timeout counts
// from its end. The profile is of the server's whole process.
func (c *Client) Profile(ctx context.Context, of server.ServerInfo, name string, d time.Duration) ([]byte, error) {
	if name != cpuProfile {
		d = 0
	}
	if _, err := askOne[server.ServerStats](ctx, c, of, fleet.Statsz, nil); err != nil {
		return nil, err // a profile is too dear to be asked for twice
	}
	data, err := c.tellWithin(ctx, c.timeout+d, of, Profilez, server.ProfilezOptions{Name: name, Duration: d})
	if err != nil {
		return nil, err
	}
	var z server.ProfilezStatus
	if err := json.Unmarshal(data, &z); err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", Profilez, of.Name, err)
	}
	if z.Error != "" {
		return nil, fmt.Errorf("%w of %s: server %s says: %s", ErrProfile, name, of.Name, z.Error)
	}
	if len(z.Profile) == 0 {
		return nil, fmt.Errorf("%w of %s: server %s sent an empty one", ErrProfile, name, of.Name)
	}
	return z.Profile, nil
}
