package exporter

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	dto "github.com/prometheus/client_model/go"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/internal/sys"
)

// probe scrapes the fleet of a named context once: it connects, sends the
// requests, responds and closes the connection. It does not count events.
func (e *Exporter) probe(w http.ResponseWriter, req *http.Request) {
	name := req.URL.Query().Get("context")
	switch {
	case e.cfg.resolver == nil:
		writeText(w, http.StatusNotFound, "probing is not enabled")
		return
	case name == "":
		writeText(w, http.StatusBadRequest, "the parameter context is missing: /probe?context=NAME")
		return
	}
	chosen := req.URL.Query()["collect[]"]
	if len(chosen) == 0 {
		chosen = e.cfg.chosen
	}
	for _, c := range chosen {
		if !known(c) {
			writeText(w, http.StatusBadRequest, fmt.Sprintf("no collector %q", c))
			return
		}
	}
	ctx, cancel := context.WithTimeout(req.Context(), e.budget(req.Header))
	defer cancel()
	p, err := e.probePage(ctx, name, chosen)
	switch {
	case errors.Is(err, ErrNoContext):
		writeText(w, http.StatusNotFound, err.Error())
		return
	case err != nil:
		p = e.cfg.noPage(err)
	}
	p.Fleet = name
	// The counters of this exporter belong to its own fleet, not to this one.
	e.cfg.write(w, req.Header, *p, func(table.Counts) []*dto.MetricFamily { return nil })
}

// probePage takes a snapshot within the deadline of ctx, including the time to
// connect.
func (e *Exporter) probePage(ctx context.Context, name string, chosen []string) (*table.Page, error) {
	var (
		page *table.Page
		err  error
		done = make(chan struct{})
	)
	go func() {
		defer close(done)
		page, err = e.probeFleet(ctx, name, chosen)
	}()
	if late := await(ctx, done); late != nil {
		return nil, late
	}
	return page, err
}

func (e *Exporter) probeFleet(ctx context.Context, name string, chosen []string) (*table.Page, error) {
	nc, err := e.cfg.resolver(ctx, name)
	if err != nil {
		return nil, err
	}
	defer nc.Close()
	snap, err := sys.New(nc, sys.WithTimeout(roundLimit), sys.WithContextName(name)).Snapshot(ctx, wantOf(chosen, e.cfg.Replicas))
	if err != nil {
		return nil, err
	}
	return e.cfg.page(snap, chosen, scrape.Extras{Claims: requestClaims(nc, e.cfg)(ctx, snap)}), nil
}
