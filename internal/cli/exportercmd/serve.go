package exportercmd

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/exporter-toolkit/web"

	"github.com/natsctl/natsctl/exporter"
	"github.com/natsctl/natsctl/internal/cli"
)

// reconnectForever are the options for a connection that may be established later and is
// retried for the life of the process, after any failure.
var reconnectForever = []nats.Option{nats.RetryOnFailedConnect(true), nats.IgnoreAuthErrorAbort(), nats.MaxReconnects(-1)}

// Limits of the HTTP server: a scraper sends little, and may need time to read
// the metrics of a large fleet.
const (
	headerTimeout = 10 * time.Second
	idleTimeout   = 2 * time.Minute
	stopTimeout   = 5 * time.Second
)

func (c *exporterServeCommand) Run(ctx context.Context, e *cli.Env) error {
	log := slog.New(slog.NewTextHandler(e.Err, nil))
	s := &service{open: func() (*instance, error) { return c.open(ctx, e, log) }, log: log}
	if err := s.reload(); err != nil {
		return err
	}
	defer s.close()
	hangup := make(chan os.Signal, 1)
	signal.Notify(hangup, syscall.SIGHUP)
	defer signal.Stop(hangup)
	go s.reloadOn(ctx, hangup)
	return c.listen(ctx, s, log)
}

// instance is an exporter with its connections.
type instance struct {
	pages  http.Handler
	exp    *exporter.Exporter
	conns  []*nats.Conn
	active sync.WaitGroup // requests
}

// open connects with the current context and flags.
func (c *exporterServeCommand) open(ctx context.Context, e *cli.Env, log *slog.Logger) (_ *instance, err error) {
	target, err := e.Target()
	if err != nil {
		return nil, err
	}
	opts, err := c.options(target.Name)
	if err != nil {
		return nil, err
	}
	opts = append(opts, exporter.WithLogger(log))
	if len(c.probes) > 0 {
		opts = append(opts, exporter.WithResolver(probeResolver(e, c.probes)))
	}
	i := &instance{}
	defer func() {
		if err != nil {
			i.close()
		}
	}()
	nc, err := e.Dial(ctx, target, reconnectForever...)
	if err != nil {
		return nil, err
	}
	i.conns = append(i.conns, nc)
	if i.exp, err = exporter.New(nc, opts...); err != nil {
		return nil, err
	}
	if err := c.watchAccounts(ctx, e, i); err != nil {
		return nil, err
	}
	i.pages, err = exporterPages(i.exp)
	return i, err
}

func (c *exporterServeCommand) watchAccounts(ctx context.Context, e *cli.Env, i *instance) error {
	for _, name := range c.accounts {
		nc, err := cli.ConnectContext(ctx, e, name, reconnectForever...)
		if err != nil {
			return err
		}
		i.conns = append(i.conns, nc)
		if err := i.exp.WatchAccount(name, nc, c.latency...); err != nil {
			return err
		}
	}
	return nil
}

// close closes the exporter and its connections. It does not wait for a hung
// server.
func (i *instance) close() {
	if i.exp != nil {
		i.exp.Close()
	}
	for _, nc := range i.conns {
		go nc.Close()
	}
}

// service serves the pages of the current instance, which a reload replaces.
type service struct {
	open func() (*instance, error)
	log  *slog.Logger

	mu  sync.RWMutex
	now *instance
}

// ServeHTTP serves the pages of the current instance.
func (s *service) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	s.mu.RLock()
	i := s.now
	i.active.Add(1)
	s.mu.RUnlock()
	defer i.active.Done()
	i.pages.ServeHTTP(w, req)
}

// reload replaces the current instance, which is closed after its last request.
// If the new instance cannot be created, the current one is kept.
func (s *service) reload() error {
	next, err := s.open()
	if err != nil {
		return err
	}
	s.mu.Lock()
	old := s.now
	s.now = next
	s.mu.Unlock()
	if old != nil {
		go func() {
			old.active.Wait()
			old.close()
		}()
	}
	return nil
}

// reloadOn reloads at each signal until ctx ends. The web configuration is read
// for each request anyway.
func (s *service) reloadOn(ctx context.Context, hangup <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-hangup:
		}
		if err := s.reload(); err != nil {
			s.log.Error("reload failed; the old configuration stays", "error", err.Error())
			continue
		}
		s.log.Info("reloaded")
	}
}

func (s *service) close() {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.now.close()
}

// listen serves until ctx is done, then lets active scrapes finish.
func (c *exporterServeCommand) listen(ctx context.Context, pages http.Handler, log *slog.Logger) error {
	srv := &http.Server{Handler: pages, ReadHeaderTimeout: headerTimeout, IdleTimeout: idleTimeout}
	stopped := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTimeout)
		defer cancel()
		_ = srv.Shutdown(grace) // requests that are not finished by then are aborted
	})
	defer stopped()
	err := web.ListenAndServe(srv, c.web, log)
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
