// Package usage measures what a run costs the machine that it runs on: the CPU
// and memory of this process, and the CPU of all others. It must not know benchmarks.
package usage

import (
	"runtime"
	"time"

	"github.com/natsctl/natsctl/internal/bench/result"
)

// Meter holds what the process and the machine had used when it was started.
type Meter struct {
	at      time.Time
	self    time.Duration
	busy    time.Duration
	gcCount uint32
	servers *Servers
	began   time.Duration // what they had used
}

// Start reads all counters. The processes of local servers, which may be nil, are
// counted separately.
func Start(local *Servers) *Meter {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return &Meter{at: time.Now(), self: processCPU(), busy: machineCPU(), gcCount: m.NumGC, servers: local, began: local.cpu()}
}

// Read fills in what a run of so many messages has used since the start.
func (u *Meter) Read(c *result.ClientUse, msgs int64) {
	wall := time.Since(u.at)
	self, busy := processCPU()-u.self, machineCPU()-u.busy
	if msgs > 0 {
		c.CPUNSPerMsg = float64(self) / float64(msgs)
	}
	c.CPUCores = float64(self) / float64(wall)
	if busy > self {
		c.ForeignCPU = float64(busy-self) / float64(wall) / float64(runtime.NumCPU())
	}
	if used := u.servers.cpu() - u.began; used > 0 {
		c.ServerCPU = float64(used) / float64(wall) / float64(runtime.NumCPU())
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	c.GCPauseMaxUS = float64(longestPause(&m, u.gcCount)) / 1e3
	c.RSSMB = float64(residentBytes()) / (1 << 20)
	if c.RSSMB == 0 { // not known on this system: what the runtime holds
		c.RSSMB = float64(m.Sys-m.HeapReleased) / (1 << 20)
	}
}

// longestPause returns the longest of the collector's pauses since its count was
// from, of those that the runtime still has.
func longestPause(m *runtime.MemStats, from uint32) (most uint64) {
	remembered := uint32(len(m.PauseNs))
	for n := max(from, m.NumGC-min(m.NumGC, remembered)); n < m.NumGC; n++ {
		most = max(most, m.PauseNs[n%remembered])
	}
	return most
}
