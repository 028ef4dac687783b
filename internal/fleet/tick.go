package fleet

// Tick is one round of asking again and again: the newest snapshot, the one
// before (nil in the first round), and what changed.
type Tick struct {
	*Snapshot
	Before *Snapshot
	Delta  *Delta
}
