package result

// CalibrationSchema is the name of the form in which calibrations are written.
const CalibrationSchema = "natsctl.bench.calibration/v1"

// Calibration holds the limits of this machine and program: no figure of a
// benchmark can be better.
type Calibration struct {
	Schema   string        `json:"schema"`
	Env      ClientEnv     `json:"env"`
	Precise  bool          `json:"precise_timers"`   // waits end in clock_nanosleep
	TimerLag *Distribution `json:"timer_lag_us"`     // how late sends are at 1000/s
	ClockNS  float64       `json:"clock_ns"`         // a reading of the clock
	RTT      *Distribution `json:"rtt_us,omitempty"` // to the server, PING to PONG, one by one
	Foreign  float64       `json:"foreign_cpu"`      // share of the machine that other processes used
	Ceilings []Ceiling     `json:"ceilings"`         // of the generator, one publisher
}

// Ceiling is the rate at which a driver fills a sink that discards everything.
type Ceiling struct {
	Driver  string  `json:"driver"`
	Size    int     `json:"size"`
	PerSec  float64 `json:"per_second"`
	BytesPS float64 `json:"bytes_per_second"`
}
