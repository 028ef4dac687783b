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

// ErrDown is wrapped by the error of something asked of a cluster that does not run.
var ErrDown = errors.New("cluster is not running")

// control asks the supervisors of clusters that run.
type control struct{ store }

// ask makes a request to the supervisor of a cluster.
func (h *control) ask(ctx context.Context, name, method, path string, body, into any) error {
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
		json.NewDecoder(resp.Body).Decode(&v) //nolint:errcheck // then the status is all there is to say
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

// Status asks how a cluster is; the error wraps [ErrDown] when it does not run.
func (h *control) Status(ctx context.Context, name string) (Status, error) {
	var s Status
	err := h.ask(ctx, name, http.MethodGet, "/status", nil, &s)
	return s, err
}

// Ready waits until the nodes of a cluster that run have found each other, see [Cluster.Ready].
func (h *control) Ready(ctx context.Context, name string) error {
	return h.ask(ctx, name, http.MethodPost, "/ready", nil, nil)
}

// Node does something of [NodeActions] to a node and returns when it is done. Duration and grace are those of a lame duck.
func (h *control) Node(ctx context.Context, name, node, action string, duration, grace time.Duration) error {
	path := "/node/" + url.PathEscape(node) + "/" + url.PathEscape(action)
	return h.ask(ctx, name, http.MethodPost, path, nodeOrder{Duration: duration, Grace: grace}, nil)
}

// Inject begins a fault in a cluster and returns it with its id.
func (h *control) Inject(ctx context.Context, name string, f link.Fault) (link.Fault, error) {
	err := h.ask(ctx, name, http.MethodPost, "/faults", f, &f)
	return f, err
}

// Faults are the faults of a cluster.
func (h *control) Faults(ctx context.Context, name string) ([]link.Fault, error) {
	var out []link.Fault
	err := h.ask(ctx, name, http.MethodGet, "/faults", nil, &out)
	return out, err
}

// Heal ends the faults of the given ids, all when none is given, and returns how many it ended.
func (h *control) Heal(ctx context.Context, name string, ids ...int) (int, error) {
	q := url.Values{}
	for _, id := range ids {
		q.Add("id", strconv.Itoa(id))
	}
	var n int
	err := h.ask(ctx, name, http.MethodDelete, "/faults?"+q.Encode(), nil, &n)
	return n, err
}

// halt ends the supervisor of a cluster, and all of it with it, if there is one.
func (h *control) halt(ctx context.Context, name string) error {
	if !h.alive(name) {
		return nil
	}
	if err := h.ask(ctx, name, http.MethodPost, "/down", nil, nil); err != nil {
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

// Disturb pauses or kills a node, as [Home.Node] does, for some time: when nobody has mended it by then, such as because the
// process that was to do it was killed, the supervisor does. Until is in the node's status.
func (h *control) Disturb(ctx context.Context, name, node, action string, lasts time.Duration) error {
	path := "/node/" + url.PathEscape(node) + "/" + url.PathEscape(action)
	return h.ask(ctx, name, http.MethodPost, path, nodeOrder{For: lasts}, nil)
}

// Nodes reports the nodes and faults of a cluster what its supervisor knows without asking a server: phases, and not whether
// a node is well.
func (h *control) Nodes(ctx context.Context, name string) (Status, error) {
	var s Status
	err := h.ask(ctx, name, http.MethodGet, "/nodes", nil, &s)
	return s, err
}

// push hands the JWTs of all accounts to every server of a running cluster.
func (h *control) push(ctx context.Context, name string) error {
	return h.ask(ctx, name, http.MethodPost, "/push", nil, nil)
}

// NewUser makes one more user of an account of a cluster of processes, see [Cluster.AddUser]. The context is the name of the
// saved one that the caller will make for it, so that it goes with the cluster.
func (h *control) NewUser(ctx context.Context, name, account string, u spec.User, contextName string) (plan.Identity, error) {
	var id plan.Identity
	err := h.ask(ctx, name, http.MethodPost, "/users/"+url.PathEscape(account), newUser{u, contextName}, &id)
	return id, err
}

// Revoke is [Cluster.Revoke] for a cluster of processes.
func (h *control) Revoke(ctx context.Context, name, user string) error {
	return h.ask(ctx, name, http.MethodDelete, "/users/"+url.PathEscape(user), nil, nil)
}
