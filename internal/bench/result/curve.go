package result

// Curve holds the steps of a search for the highest sustainable rate.
type Curve struct {
	Best  float64 `json:"best"`            // highest rate that passed, 0 if none did
	Worst float64 `json:"worst,omitempty"` // lowest rate that failed, 0 if none did
	Steps []Step  `json:"steps"`
}

// Step is one rate of a [Curve].
type Step struct {
	Rate     float64  `json:"rate"`
	Pass     bool     `json:"pass"`
	Missed   []string `json:"missed,omitempty"`
	P50US    float64  `json:"p50_us"`
	P99US    float64  `json:"p99_us"`
	Lost     int64    `json:"lost"`
	Received float64  `json:"received"` // per second
}
