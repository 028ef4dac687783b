package testcluster

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// recorder is a test that notes how it failed instead of failing.
type recorder struct {
	testing.TB
	failure string
}

func (*recorder) Helper() {}

func (r *recorder) Fatalf(format string, args ...any) { r.failure = fmt.Sprintf(format, args...) }

func TestPorts(t *testing.T) {
	ports := Ports(t, 20)
	slices.Sort(ports)
	if len(slices.Compact(ports)) != 20 {
		t.Errorf("not 20 different ports: %v", ports)
	}
	for _, port := range ports {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			t.Errorf("port %d is not free: %v", port, err)
			continue
		}
		l.Close()
	}
}

func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var looks int
		var good recorder
		Await(&good, "third look", func() bool { looks++; return looks == 3 })
		if looks != 3 || good.failure != "" {
			t.Errorf("%d looks, failure %q", looks, good.failure)
		}
		var bad recorder
		start := time.Now()
		Await(&bad, "miracle", func() bool { return false })
		if bad.failure != "no miracle in 1m30s" || time.Since(start) != patience {
			t.Errorf("failure %q after %v", bad.failure, time.Since(start))
		}
	})
}

func TestRetryReportsTheLastError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var bad recorder
		tries := 0
		Retry(&bad, "answer", func() error { tries++; return fmt.Errorf("try %d: %w", min(tries, 7), errors.ErrUnsupported) })
		if want := "no answer in 1m30s: try 7: unsupported operation"; bad.failure != want {
			t.Errorf("failure %q, want %q", bad.failure, want)
		}
		Retry(t, "answer", func() error { return nil })
	})
}
