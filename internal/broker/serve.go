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
func (sv *supervisor) serve(ctx context.Context, kept <-chan struct{}, r hooks) error {
	l, err := sv.listen(ctx)
	if err != nil {
		return err
	}
	quit := make(chan struct{})
	srv := &http.Server{Handler: sv.routes(sync.OnceFunc(func() { close(quit) })), ReadHeaderTimeout: time.Minute}
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
	if err := sv.markKept(); err != nil {
		return err
	}
	r.kept()
	return sv.wait(ctx, quit)
}

// answerTime is how long pending answers may take at shutdown.
const answerTime = 2 * time.Second

// errRemoved stops a supervisor whose files have been removed.
var errRemoved = errors.New("the files of the cluster have been removed")

// wait waits until the cluster ends. Nodes whose time has come are started again meanwhile; none of these starts outlasts it.
func (sv *supervisor) wait(ctx context.Context, quit <-chan struct{}) error {
	var starts sync.WaitGroup
	defer starts.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-quit:
			return sv.markUp(false)
		case <-ctx.Done():
			return context.Cause(ctx)
		case now := <-tick.C:
			for _, p := range sv.all() {
				if p.undo(now) {
					starts.Go(func() { p.startAndWait(ctx) }) //nolint:errcheck // see undo
				}
			}
			if _, err := os.Stat(sv.home.path(sv.state.Plan.Spec.Name, "alive")); errors.Is(err, os.ErrNotExist) {
				return errRemoved
			}
		}
	}
}

// markKept records that the start of the cluster is complete.
func (sv *supervisor) markKept() error {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	next := sv.state
	next.Kept, next.Up = true, true
	return sv.commit(next, nil)
}

func (sv *supervisor) markUp(up bool) error {
	sv.mu.Lock()
	defer sv.mu.Unlock()
	sv.state.Up = up
	return sv.home.save(sv.state)
}

// socketLimit is the longest socket path that every operating system accepts.
const socketLimit = 100

// listen opens the socket in the cluster's directory, or in a private one of its own when the path would be too long.
func (sv *supervisor) listen(ctx context.Context) (net.Listener, error) {
	path := sv.home.path(sv.state.Plan.Spec.Name, "socket")
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
	sv.mu.Lock()
	defer sv.mu.Unlock()
	sv.state.Socket = path
	return l, sv.home.save(sv.state)
}

// route is one kind of request to the socket.
type route struct {
	pattern string
	answer  func(ctx context.Context, r *http.Request) (any, error)
}

func (sv *supervisor) routes(quit func()) http.Handler {
	mux := http.NewServeMux()
	for _, r := range []route{
		{"GET /status", func(ctx context.Context, _ *http.Request) (any, error) { return sv.status(ctx), nil }},
		{"GET /nodes", func(context.Context, *http.Request) (any, error) { return sv.phases(), nil }},
		{"POST /down", func(context.Context, *http.Request) (any, error) { quit(); return nil, nil }},
		{"POST /ready", func(ctx context.Context, _ *http.Request) (any, error) { return nil, sv.ready(ctx) }},
		{"POST /node/{name}/{do}", sv.nodeRequest},
		{"POST /change", sv.changeRequest},
		{"GET /pending", func(context.Context, *http.Request) (any, error) { return sv.pending(), nil }},
		{"POST /push", func(ctx context.Context, _ *http.Request) (any, error) {
			return nil, client.Fleet{Plan: sv.plan()}.Push(ctx)
		}},
		{"POST /program", sv.programRequest},
		{"POST /users/{account}", sv.userRequest},
		{"DELETE /users/{user}", func(ctx context.Context, r *http.Request) (any, error) {
			return nil, sv.revoke(ctx, r.PathValue("user"))
		}},
		{"GET /faults", func(context.Context, *http.Request) (any, error) { return sv.faults(), nil }},
		{"POST /faults", sv.faultRequest},
		{"DELETE /faults", sv.healRequest},
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

func (sv *supervisor) nodeRequest(ctx context.Context, r *http.Request) (any, error) {
	p, err := sv.node(r.PathValue("name"))
	if err != nil {
		return nil, err
	}
	var o nodeOrder
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		return nil, fmt.Errorf("read the order: %w", err)
	}
	for _, a := range nodeActions {
		if a.Name == r.PathValue("do") {
			if err := a.do(ctx, sv, p, o); err != nil {
				return nil, err
			}
			p.setEnd(o.For)
			return nil, nil
		}
	}
	return nil, fmt.Errorf("%w: %q is not an action on a node", ErrNode, r.PathValue("do"))
}

func (sv *supervisor) userRequest(_ context.Context, r *http.Request) (any, error) {
	var u newUser
	if err := json.NewDecoder(r.Body).Decode(&u); err != nil {
		return nil, fmt.Errorf("read the user: %w", err)
	}
	return sv.addUser(r.PathValue("account"), u)
}

func (sv *supervisor) faultRequest(_ context.Context, r *http.Request) (any, error) {
	var f link.Fault
	if err := json.NewDecoder(r.Body).Decode(&f); err != nil {
		return nil, fmt.Errorf("read the fault: %w", err)
	}
	if sv.links == nil {
		return nil, fmt.Errorf("%w: the links of %s are direct, they cannot be disturbed", link.ErrFault, sv.state.Plan.Spec.Name)
	}
	return sv.links.Inject(f)
}

func (sv *supervisor) healRequest(_ context.Context, r *http.Request) (any, error) {
	if sv.links == nil {
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
	return sv.links.Heal(ids...)
}

// newProgram is the body of a request to change what nodes run.
type newProgram struct {
	Path  string `json:"path"` // "" for the embedded one
	Force bool   `json:"force"`
}

// checkOlder refuses a nats-server that is older than the one that wrote the JetStream files.
func (sv *supervisor) checkOlder(ctx context.Context, path string) error {
	next, err := versionOf(ctx, path)
	if err != nil {
		return err
	}
	sv.mu.Lock()
	program, name, noJetStream := sv.state.Program, sv.state.Plan.Spec.Name, sv.state.Plan.Spec.NoJetStream
	sv.mu.Unlock()
	now, err := versionOf(ctx, program)
	if err == nil && older(next, now) && !noJetStream {
		return fmt.Errorf("%w: %s is older than %s, which %s runs, and may be unable to read its JetStream data", ErrProgram, next, now, name)
	}
	return nil
}

// programRequest changes the nats-server of nodes for their next start.
func (sv *supervisor) programRequest(ctx context.Context, r *http.Request) (any, error) {
	var o newProgram
	if err := json.NewDecoder(r.Body).Decode(&o); err != nil {
		return nil, fmt.Errorf("read the program: %w", err)
	}
	if err := tryProgram(ctx, sv.plan(), o.Path); err != nil {
		return nil, err
	}
	if err := sv.checkOlder(ctx, o.Path); err != nil && !o.Force {
		return nil, err
	}
	sv.mu.Lock()
	defer sv.mu.Unlock()
	next := sv.state
	next.Program = o.Path
	if err := sv.commit(next, nil); err != nil {
		return nil, err
	}
	for _, p := range sv.nodes {
		p.setProgram(o.Path)
	}
	return nil, nil
}
