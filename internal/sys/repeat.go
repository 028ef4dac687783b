package sys

// repeatFilter recognizes repeated events. It remembers a bounded number of them.
type repeatFilter struct {
	seen  map[string]struct{}
	order []string // ring of what is in seen, oldest at next
	next  int
	state map[string]string // the last state of periodic events
}

// newsMemory is how many events are remembered: a few seconds' worth on a busy
// fleet, since a repetition follows at once.
const newsMemory = 8192

// stateMemory limits how many states are remembered: one for each account on
// each server.
const stateMemory = 100_000

func newRepeatFilter() *repeatFilter {
	return &repeatFilter{seen: map[string]struct{}{}, order: make([]string, newsMemory), state: map[string]string{}}
}

// isNew reports whether the event is not a repetition.
func (f *repeatFilter) isNew(e decoded) bool {
	if e.state != "" {
		return f.isNewState(e.key, e.state)
	}
	id := e.ID
	if e.key != "" {
		id = string(e.Kind) + " " + e.key
	}
	if id == "" {
		return true
	}
	if _, old := f.seen[id]; old {
		return false
	}
	delete(f.seen, f.order[f.next])
	f.seen[id] = struct{}{}
	f.order[f.next] = id
	f.next = (f.next + 1) % len(f.order)
	return true
}

func (f *repeatFilter) isNewState(key, state string) bool {
	if f.state[key] == state {
		return false
	}
	if len(f.state) >= stateMemory {
		clear(f.state)
	}
	f.state[key] = state
	return true
}
