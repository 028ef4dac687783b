//go:build unix

package bench

import (
	"runtime"
	"syscall"
)

// rssMB is the most memory that the process had.
func (p *rivalProcess) rssMB() float64 {
	u, ok := p.cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" { // bytes there, KiB elsewhere
		return float64(u.Maxrss) / (1 << 20)
	}
	return float64(u.Maxrss) / (1 << 10)
}
