package sys

import (
	"errors"
	"time"
)

// ErrProfile says that a server could not make a profile; the server's error is wrapped with it.
var ErrProfile = errors.New("no profile")

// MaxCPUProfile is the longest CPU profile that servers make (nats-server,
// monitor.go).
const MaxCPUProfile = 15 * time.Second

// cpuProfile is the name of the only profile with a duration.
const cpuProfile = "cpu"

// Profiles returns the names of the profiles that a server can make, cpu first.
func Profiles() []string {
	return []string{cpuProfile, "heap", "allocs", "goroutine", "mutex", "block", "threadcreate"}
}
