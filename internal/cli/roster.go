package cli

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/sys"
)

// roster is the file that records the servers of a fleet, so that a missing one
// can be named and shell completion knows their names. It holds names and ids,
// no secrets, and can be removed at any time.
type roster struct {
	path  string
	known []sys.Known
}

// How long a server that was not seen again is remembered, and how often the
// file is written when nothing changes.
const (
	rosterKeeps   = 7 * 24 * time.Hour
	rosterRenewal = time.Minute
)

// cacheHome returns the directory of natsctl's caches, or "" if there is none.
func cacheHome(getenv func(string) string) string {
	if dir := getenv("XDG_CACHE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "natsctl")
	}
	if home := getenv("HOME"); filepath.IsAbs(home) {
		return filepath.Join(home, ".cache", "natsctl")
	}
	return ""
}

// save writes the servers that a client knows, if they changed enough.
func (r *roster) save(now time.Time, known []sys.Known) {
	if r.path == "" || len(known) == 0 {
		return
	}
	known = prune(now, known)
	if !r.changed(now, known) {
		return
	}
	body, err := json.Marshal(known)
	if err == nil {
		_ = writeCache(r.path, body) // the cache is optional
	}
}

// changed reports whether the servers differ from those in the file, or the file
// is old.
func (r *roster) changed(now time.Time, known []sys.Known) bool {
	if len(known) != len(r.known) {
		return true
	}
	for i, k := range known {
		old := r.known[i]
		if k.ID != old.ID || k.Name != old.Name || k.Cluster != old.Cluster || !k.Left.Equal(old.Left) || now.Sub(old.Seen) > rosterRenewal {
			return true
		}
	}
	return false
}

// prune removes servers not seen for long, and earlier ids of restarted ones.
func prune(now time.Time, known []sys.Known) []sys.Known {
	newest := map[[2]string]sys.Known{}
	for _, k := range known {
		at := [2]string{k.Cluster, k.Name}
		if now.Sub(k.Seen) < rosterKeeps && k.Seen.After(newest[at].Seen) {
			newest[at] = k
		}
	}
	out := make([]sys.Known, 0, len(newest))
	for _, k := range newest {
		out = append(out, k)
	}
	slices.SortFunc(out, func(a, b sys.Known) int { return strings.Compare(a.ID, b.ID) })
	return out
}
