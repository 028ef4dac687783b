package sys

import (
	"errors"
	"time"
)

// ErrProfile is a profile that a server could not make; its own words are wrapped with it.
var ErrProfile = errors.New("no profile")

// MaxCPUProfile is the longest CPU profile that servers make (nats-server,
// monitor.go).
const MaxCPUProfile = 15 * time.Second

// cpuProfile is the name of the one profile that takes time to make.
const cpuProfile = "cpu"

// Profiles returns the names of the profiles that a server can make, cpu first.
func Profiles() []string {
	return []string{cpuProfile, "heap", "allocs", "goroutine", "mutex", "block", "threadcreate"}
}
