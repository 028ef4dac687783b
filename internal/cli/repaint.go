package cli

import "strings"

// repainter collects one round of a watch so that it is painted at once, each
// line erasing what an earlier, longer one left behind it.
type repainter struct{ b strings.Builder }

// Write implements [io.Writer].
func (r *repainter) Write(p []byte) (int, error) {
	r.b.WriteString(strings.ReplaceAll(string(p), "\n", eraseLine+"\n"))
	return len(p), nil
}

// String returns the round.
func (r *repainter) String() string { return r.b.String() }
