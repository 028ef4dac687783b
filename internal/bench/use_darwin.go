package bench

import (
	"time"

	"golang.org/x/sys/unix"
)

// processCPU is the CPU time that this process has used.
func processCPU() time.Duration {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// machineCPU is not known here: foreign load goes unseen.
func machineCPU() time.Duration { return 0 }

func residentBytes() int64 { return 0 }

func systemName() string { return "darwin" }

func processorName() string {
	name, err := unix.Sysctl("machdep.cpu.brand_string")
	if err != nil {
		return ""
	}
	return name
}
