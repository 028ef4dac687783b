package fleet

// Tally says how one kind of question fared in a round.
type Tally struct {
	Kind           Kind           `json:"kind"`
	Answered       int            `json:"answered"`             // servers that answered it well
	SlowestSeconds float64        `json:"slowest_seconds"`      // from the question to the last of those answers
	Duplicates     map[string]int `json:"duplicates,omitempty"` // answers that came again and were dropped, by server id
}
