package sys

import (
	"cmp"
	"strconv"
	"strings"
)

// older tells whether version comes before since, both like "2.10.26". A
// pre-release counts as its release, since servers gain an endpoint before
// they are released. A version that cannot be read is not older: its server is
// asked and answers for itself.
func older(version, since string) bool {
	if since == "" {
		return false
	}
	have, ok := parseVersion(version)
	if !ok {
		return false
	}
	need, _ := parseVersion(since)
	for i := range have {
		if c := cmp.Compare(have[i], need[i]); c != 0 {
			return c < 0
		}
	}
	return false
}

// parseVersion reads major, minor and patch; what follows a '-' or '+' is
// ignored.
func parseVersion(s string) (v [3]int, ok bool) {
	s = strings.TrimPrefix(s, "v")
	if i := strings.IndexAny(s, "-+"); i >= 0 {
		s = s[:i]
	}
	parts := strings.Split(s, ".")
	if len(parts) > len(v) {
		return v, false
	}
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return v, false
		}
		v[i] = n
	}
	return v, true
}
