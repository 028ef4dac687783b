package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/link"
)

// serve serves the cluster's socket, which only its owner can open, until it is stopped or the context ends.
func (k *keeper) serve(ctx context.Context, kept <-chan struct{}, r hooks) error {
	l, err := k.listen(ctx)
	if err != nil {
		return err
	}
	quit := make(chan struct{})
	srv := &http.Server{Handler: k.routes(sync.OnceFunc(func() { close(quit) })), ReadHeaderTimeout: time.Minute}
	served := make(chan error, 1)
	go func() { served <- srv.Serve(l) }()
	defer func() {
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), answerTime)
		defer cancel()
		if srv.Shutdown(last) != nil { // whoever requested the stop still gets an answer
			srv.Close() //nolint:errcheck // everything ends here
		}
		<-served //nolint:errcheck // it has just been closed
	}()
	r.ready()
	select {
	case <-kept:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	if err := k.keepIt(); err != nil {
		return err
	}
	r.kept()
	return k.attend(ctx, quit)
}

// answerTime is how long pending answers may take at shutdown.
const answerTime = 2 * time.Second

// errRemoved stops a supervisor whose files have been removed.
var errRemoved = errors.New("the files of the cluster have been removed")

// attend waits until the cluster ends.
func (k *keeper) attend(ctx context.Context, quit <-chan struct{}) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-quit:
			return k.setUp(false)
		case <-ctx.Done():
			return context.Cause(ctx)
		case now := <-tick.C:
			for _, p := range k.all() {
				p.undo(now)
			}
			if _, err := os.Stat(k.home.path(k.state.Plan.Spec.Name, "alive")); errors.Is(err, os.ErrNotExist) {
				return errRemoved
			}
		}
	}
}

// keepIt records that the start of the cluster is complete.
func (k *keeper) keepIt() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	next := k.state
	next.Kept, next.Up = true, true
	return k.commit(next, nil)
}

func (k *keeper) setUp(up bool) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state.Up = up
	return k.home.save(k.state)
}

// socketLimit is the longest socket path that every operating system accepts.
const socketLimit = 100

// listen opens the socket in the cluster's directory, or in a private one of its own when the path would be too long.
func (k *keeper) listen(ctx context.Context) (net.Listener, error) {
	path := k.home.path(k.state.Plan.Spec.Name, "socket")
	if len(path) > socketLimit {
		dir, err := os.MkdirTemp("", "natsctl-")
		if err != nil {
			return nil, fmt.Errorf("make a directory for the socket: %w", err)
		}
		path = dir + "/socket"
	}
	os.Remove(path) //nolint:errcheck // left by a supervisor that was killed
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", path)
	if err != nil {
		return nil, fmt.Errorf("open the socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("protect the socket: %w", err), l.Close())
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.state.Socket = path
	return l, k.home.save(k.state)
}

// route is one kind of request to the socket.
type route struct {
	pattern string
	answer  func(ctx context.Context, r *http.Request) (any, error)
}

func (k *keeper) routes(quit func()) http.Handler {
	mux := http.NewServeMux()
	for _, r := range []route{
		{"GET /status", func(ctx context.Context, _ *http.Request) (any, error) { return k.status(ctx), nil }},
		{"GET /nodes", func(context.Context, *http.Request) (any, error) { return k.phases(), nil }},
		{"POST /down", func(context.Context, *http.Request) (any, error) { quit(); return nil, nil }},
		{"POST /ready", func(ctx context.Context, _ *http.Request) (any, error) { return nil, k.ready(ctx) }},
		{"POST /node/{name}/{do}", k.nodeRequest},
		{"POST /change", k.changeRequest},
		{"GET /pending", func(context.Context, *http.Request) (any, error) { return k.pending(), nil }},
		{"POST /push", func(ctx context.Context, _ *http.Request) (any, error) {
			return nil, client.Fleet{Plan: k.plan()}.Push(ctx)
		}},
		{"POST /program", k.programRequest},
		{"POST /users/{account}", k.userRequest},
		{"DELETE /users/{user}", func(ctx context.Context, r *http.Request) (any, error) {
			return nil, k.revoke(ctx, r.PathValue("user"))
		}},
		{"GET /faults", func(context.Context, *http.Request) (any, error) { return k.faults(), nil }},
		{"POST /faults", k.faultRequest},
		{"DELETE /faults", k.healRequest},
	} {
		mux.HandleFunc(r.pattern, r.serve)
	}
	return mux
}

// serve answers one request with JSON; an error has the status 500 with its text and kind.
func (r route) serve(w http.ResponseWriter, req *http.Request) {
	body, err := r.answer(req.Context(), req)
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		body = encodeError(err)
	}
	json.NewEncoder(w).Encode(body) //nolint:errcheck // the caller has disconnected
}

func (k *keeper) nodeRequest(ctx context.Context, r *http.Request) (any, error) {
	p, err := k.node(r.PathValue("name"))
	if err != nil {
		return nil, err
	}
	var o nodeOrder
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		return nil, fmt.Errorf("read the order: %w", err)
	}
	for _, a := range nodeActions {
		if a.Name == r.PathValue("do") {
			if err := a.do(ctx, k, p, o); err != nil {
				return nil, err
			}
			p.lasts(o.For)
			return nil, nil
		}
	}
	return nil, fmt.Errorf("%w: %q is not an action on a node", ErrNode, r.PathValue("do"))
}

