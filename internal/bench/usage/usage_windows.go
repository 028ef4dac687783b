package usage

import (
	"time"

	"golang.org/x/sys/windows"
)

// processCPU is the CPU time that this process has used.
func processCPU() time.Duration {
	var created, exited, kernel, user windows.Filetime
	if windows.GetProcessTimes(windows.CurrentProcess(), &created, &exited, &kernel, &user) != nil {
		return 0
	}
	total := func(f windows.Filetime) int64 { return int64(f.HighDateTime)<<32 | int64(f.LowDateTime) }
	return time.Duration(total(kernel)+total(user)) * 100 // in units of 100 ns
}

// machineCPU is not known here: foreign load goes unseen.
func machineCPU() time.Duration { return 0 }

func residentBytes() int64 { return 0 }

// System names the operating system.
func System() string { return "windows" }

// Processor is the model of the processor; empty where it is not known.
func Processor() string { return "" }
