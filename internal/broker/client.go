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
)

// ErrDown is wrapped by the error of something asked of a cluster that does not run.
var ErrDown = errors.New("cluster is not running")

// ask makes a request to the supervisor of a cluster.
func (h *Home) ask(ctx context.Context, name, method, path string, body, into any) error {
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
func (h *Home) Status(ctx context.Context, name string) (Status, error) {
	var s Status
	err := h.ask(ctx, name, http.MethodGet, "/status", nil, &s)
	return s, err
}

// Ready waits until the nodes of a cluster that run have found each other, see [Cluster.Ready].
func (h *Home) Ready(ctx context.Context, name string) error {
	return h.ask(ctx, name, http.MethodPost, "/ready", nil, nil)
}

// Node does something of [NodeActions] to a node and returns when it is done. Duration and grace are those of a lame duck.
func (h *Home) Node(ctx context.Context, name, node, action string, duration, grace time.Duration) error {
	path := "/node/" + url.PathEscape(node) + "/" + url.PathEscape(action)
	return h.ask(ctx, name, http.MethodPost, path, nodeOrder{Duration: duration, Grace: grace}, nil)
}

// Inject begins a fault in a cluster and returns it with its id.
func (h *Home) Inject(ctx context.Context, name string, f Fault) (Fault, error) {
	err := h.ask(ctx, name, http.MethodPost, "/faults", f, &f)
	return f, err
}

// Faults are the faults of a cluster.
func (h *Home) Faults(ctx context.Context, name string) ([]Fault, error) {
	var out []Fault
	err := h.ask(ctx, name, http.MethodGet, "/faults", nil, &out)
	return out, err
}

// Heal ends the faults of the given ids, all when none is given, and returns how many it ended.
func (h *Home) Heal(ctx context.Context, name string, ids ...int) (int, error) {
	q := url.Values{}
	for _, id := range ids {
		q.Add("id", strconv.Itoa(id))
	}
	var n int
	err := h.ask(ctx, name, http.MethodDelete, "/faults?"+q.Encode(), nil, &n)
	return n, err
}

// Down stops a cluster and returns when nothing of it runs; its data and contexts stay. A cluster that is down already is
// no error.
func (h *Home) Down(ctx context.Context, name string) error {
	release, err := h.lock(name)
	if err != nil {
		return err
	}
	defer release()
	return h.down(ctx, name)
}

// down is Down for who holds the lock.
func (h *Home) down(ctx context.Context, name string) error {
	if err := h.halt(ctx, name); err != nil {
		return err
	}
	return h.settleDown(name)
}

// halt ends the supervisor of a cluster, and all of it with it, if there is one.
func (h *Home) halt(ctx context.Context, name string) error {
	if !h.alive(name) {
		return nil
	}
	if err := h.ask(ctx, name, http.MethodPost, "/down", nil, nil); err != nil {
		return err
	}
	tick := time.NewTicker(pause)
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

// settleDown remembers that a cluster whose supervisor is gone is not meant to run.
func (h *Home) settleDown(name string) error {
	s, err := h.load(name)
	if err != nil || !s.Up {
		return err
	}
	s.Up = false
	return h.save(s)
}

// Delete stops a cluster and removes all that is left of it: data, configuration, secrets, contexts.
func (h *Home) Delete(ctx context.Context, name string) error {
	release, err := h.lock(name)
	if err != nil {
		return err
	}
	defer release()
	s, err := h.load(name)
	if err != nil {
		return err
	}
	if err := h.halt(ctx, name); err != nil {
		return err
	}
	return h.discard(s)
}
