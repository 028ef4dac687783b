package simfleet

import (
	"strconv"
	"strings"
)

// version returns the version that the server reports.
func (n *node) version() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return or(n.fault.Version, n.info.Version)
}

// older reports whether the server is older than a version.
func (n *node) older(major, minor, patch int) bool {
	return olderThan(n.version(), [3]int{major, minor, patch})
}

func olderThan(version string, than [3]int) bool {
	core, _, _ := strings.Cut(version, "-")
	for i, part := range strings.SplitN(core, ".", 3) {
		k, err := strconv.Atoi(part)
		if err != nil {
			return false
		}
		if k != than[i] {
			return k < than[i]
		}
	}
	return false
}
