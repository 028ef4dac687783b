package fleet

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Field names a group of values that not every server version reports. The wire
// types decode a value that was not sent as zero; [Reports] distinguishes the
// two.
type Field int

// The fields, by the wire names they stand for.
const (
	FieldClientTraffic    Field = iota // received_from_clients, sent_to_clients; in_client_msgs ...
	FieldStaleConnections              // stale_connections
	FieldStalledClients                // stalled_clients, stalls of a connection
	FieldMemLimit                      // gomemlimit
	FieldConfigDigest                  // config_digest
	FieldCertNotAfter                  // tls_cert_not_after
	FieldStreamsLeader                 // streams_leader, consumers_leader
	FieldLeafID                        // id of a leaf connection
	FieldRoutePool                     // pool_size, account and compression of a route
	FieldMetaPending                   // pending of the meta group
	FieldMetaQuorum                    // quorum_needed and rescue of the meta group
	FieldLeaderSince                   // leader_since of a stream or consumer
	FieldLeafName                      // name and is_spoke of a leaf connection
	FieldAccountSubs                   // num_subscriptions of an account
	FieldLinkTraffic                   // routes, gateways, leafs of an account's traffic
	FieldHealthCode                    // status_code of the health
	FieldAPILevel                      // level of the JetStream API
	FieldRaftOverruns                  // overrun_count of a raft group
	FieldMetaQueues                    // pending_requests, pending_infos of the meta group
)

// fieldSince holds, for each field, the first version that reports it; if a
// field was backported, one version per release line, newest first. Source: the
// released sources of nats-server.
var fieldSince = [...][]Version{
	FieldClientTraffic:    {{2, 12, 9}},
	FieldStaleConnections: {{2, 12, 0}},
	FieldStalledClients:   {{2, 12, 0}},
	FieldMemLimit:         {{2, 12, 0}, {2, 11, 2}, {2, 10, 28}},
	FieldConfigDigest:     {{2, 11, 0}},
	FieldCertNotAfter:     {{2, 12, 4}, {2, 11, 12}},
	FieldStreamsLeader:    {{2, 12, 1}, {2, 11, 11}},
	FieldLeafID:           {{2, 12, 0}, {2, 11, 7}},
	FieldRoutePool:        {{2, 10, 0}},
	FieldMetaPending:      {{2, 10, 22}},
	FieldMetaQuorum:       {{2, 15, 0}},
	FieldLeaderSince:      {{2, 12, 0}, {2, 11, 9}},
	FieldLeafName:         {{2, 9, 15}},
	FieldAccountSubs:      {{2, 10, 0}},
	FieldLinkTraffic:      {{2, 12, 0}, {2, 11, 10}},
	FieldHealthCode:       {{2, 10, 0}},
	FieldAPILevel:         {{2, 11, 0}},
	FieldRaftOverruns:     {{2, 14, 0}},
	FieldMetaQueues:       {{2, 14, 0}},
}

// Reports reports whether a server of this version reports the field. A version
// that cannot be parsed counts as a new one.
func Reports(version string, f Field) bool {
	v, ok := ParseVersion(version)
	if !ok {
		return true
	}
	lines := fieldSince[f]
	for i, since := range lines {
		if v.Compare(since) >= 0 && (i == 0 || v.sameLine(since)) {
			return true
		}
	}
	return false
}

// Version is the version of a server: major, minor, patch.
type Version [3]int

// ParseVersion parses a version such as 2.15.2 or v2.12.0-RC.1; what follows
// the patch number is ignored. It reports false when there are no three
// numbers.
func ParseVersion(s string) (Version, bool) {
	s = strings.TrimPrefix(s, "v")
	if i := strings.IndexAny(s, "-+"); i >= 0 {
		s = s[:i]
	}
	parts := strings.Split(s, ".")
	if len(parts) != 3 {
		return Version{}, false
	}
	var v Version
	for i, p := range parts {
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 {
			return Version{}, false
		}
		v[i] = n
	}
	return v, true
}

// Compare orders versions.
func (v Version) Compare(o Version) int {
	for i := range v {
		if v[i] != o[i] {
			return v[i] - o[i]
		}
	}
	return 0
}

func (v Version) sameLine(o Version) bool { return v[0] == o[0] && v[1] == o[1] }

// compareVersions orders versions as https://semver.org does, a pre-release
// before its release. Text that is not a version comes last, by its letters.
func compareVersions(a, b string) int {
	x, okX := ParseVersion(a)
	y, okY := ParseVersion(b)
	switch {
	case okX && !okY:
		return -1
	case okY && !okX:
		return 1
	case okX:
		return cmp.Or(x.Compare(y), comparePreReleases(preRelease(a), preRelease(b)), cmp.Compare(a, b))
	}
	return cmp.Compare(a, b)
}

// preRelease returns "beta.1" of 2.10.1-beta.1+build; empty for a release.
func preRelease(version string) string {
	version, _, _ = strings.Cut(version, "+")
	_, pre, _ := strings.Cut(version, "-")
	return pre
}

func comparePreReleases(a, b string) int {
	if a == "" || b == "" {
		return cmp.Compare(len(b), len(a)) // a release is the newer one
	}
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(a, b string) int {
		x, errX := strconv.ParseUint(a, 10, 64)
		y, errY := strconv.ParseUint(b, 10, 64)
		switch {
		case errX == nil && errY == nil:
			return cmp.Compare(x, y)
		case errX == nil: // numbers before words
			return -1
		case errY == nil:
			return 1
		}
		return cmp.Compare(a, b)
	})
}
