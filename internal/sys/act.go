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

// request sends a request to one server by its id and returns the data of the
// answer; answers to actions have none. It waits as long as ctx and the client's
// timeout allow.
//
// The errors are a [*TooOldError], [*GoneError], [*SilentError],
// [*PermissionError], [*RefusedError] with the server's own description, or those
// of the connection.
func (c *Client) request(ctx context.Context, to server.ServerInfo, kind fleet.Kind, body any) (json.RawMessage, error) {
	return c.requestWithin(ctx, c.timeout, to, kind, body)
}

// requestWithin is like request, with timeout d.
func (c *Client) requestWithin(ctx context.Context, d time.Duration, to server.ServerInfo, kind fleet.Kind, body any) (json.RawMessage, error) {
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

// query sends a request of the table to one server and decodes the data. It retries
// once, since an answer can get lost (see gather, retry).
func query[T any](ctx context.Context, c *Client, to server.ServerInfo, kind fleet.Kind, options any) (*T, error) {
	first := min(lateFactor*c.quiet, c.timeout/2)
	data, err := c.requestWithin(ctx, first, to, kind, options)
	var silent *SilentError
	if errors.As(err, &silent) {
		data, err = c.requestWithin(ctx, c.timeout-first, to, kind, options)
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

// Reload makes one server read its configuration file again and returns what
// changed. If the server rejects the file, the error is a [*RefusedError] with the
// server's description, and the server keeps its configuration. Once the server has been
// asked, its answer is waited for within the client's timeout, also when ctx ends.
func (c *Client) Reload(ctx context.Context, to server.ServerInfo) (Reloaded, error) {
	r := Reloaded{Server: to.Name, ID: to.ID, Cluster: to.Cluster}
	before, err := config(ctx, c, to)
	if err != nil {
		return r, err
	}
	r.Before, r.After = before, before
	ctx = context.WithoutCancel(ctx)
	if _, err := c.request(ctx, to, endpoint.Reload, nil); err != nil {
		return r, err
	}
	r.After, err = config(ctx, c, to)
	return r, err
}

func config(ctx context.Context, c *Client, to server.ServerInfo) (Config, error) {
	v, err := query[server.Varz](ctx, c, to, fleet.Varz, nil)
	if err != nil {
		return Config{}, err
	}
	return Config{Digest: v.ConfigDigest, Loaded: v.ConfigLoadTime}, nil
}

// Profile makes a server profile itself and returns a file for go tool pprof. The
// duration applies to the cpu profile only, and must not exceed [MaxCPUProfile];
// the client's timeout counts from its end. The profile is of the whole process.
func (c *Client) Profile(ctx context.Context, of server.ServerInfo, name string, d time.Duration) ([]byte, error) {
	if name != cpuProfile {
		d = 0
	}
	if _, err := query[server.ServerStats](ctx, c, of, fleet.Statsz, nil); err != nil {
		return nil, err // a profile is too expensive to request twice
	}
	data, err := c.requestWithin(ctx, c.timeout+d, of, endpoint.Profilez, server.ProfilezOptions{Name: name, Duration: d})
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

// KickAll closes the connections at the given pace, and yields the outcome of each,
// in the order in which servers answer. Right before each kick it checks that the
// connection is still the selected one: the same id, start and name on the same
// process of the server. When ctx ends, kicks under way are finished and reported,
// connections that only got a notice stay, and the rest yields [Untried]. Leaving
// the loop ends the same way, without reports.
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
