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

// Unsupported says why a server of this version does not answer a kind that exists
// since another version: it is older, or no server knows the kind. It returns "" if
// it should answer.
func Unsupported(kind fleet.Kind, version, since string, unknown bool) string {
	switch {
	case Older(version, since):
		return version + " does not support " + string(kind) + " (since " + since + ")"
	case unknown:
		return string(kind) + " is not known to any server"
	}
	return ""
}
