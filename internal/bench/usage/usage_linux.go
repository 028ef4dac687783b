package usage

import (
	"os"
	"strconv"
	"strings"
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

// tick is the unit of /proc/stat: USER_HZ, which Linux fixes at 100 for all
// programs.
const tick = 10 * time.Millisecond

// machineCPU is the CPU time that all processes have used.
func machineCPU() time.Duration {
	b, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0
	}
	return busyTime(string(b))
}

// busyTime reads the first line of /proc/stat (proc_stat(5)): the CPU time of all
// processes, without idle time, waiting for disks, and interrupts, which belong to no
// process.
func busyTime(stat string) time.Duration {
	line, _, _ := strings.Cut(stat, "\n")
	var sum uint64
	for i, f := range strings.Fields(line) {
		// cpu user nice system idle iowait irq softirq steal guest...
		if i < 1 || i >= 4 && i <= 7 || i > 8 {
			continue
		}
		n, err := strconv.ParseUint(f, 10, 64)
		if err != nil {
			return 0
		}
		sum += n
	}
	return time.Duration(sum) * tick
}

// residentBytes is the memory that this process has in use.
func residentBytes() int64 {
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	return residentPages(string(b)) * int64(os.Getpagesize())
}

// residentPages reads the second number of /proc/self/statm (proc_pid_statm(5)); 0 if
// there is none.
func residentPages(statm string) int64 {
	fs := strings.Fields(statm)
	if len(fs) < 2 {
		return 0
	}
	pages, err := strconv.ParseInt(fs[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages
}

// System names the kernel.
func System() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return "linux"
	}
	return "linux " + unix.ByteSliceToString(u.Release[:])
}

// Processor is the model of the first processor; empty where it is not known.
func Processor() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	return modelName(string(b))
}

// modelName reads the model of the first processor in /proc/cpuinfo.
func modelName(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == "model name" {
			return strings.TrimSpace(v)
		}
	}
	return ""
}
