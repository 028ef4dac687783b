package bench

import (
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/testcluster/proxy"
)

// TestLostMessagesDoNotHoldTheFlood loses more messages than may be on their way.
func TestLostMessagesDoNotHoldTheFlood(t *testing.T) {
	long(t)
	t.Parallel()
	p := newProxy(t, proxy.Swallow(between(10, 200)))
	// 256 KiB each: 64 may be on their way, and 190 are lost.
	r := mustExecute(t, scenario.Spec{Workload: scenario.PubSub, Sizes: []int{256 << 10}, Msgs: 400, Warmup: -1, Timeout: 1500 * ms}, to(p.URL()))
	if r.Sent != 400 || r.Lost != 190 {
		t.Errorf("sent %d, lost %d", r.Sent, r.Lost)
	}
}

func TestThrottle(t *testing.T) {
	backlog := int64(200)
	h := &throttle{backlog: func() int64 { backlog--; return backlog }, limit: 100, patient: time.Minute}
	h.wait(t.Context())
	if backlog > 75 {
		t.Errorf("went on with %d on their way", backlog)
	}
}
