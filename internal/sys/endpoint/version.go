package endpoint

import "github.com/natsctl/natsctl/internal/fleet"

// Older reports whether version comes before since, both like "2.10.26". A
// pre-release counts as its release, since servers gain an endpoint before
// they are released. A version that cannot be parsed is not Older: its server is
// asked anyway.
func Older(version, since string) bool {
	if since == "" {
		return false
	}
	have, ok := fleet.ParseVersion(version)
	if !ok {
		return false
	}
	need, ok := fleet.ParseVersion(since)
	return ok && have.Compare(need) < 0
}
