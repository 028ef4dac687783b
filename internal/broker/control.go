package broker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// ErrDown is wrapped by the error of a request to a cluster that is not running.
var ErrDown = errors.New("cluster is not running")

// control sends requests to the supervisors of running clusters.
type control struct{ store }

// request sends a request to the supervisor of a cluster.
func (h *control) request(ctx context.Context, name, method, path string, body, into any) error {
	s, err := h.load(name)
	if err != nil {
		return err
	}
	if !h.alive(name) {
		return fmt.Errorf("%w: %s is %s", ErrDown, name, h.record(s).Life)
	}
	data, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode the request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://cluster"+path, bytes.NewReader(data))
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	t := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "unix", s.Socket)
	}}
	resp, err := (&http.Client{Transport: t}).Do(req)
	if err != nil {
		return fmt.Errorf("ask the supervisor of %s: %w", name, err)
	}
	defer resp.Body.Close() //nolint:errcheck // only read
	if resp.StatusCode != http.StatusOK {
		v := errorValue{Text: resp.Status}
		json.NewDecoder(resp.Body).Decode(&v) //nolint:errcheck // without a body the status is reported
		return v.decode()
	}
	if into == nil {
		return nil
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		return fmt.Errorf("answer of the supervisor of %s: %w", name, err)
	}
	return nil
}

// Status returns the status of a cluster; the error wraps [ErrDown] when it is not running.
func (h *control) Status(ctx context.Context, name string) (Status, error) {
	var s Status
	err := h.request(ctx, name, http.MethodGet, "/status", nil, &s)
	return s, err
}

// Ready waits until the running nodes of a cluster are ready, see [Cluster.Ready].
func (h *control) Ready(ctx context.Context, name string) error {
	return h.request(ctx, name, http.MethodPost, "/ready", nil, nil)
}

// Node runs one of [NodeActions] on a node and returns when it is done. Duration and grace are those of lame duck mode.
func (h *control) Node(ctx context.Context, name, node, action string, duration, grace time.Duration) error {
	path := "/node/" + url.PathEscape(node) + "/" + url.PathEscape(action)
	return h.request(ctx, name, http.MethodPost, path, nodeOrder{Duration: duration, Grace: grace}, nil)
}

// Inject starts a fault in a cluster and returns it with its id.
func (h *control) Inject(ctx context.Context, name string, f link.Fault) (link.Fault, error) {
	err := h.request(ctx, name, http.MethodPost, "/faults", f, &f)
	return f, err
}

// Faults returns the active faults of a cluster.
func (h *control) Faults(ctx context.Context, name string) ([]link.Fault, error) {
	var out []link.Fault
	err := h.request(ctx, name, http.MethodGet, "/faults", nil, &out)
	return out, err
}

// Heal ends the faults with the given ids, or all without ids, and returns how many it ended.
func (h *control) Heal(ctx context.Context, name string, ids ...int) (int, error) {
	q := url.Values{}
	for _, id := range ids {
		q.Add("id", strconv.Itoa(id))
	}
	var n int
	err := h.request(ctx, name, http.MethodDelete, "/faults?"+q.Encode(), nil, &n)
	return n, err
}

// halt stops the supervisor of a cluster, if there is one, and with it all nodes.
func (h *control) halt(ctx context.Context, name string) error {
	if !h.alive(name) {
		return nil
	}
	if err := h.request(ctx, name, http.MethodPost, "/down", nil, nil); err != nil {
		return err
	}
	tick := time.NewTicker(host.Pause)
	defer tick.Stop()
	for h.alive(name) {
		select {
		case <-ctx.Done():
			return fmt.Errorf("wait for the end of %s: %w", name, context.Cause(ctx))
		case <-tick.C:
		}
	}
	return nil
}

// Disturb pauses or kills a node, as [Home.Node] does, for a limited time: the supervisor resumes or starts it if that has not
// been done by then, for example because the calling process was killed. Until is in the node's status.
func (h *control) Disturb(ctx context.Context, name, node, action string, lasts time.Duration) error {
	path := "/node/" + url.PathEscape(node) + "/" + url.PathEscape(action)
	return h.request(ctx, name, http.MethodPost, path, nodeOrder{For: lasts}, nil)
}

// Nodes returns what the supervisor knows about the nodes and faults of a cluster without asking a server: phases, but not
// whether a node is healthy.
func (h *control) Nodes(ctx context.Context, name string) (Status, error) {
	var s Status
	err := h.request(ctx, name, http.MethodGet, "/nodes", nil, &s)
	return s, err
}

// push sends the JWTs of all accounts to every server of a running cluster.
func (h *control) push(ctx context.Context, name string) error {
	return h.request(ctx, name, http.MethodPost, "/push", nil, nil)
}

// NewUser adds a user to an account of a cluster of processes, see [Cluster.AddUser]. The context names the saved context that the
// caller will create for it, so that it is removed with the cluster.
func (h *control) NewUser(ctx context.Context, name, account string, u spec.User, contextName string) (plan.Identity, error) {
	var id plan.Identity
	err := h.request(ctx, name, http.MethodPost, "/users/"+url.PathEscape(account), newUser{u, contextName}, &id)
	return id, err
}

// Revoke is [Cluster.Revoke] for a cluster of processes.
func (h *control) Revoke(ctx context.Context, name, user string) error {
	return h.request(ctx, name, http.MethodDelete, "/users/"+url.PathEscape(user), nil, nil)
}
