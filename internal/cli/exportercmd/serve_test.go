package exportercmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/testcluster"
)

// numbered is a service whose instances serve their number.
func numbered(log *lockedBuffer, fail *error) *service {
	n := 0
	s := &service{log: slog.New(slog.NewTextHandler(log, nil))}
	s.open = func() (*instance, error) {
		if *fail != nil {
			return nil, *fail
		}
		n++
		page := fmt.Sprint("instance ", n)
		return &instance{pages: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, page) })}, nil
	}
	return s
}

func served(t *testing.T, h http.Handler) string {
	t.Helper()
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil))
	return rec.Body.String()
}

// A hangup takes a new instance; one that cannot be made leaves the old one at
// work, and the log says so.
func TestHangupReloads(t *testing.T) {
	var fail error
	log := &lockedBuffer{}
	s := numbered(log, &fail)
	if err := s.reload(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	hangup, done := make(chan os.Signal), make(chan struct{})
	go func() { s.reloadOn(ctx, hangup); close(done) }()
	hangup <- syscall.SIGHUP
	testcluster.Await(t, "second instance", func() bool { return served(t, s) == "instance 2" && strings.Contains(log.String(), "reloaded") })
	fail = errors.New("no such context")
	hangup <- syscall.SIGHUP
	testcluster.Await(t, "message", func() bool {
		return strings.Contains(log.String(), "reload failed") && strings.Contains(log.String(), "no such context")
	})
	if got := served(t, s); got != "instance 2" {
		t.Errorf("after a failure: %s", got)
	}
	cancel()
	<-done
}

// What cannot start at all is an error, not a service without pages.
func TestServiceThatCannotStart(t *testing.T) {
	fail := errors.New("no such context")
	if err := numbered(&lockedBuffer{}, &fail).reload(); !errors.Is(err, fail) {
		t.Errorf("%v", err)
	}
}

// A request that is under way ends with the instance that it began with.
func TestReloadLetsRequestsEnd(t *testing.T) {
	begun, release := make(chan struct{}), make(chan struct{})
	closed := 0
	first := true
	s := &service{log: slog.New(slog.DiscardHandler)}
	s.open = func() (*instance, error) {
		if !first {
			return &instance{pages: http.NotFoundHandler()}, nil
		}
		first = false
		return &instance{pages: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			close(begun)
			<-release
			_, _ = io.WriteString(w, "old")
		})}, nil
	}
	if err := s.reload(); err != nil {
		t.Fatal(err)
	}
	old, answer := s.now, make(chan string)
	go func() { answer <- served(t, s) }()
	<-begun
	if err := s.reload(); err != nil {
		t.Fatal(err)
	}
	idle := make(chan struct{})
	go func() { old.active.Wait(); closed++; close(idle) }()
	select {
	case <-idle:
		t.Error("the old instance ends with a request under way")
	case <-time.After(20 * time.Millisecond):
	}
	close(release)
	if got := <-answer; got != "old" {
		t.Errorf("%q", got)
	}
	<-idle
}
