package bench

import (
	"runtime"
	"time"

	"github.com/natsctl/natsctl/internal/bench/result"
)

// usage is what the process and the machine had used when the run began.
type usage struct {
	at      time.Time
	self    time.Duration
	busy    time.Duration
	gcCount uint32
}

func startUse() *usage {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return &usage{at: time.Now(), self: processCPU(), busy: machineCPU(), gcCount: m.NumGC}
}

// into notes what the run used since.
func (u *usage) into(rep *result.Run) {
	wall := time.Since(u.at)
	self, busy := processCPU()-u.self, machineCPU()-u.busy
	c := &rep.Client
	if n := max(rep.Received, rep.Sent); n > 0 {
		c.CPUNSPerMsg = float64(self) / float64(n)
	}
	c.CPUCores = float64(self) / float64(wall)
	if busy > self {
		c.ForeignCPU = float64(busy-self) / float64(wall) / float64(runtime.NumCPU())
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	c.GCPauseMaxUS = float64(longestPause(&m, u.gcCount)) / 1e3
	c.RSSMB = float64(residentBytes()) / (1 << 20)
	if c.RSSMB == 0 { // not known on this system: what the runtime holds
		c.RSSMB = float64(m.Sys-m.HeapReleased) / (1 << 20)
	}
}

// longestPause is the longest of the collector's pauses since its count was
// from, as far back as the runtime remembers them.
func longestPause(m *runtime.MemStats, from uint32) (most uint64) {
	remembered := uint32(len(m.PauseNs))
	for n := max(from, m.NumGC-min(m.NumGC, remembered)); n < m.NumGC; n++ {
		most = max(most, m.PauseNs[n%remembered])
	}
	return most
}