func (k *keeper) userRequest(_ context.Context, r *http.Request) (any, error) {
	var u newUser
	if err := json.NewDecoder(r.Body).Decode(&u); err != nil {
		return nil, fmt.Errorf("read the user: %w", err)
	}
	return k.addUser(r.PathValue("account"), u)
}

func (k *keeper) faultRequest(_ context.Context, r *http.Request) (any, error) {
	var f link.Fault
	if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
		return nil, fmt.Errorf("read the fault: %w", err)
	}
	if k.links == nil {
		return nil, fmt.Errorf("%w: the links of %s are direct, they cannot be disturbed", link.ErrFault, k.state.Plan.Spec.Name)
	}
	return k.links.Inject(f)
}

func (k *keeper) healRequest(_ context.Context, r *http.Request) (any, error) {
	if k.links == nil {
		return 0, nil
	}
	var ids []int
	for _, s := range r.URL.Query()["id"] {
		id, err := strconv.Atoi(s)
		if err != nil {
			return 0, fmt.Errorf("%w: %q is not the number of a fault", link.ErrFault, s)
		}
		ids = append(ids, id)
	}
	return k.links.Heal(ids...)
}

// newProgram is the body of a request to change what nodes run.
type newProgram struct {
	Path  string `json:"path"` // "" for the embedded one
	Force bool   `json:"force"`
}

// checkOlder refuses a nats-server that is older than the one that wrote the JetStream files.
func (k *keeper) checkOlder(ctx context.Context, path string) error {
	next, err := versionOf(ctx, path)
	if err != nil {
		return err
	}
	k.mu.Lock()
	program, name, noJetStream := k.state.Program, k.state.Plan.Spec.Name, k.state.Plan.Spec.NoJetStream
	k.mu.Unlock()
	now, err := versionOf(ctx, program)
	if err == nil && older(next, now) && !noJetStream {
		return fmt.Errorf("%w: %s is older than %s, which %s runs, and may be unable to read its JetStream data", ErrProgram, next, now, name)
	}
	return nil
}

// programRequest changes the nats-server of nodes for their next start.
func (k *keeper) programRequest(ctx context.Context, r *http.Request) (any, error) {
	var o newProgram
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		return nil, fmt.Errorf("read the program: %w", err)
	}
	if err := tryProgram(ctx, k.plan(), o.Path); err != nil {
		return nil, err
	}
	if err := k.checkOlder(ctx, o.Path); err != nil && !o.Force {
		return nil, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	next := k.state
	next.Program = o.Path
	if err := k.commit(next, nil); err != nil {
		return nil, err
	}
	for _, p := range k.nodes {
		p.runs(o.Path)
	}
	return nil, nil
}
