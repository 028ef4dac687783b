package usage

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

// System names the operating system.
func System() string { return "darwin" }

// Processor is the model of the processor; empty where it is not known.
func Processor() string {
	name, err := unix.Sysctl("machdep.cpu.brand_string")
	if err != nil {
		return ""
	}
	return name
}
