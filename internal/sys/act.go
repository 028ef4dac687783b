package sys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// tell sends a request to one server by its id and returns the data of the
// answer, which acts have none of. The answer is waited for as long as ctx and
// the client's timeout allow.
//
// The errors are a [*TooOldError], [*GoneError], [*SilentError],
// [*PermissionError], [*RefusedError] with the server's own words, or those of
// the connection.
func (c *Client) tell(ctx context.Context, to server.ServerInfo, kind fleet.Kind, body any) (json.RawMessage, error) {
	return c.tellWithin(ctx, c.timeout, to, kind, body)
}

// tellWithin is tell with a timeout of its own.
func (c *Client) tellWithin(ctx context.Context, d time.Duration, to server.ServerInfo, kind fleet.Kind, body any) (json.RawMessage, error) {
	ep := endpoint.Lookup(string(kind))
	if endpoint.Older(to.Version, ep.Since) {
		return nil, &TooOldError{Server: to.Name, Version: to.Version, Kind: kind, Since: ep.Since}
	}
	data, err := endpoint.Object(body)
	if err != nil {
		return nil, fmt.Errorf("write the request for %s: %w", kind, err)
	}
	msg := nats.NewMsg(ep.For(to.ID))
	msg.Data = data
	answer, err := c.conn.Request(ctx, d, msg)
	switch {
	case errors.Is(err, nats.ErrNoResponders):
		return nil, &GoneError{Server: to.Name, Kind: kind}
	case err != nil:
		var silent *SilentError
		if errors.As(err, &silent) {
			silent.Server = to.Name
		}
		return nil, err
	}
	return openAnswer(to, kind, answer)
}

// openAnswer reads the envelope of an answer.
func openAnswer(to server.ServerInfo, kind fleet.Kind, answer *nats.Msg) (json.RawMessage, error) {
	var env struct {
		Data   json.RawMessage  `json:"data"`
		Statsz json.RawMessage  `json:"statsz"`
		Error  *server.ApiError `json:"error"`
	}
	data, err := endpoint.Body(answer)
	if err == nil {
		err = json.Unmarshal(data, &env)
	}
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s to %s: %w", to.Name, kind, err)
	}
	if env.Error != nil {
		return nil, &RefusedError{Server: to.Name, Kind: kind, Code: env.Error.Code, Words: endpoint.Reason(env.Error)}
	}
	return append(env.Data, env.Statsz...), nil
}

// askOne asks one server a question of the table and decodes the data. It asks a
// second time before it gives up, since an answer can get lost (see gather, repeat).
func askOne[T any](ctx context.Context, c *Client, to server.ServerInfo, kind fleet.Kind, options any) (*T, error) {
	first := min(lateFactor*c.quiet, c.timeout/2)
	data, err := c.tellWithin(ctx, first, to, kind, options)
	var silent *SilentError
	if errors.As(err, &silent) {
		data, err = c.tellWithin(ctx, c.timeout-first, to, kind, options)
	}
	if errors.As(err, &silent) {
		silent.After += first
	}
	if err != nil {
		return nil, err
	}
	v := new(T)
	if err := json.Unmarshal(data, v); err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", kind, to.Name, err)
	}
	return v, nil
}

// Reload makes one server read its configuration file again and tells what came
// of it. A file that the server does not accept is a [*RefusedError] with the
// server's own words; the server then goes on with what it has.
func (c *Client) Reload(ctx context.Context, to server.ServerInfo) (Reloaded, error) {
	r := Reloaded{Server: to.Name, ID: to.ID, Cluster: to.Cluster}
	before, err := config(ctx, c, to)
	if err != nil {
		return r, err
	}
	r.Before, r.After = before, before
	if _, err := c.tell(ctx, to, endpoint.Reload, nil); err != nil {
		return r, err
	}
	r.After, err = config(ctx, c, to)
	return r, err
}

func config(ctx context.Context, c *Client, to server.ServerInfo) (Config, error) {
	v, err := askOne[server.Varz](ctx, c, to, fleet.Varz, nil)
	if err != nil {
		return Config{}, err
	}
	return Config{Digest: v.ConfigDigest, Loaded: v.ConfigLoadTime}, nil
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
	data, err := c.tellWithin(ctx, c.timeout+d, of, endpoint.Profilez, server.ProfilezOptions{Name: name, Duration: d})
	if err != nil {
		return nil, err
	}
	var z server.ProfilezStatus
	if err := json.Unmarshal(data, &z); err != nil {
		return nil, fmt.Errorf("read %s of %s: %w", endpoint.Profilez, of.Name, err)
	}
	if z.Error != "" {
		return nil, fmt.Errorf("%w of %s: server %s says: %s", ErrProfile, name, of.Name, z.Error)
	}
	if len(z.Profile) == 0 {
		return nil, fmt.Errorf("%w of %s: server %s sent an empty one", ErrProfile, name, of.Name)
	}
	return z.Profile, nil
}

// KickAll closes the connections, paced, and yields what became of each, in the
// order in which the answers come. Right before each kick it makes sure that
// the connection is still the one that was meant: the same number, start and
// name on the same life of the server. Ending ctx ends the kicking: what was
// asked of a server by then is finished and told, whoever only had notice is
// left, and the rest yields [Untried]. Ending the loop finishes likewise, untold.
func (c *Client) KickAll(ctx context.Context, conns []Conn, pace Pace) iter.Seq[KickResult] {
	return func(yield func(KickResult) bool) {
		ctx, cancel := context.WithCancel(ctx)
		results := make(chan KickResult)
		go func() {
			defer close(results)
			kicker{c, pace}.all(ctx, conns, results)
		}()
		defer func() {
			cancel()
			for range results { // wait until the last kick is finished
			}
		}()
		for r := range results {
			if !yield(r) {
				return
			}
		}
	}
}
