package exporter

import (
	"context"
	"net/http"
	"time"
)

// readyTimeout is the timeout of the request behind /readyz.
const readyTimeout = 2 * time.Second

// Routes serves /metrics, /probe?context=NAME, /healthz (the process is
// running) and /readyz (the fleet can be reached), the latter two also as
// /-/healthy and /-/ready.
func (e *Exporter) Routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/metrics", e.Handler())
	mux.HandleFunc("/probe", e.probe)
	for _, path := range []string{"/healthz", "/-/healthy"} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) { writeText(w, http.StatusOK, "ok") })
	}
	for _, path := range []string{"/readyz", "/-/ready"} {
		mux.HandleFunc(path, e.readyz)
	}
	return mux
}

// Ready returns nil if the fleet can be reached, or the reason why not.
func (e *Exporter) Ready(ctx context.Context) error {
	if err := e.ready(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	_, err := e.share.get(ctx, e.cfg.minInterval, []string{"servers"}, e.collect)
	return err
}

func (e *Exporter) readyz(w http.ResponseWriter, req *http.Request) {
	if err := e.Ready(req.Context()); err != nil {
		writeText(w, http.StatusServiceUnavailable, "not ready: "+err.Error())
		return
	}
	writeText(w, http.StatusOK, "ready")
}

func writeText(w http.ResponseWriter, code int, words string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	_, _ = w.Write([]byte(words + "\n")) // the caller has disconnected
}
