package usage

import (
	"runtime"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/bench/result"
)

// TestUsage says what this process and its machine have used since.
func TestUsage(t *testing.T) {
	began := time.Now()
	u := Start(nil)
	for end := time.Now().Add(60 * time.Millisecond); time.Now().Before(end); {
		runtime.Gosched()
	}
	runtime.GC()
	var c result.ClientUse
	u.Read(&c, 1000)
	if runtime.GOOS == "linux" && (c.CPUNSPerMsg <= 0 || c.CPUCores <= 0 || c.CPUCores > float64(runtime.NumCPU())+0.5) {
		t.Errorf("%+v", c)
	}
	if per := c.CPUNSPerMsg * 1000; per > 0 && (per < c.CPUCores*50e6 || per > c.CPUCores*60e9) {
		t.Errorf("%v ns for each of 1000 messages, %v cores", c.CPUNSPerMsg, c.CPUCores)
	}
	if c.ForeignCPU < 0 || c.ForeignCPU > 1.2 || c.RSSMB < 1 || c.RSSMB > 100_000 || c.GCPauseMaxUS <= 0 || c.GCPauseMaxUS > float64(time.Since(began).Microseconds()) {
		t.Errorf("%+v", c)
	}
}

// TestCPUShares relates known times to messages and processors.
func TestCPUShares(t *testing.T) {
	const s = time.Second
	start := cpuTimes{self: 5 * s, busy: 70 * s, servers: 11 * s}
	for _, tc := range []struct {
		name string
		now  cpuTimes
		msgs int64
		want result.ClientUse
	}{
		{"others and servers are busy", cpuTimes{self: 8 * s, busy: 80 * s, servers: 13 * s}, 1500, result.ClientUse{CPUNSPerMsg: 2e6, CPUCores: 0.3, ForeignCPU: 0.175, ServerCPU: 0.05}},
		{"no message", cpuTimes{self: 8 * s, busy: 80 * s, servers: 11 * s}, 0, result.ClientUse{CPUCores: 0.3, ForeignCPU: 0.175}},
		{"one message", cpuTimes{self: 6 * s, busy: 71 * s, servers: 11 * s}, 1, result.ClientUse{CPUNSPerMsg: 1e9, CPUCores: 0.1}},
		{"all others unknown", cpuTimes{self: 6 * s, busy: 70 * s, servers: 11 * s}, 1, result.ClientUse{CPUNSPerMsg: 1e9, CPUCores: 0.1}},
		{"a server has ended", cpuTimes{self: 6 * s, busy: 71 * s, servers: 4 * s}, 1, result.ClientUse{CPUNSPerMsg: 1e9, CPUCores: 0.1}},
	} {
		var got result.ClientUse
		if tc.now.since(start).fill(&got, 10*s, tc.msgs, 4); got != tc.want {
			t.Errorf("%s: %+v\nwant %+v", tc.name, got, tc.want)
		}
	}
}

// TestLongestPause looks at the pauses since a count, as far as they are
// remembered.
func TestLongestPause(t *testing.T) {
	m := &runtime.MemStats{NumGC: 5}
	copy(m.PauseNs[:], []uint64{90, 10, 30, 20, 15, 99})
	for from, want := range map[uint32]uint64{0: 90, 1: 30, 3: 20, 4: 15, 5: 0} {
		if got := longestPause(m, from); got != want {
			t.Errorf("since %d: %d, want %d", from, got, want)
		}
	}
	m.NumGC = 258 // the first two are overwritten
	m.PauseNs[0], m.PauseNs[1] = 7, 8
	if got := longestPause(m, 0); got != 99 {
		t.Errorf("after a turn: %d, want 99", got)
	}
}
