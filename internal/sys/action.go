package sys

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
)

// GoneError says that no server with an id is connected any more: it has ended
// or was started anew, which gives it another id.
type GoneError struct {
	Server string
	Kind   fleet.Kind // what was to be done
}

func (e *GoneError) Error() string {
	return fmt.Sprintf("server %s is gone, %s did not reach it", e.Server, e.Kind)
}

// Unwrap returns [ErrNoServer].
func (e *GoneError) Unwrap() error { return ErrNoServer }

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
	ep := Lookup(string(kind))
	if older(to.Version, ep.Since) {
		return nil, &TooOldError{Server: to.Name, Version: to.Version, Kind: kind, Since: ep.Since}
	}
	data, err := object(body)
	if err != nil {
		return nil, fmt.Errorf("write the request for %s: %w", kind, err)
	}
	msg := nats.NewMsg(ep.subject(to.ID))
	msg.Data = data
	answer, err := c.askOnce(ctx, d, msg)
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
	data, err := unpack(answer)
	if err == nil {
		err = json.Unmarshal(data, &env)
	}
	if err != nil {
		return nil, fmt.Errorf("read the answer of %s to %s: %w", to.Name, kind, err)
	}
	if env.Error != nil {
		return nil, &RefusedError{Server: to.Name, Kind: kind, Code: env.Error.Code, Words: apiText(env.Error)}
	}
	return append(env.Data, env.Statsz...), nil
}

// askOnce asks and waits for one answer. A denied subject is noticed at once
// and not after the timeout.
func (c *Client) askOnce(ctx context.Context, d time.Duration, msg *nats.Msg) (*nats.Msg, error) {
	if err := c.connErr(); err != nil {
		return nil, err
	}
	start := time.Now()
	parent := ctx
	ctx, cancel := context.WithTimeoutCause(ctx, d, errWaited)
	defer cancel()
	ctx, refuse := context.WithCancelCause(ctx)
	defer refuse(nil)
	denied, ignore := c.denied.listen()
	defer ignore()
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case p := <-denied:
				if p.Subject == "" || p.Subject == msg.Subject || p.Subscribe && !strings.HasPrefix(p.Subject, "$") {
					refuse(p)
				}
			}
		}
	}()
	answer, err := c.nc.RequestMsgWithContext(ctx, msg)
	var p *PermissionError
	switch cause := context.Cause(ctx); {
	case err == nil, errors.Is(err, nats.ErrNoResponders):
		return answer, err
	case errors.As(cause, &p):
		return nil, p
	case parent.Err() != nil:
		return nil, parent.Err()
	case errors.Is(cause, errWaited):
		return nil, &SilentError{Subject: msg.Subject, After: time.Since(start)}
	}
	return nil, fmt.Errorf("ask %s: %w", msg.Subject, err)
}

// errWaited tells the client's own timeout from that of the caller.
var errWaited = errors.New("waited long enough")

// askOne asks one server a question of the table and decodes the data. It asks a
// second time before it gives up, since an answer can get lost (see again.go).
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
