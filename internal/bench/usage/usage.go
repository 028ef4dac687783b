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
	used    cpuTimes
	gcCount uint32
	servers *Servers
}

// cpuTimes are the CPU times that have been used so far, or between two readings.
type cpuTimes struct {
	self    time.Duration // by this process
	busy    time.Duration // by all processes, this one included; 0: not known
	servers time.Duration // by the local servers
}

func readCPU(local *Servers) cpuTimes {
	return cpuTimes{self: processCPU(), busy: machineCPU(), servers: local.cpu()}
}

// Start reads all counters. The processes of local servers, which may be nil, are
// counted separately.
func Start(local *Servers) *Meter {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return &Meter{at: time.Now(), used: readCPU(local), gcCount: m.NumGC, servers: local}
}

// Read fills in what a run of so many messages has used since the start.
func (u *Meter) Read(c *result.ClientUse, msgs int64) {
	wall := time.Since(u.at)
	readCPU(u.servers).since(u.used).fill(c, wall, msgs, runtime.NumCPU())
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	c.GCPauseMaxUS = float64(longestPause(&m, u.gcCount)) / 1e3
	c.RSSMB = float64(residentBytes()) / (1 << 20)
	if c.RSSMB == 0 { // not known on this system: what the runtime holds
		c.RSSMB = float64(m.Sys-m.HeapReleased) / (1 << 20)
	}
}

// since returns the times between an earlier reading and this one.
func (t cpuTimes) since(start cpuTimes) cpuTimes {
	return cpuTimes{self: t.self - start.self, busy: t.busy - start.busy, servers: t.servers - start.servers}
}

// fill relates the times to the messages, and to the processors of the machine.
func (t cpuTimes) fill(c *result.ClientUse, wall time.Duration, msgs int64, processors int) {
	if msgs > 0 {
		c.CPUNSPerMsg = float64(t.self) / float64(msgs)
	}
	c.CPUCores = float64(t.self) / float64(wall)
	if t.busy > t.self {
		c.ForeignCPU = float64(t.busy-t.self) / float64(wall) / float64(processors)
	}
	if t.servers > 0 {
		c.ServerCPU = float64(t.servers) / float64(wall) / float64(processors)
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
