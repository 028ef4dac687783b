// Package result holds the results of benchmarks, judges and compares them. It owns
// the form of results, metrics, objectives, validity and comparisons. It must
// not know connections, or how results are shown.
package result

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// Schema is the name of the form in which results are written.
const Schema = scenario.ResultSchema

// ErrFormat is returned for a document that is not a result of this schema.
var ErrFormat = errors.New("not a benchmark result")

// Result is the result of a benchmark: one scenario and one or more runs of it.
// docs/bench-result.md describes its JSON form field by field.
type Result struct {
	Schema   string        `json:"schema"`
	ID       string        `json:"id"`
	SpecHash string        `json:"spec_hash"`
	Spec     scenario.Spec `json:"spec"`
	Env      Env           `json:"env"`
	Runs     []Run         `json:"runs"`
	Summary  Summary       `json:"summary"`
	Verdict  *Verdict      `json:"verdict,omitempty"`
	Search   *Curve        `json:"search,omitempty"`
}

// Env describes the environment of a result.
type Env struct {
	Client  ClientEnv   `json:"client"`
	Servers []ServerEnv `json:"servers"`
}

// ClientEnv describes the machine and program that made the load.
type ClientEnv struct {
	Host    string `json:"host"`
	OS      string `json:"os"`
	CPU     string `json:"cpu,omitempty"`
	Cores   int    `json:"cores"`
	Go      string `json:"go"`
	NatsGo  string `json:"nats_go"`
	Natsctl string `json:"natsctl,omitempty"`
	GOGC    int    `json:"gogc"`
	Driver  string `json:"driver"` // natsgo or raw: what auto became
}

// ServerEnv describes a server that a worker was connected to.
type ServerEnv struct {
	Name         string  `json:"name"`
	ID           string  `json:"id"`
	Version      string  `json:"version"`
	Cluster      string  `json:"cluster,omitempty"`
	TLS          bool    `json:"tls"`
	MaxPayload   int64   `json:"max_payload"`
	RTTMinUS     float64 `json:"rtt_min_us"`
	Cores        int     `json:"cores,omitempty"`
	ConfigDigest string  `json:"config_digest,omitempty"`
}

// Run is one measurement.
type Run struct {
	N       int     `json:"n"`
	Start   string  `json:"start"` // RFC 3339, of the measurement
	Seconds float64 `json:"seconds"`
	Partial bool    `json:"partial,omitempty"` // ended early, by interruption

	Planned    int64  `json:"planned,omitempty"` // sends that the schedule holds
	Sent       int64  `json:"sent"`
	Refused    int64  `json:"refused,omitempty"` // of those, not accepted by the client library
	Expected   int64  `json:"expected"`          // deliveries, replies or acknowledgements
	Received   int64  `json:"received"`          // of those, each counted once
	Lost       int64  `json:"lost"`
	Unknown    int64  `json:"unknown,omitempty"` // neither received nor proven lost
	Dup        int64  `json:"dup"`
	Reordered  int64  `json:"reordered"`
	Corrupt    int64  `json:"corrupt"`
	Foreign    int64  `json:"foreign,omitempty"` // messages of other runs on the same subjects
	Errors     int64  `json:"errors,omitempty"`  // error replies; counted as lost
	FirstError string `json:"first_error,omitempty"`

	Rate      Rate        `json:"rate"`
	Latency   Latency     `json:"latency_us"`
	Saturated *Saturation `json:"saturated,omitempty"`
	Gap       Gap         `json:"longest_gap"`
	Intervals []Interval  `json:"intervals"`
	Events    []Event     `json:"events,omitempty"`
	Client    ClientUse   `json:"client"`
	Server    *ServerUse  `json:"server,omitempty"`
	JS        *StreamUse  `json:"js,omitempty"`
	KV        *BucketUse  `json:"kv,omitempty"`
	Phases    []PhaseTime `json:"phases"`
	Validity  Validity    `json:"validity"`
}

// Rate is per second; bytes are payload bytes received, or sent where nothing
// is received.
type Rate struct {
	Target   float64 `json:"target,omitempty"`
	Sent     float64 `json:"sent"`
	Received float64 `json:"received"`
	Bytes    float64 `json:"bytes"`
	CV       float64 `json:"cv"` // of the one-second windows
}

// Latency holds the three distributions. In a closed loop there is no
// response time: nothing was due at an instant.
type Latency struct {
	Response *Distribution `json:"response,omitempty"` // received - intended
	Service  *Distribution `json:"service,omitempty"`  // received - sent
	SendLag  *Distribution `json:"sendlag,omitempty"`  // sent - intended
}

// Distribution is a histogram in microseconds. HDR is the whole of it, in
// nanoseconds, in HdrHistogram's V2 compressed encoding.
type Distribution struct {
	N     int64   `json:"n"`
	Min   float64 `json:"min"`
	Mean  float64 `json:"mean"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	P99   float64 `json:"p99"`
	P999  float64 `json:"p99.9"`
	P9999 float64 `json:"p99.99"`
	Max   float64 `json:"max"`
	HDR   string  `json:"hdr,omitempty"`
}

// Saturation reports that the offered rate was more than the system can handle; the
// latencies of such a run only reflect how long it lasted.
type Saturation struct {
	At float64 `json:"at"` // per second, what it handled
}

// Gap is the longest time in which a receiver received nothing.
type Gap struct {
	US     float64 `json:"us"`
	Second float64 `json:"second"` // when it ended, since the start
}

// Interval is one second of the run; latencies in microseconds, to 1.6 %.
type Interval struct {
	T        int     `json:"t"`
	Sent     int64   `json:"sent"`
	Received int64   `json:"received"`
	P50      float64 `json:"p50"`
	P99      float64 `json:"p99"`
	Max      float64 `json:"max"`
}

// Event is something that happened to a connection.
type Event struct {
	Second float64 `json:"second"`
	Kind   string  `json:"kind"`
	Who    string  `json:"who"`
	Detail string  `json:"detail,omitempty"`
}

// ClientUse is what the run cost the machine that generated the load.
type ClientUse struct {
	CPUNSPerMsg  float64 `json:"cpu_ns_per_msg"`
	CPUCores     float64 `json:"cpu_cores"`
	GCPauseMaxUS float64 `json:"gc_pause_us_max"`
	RSSMB        float64 `json:"rss_mb"`
	ForeignCPU   float64 `json:"foreign_cpu"`            // share of the machine that others used
	ServerCPU    float64 `json:"server_cpu,omitempty"`   // of that, what local servers used; 0: not known
	StallMaxUS   float64 `json:"stall_us_max,omitempty"` // longest time in which this process did not run
	ServerLocal  bool    `json:"server_local"`
	SlowEvents   int     `json:"slow_consumer_events"`
	Dropped      int64   `json:"dropped"` // by the client library
	MaxPending   int64   `json:"max_pending"`
	Reconnects   int     `json:"reconnects"`
}

// ServerUse is what the run cost the servers, as the system account reports it:
// sums over all servers.
type ServerUse struct {
	Servers        int           `json:"servers"`
	InMsgs         int64         `json:"in_msgs"`
	OutMsgs        int64         `json:"out_msgs"`
	InBytes        int64         `json:"in_bytes"`
	OutBytes       int64         `json:"out_bytes"`
	SlowConsumers  int64         `json:"slow_consumers"`
	StalledClients int64         `json:"stalled_clients"`
	StaleConns     int64         `json:"stale_connections"`
	JSAPIErrors    int64         `json:"js_api_errors"`
	CPUAvg         float64       `json:"cpu_avg"` // percent of one core
	MemMB          float64       `json:"mem_mb"`  // most
	Series         []ServerPoint `json:"series,omitempty"`
}

// ServerPoint is one second of the servers' own figures.
type ServerPoint struct {
	T              float64 `json:"t"`
	InMsgs         int64   `json:"in_msgs"`
	OutMsgs        int64   `json:"out_msgs"`
	CPU            float64 `json:"cpu"`
	SlowConsumers  int64   `json:"slow_consumers"`
	StalledClients int64   `json:"stalled_clients"`
}

// StreamUse is what JetStream reports about the run.
type StreamUse struct {
	Stream      string `json:"stream"`
	Stored      int64  `json:"stored"` // messages added during the run
	Acked       int64  `json:"acked"`
	AckDup      int64  `json:"ack_duplicates"`
	Redelivered int64  `json:"redelivered"`
}

// BucketUse counts the operations of the kv workload.
type BucketUse struct {
	Bucket    string `json:"bucket"`
	Gets      int64  `json:"gets"`
	Puts      int64  `json:"puts"`
	CAS       int64  `json:"cas"`
	Conflicts int64  `json:"cas_conflicts"`
	Stale     int64  `json:"stale_reads"` // a get that did not see an acknowledged put
}

// PhaseTime is how long a phase of the run took.
type PhaseTime struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// Validity reports whether the figures may be trusted, and why not.
type Validity struct {
	Valid   bool     `json:"valid"`
	Reasons []Reason `json:"reasons"`
}

// Reason is one doubt about a run.
type Reason struct {
	Code string `json:"code"`
	Text string `json:"text"`
	// Fatal makes the run invalid; other reasons are remarks.
	Fatal bool `json:"fatal"`
}

// Verdict is the answer to a service level objective.
type Verdict struct {
	SLO    string   `json:"slo"`
	Pass   bool     `json:"pass"`
	Missed []string `json:"missed,omitempty"`
}

// Valid reports whether all runs are valid.
func (r *Result) Valid() bool {
	for _, run := range r.Runs {
		if !run.Validity.Valid {
			return false
		}
	}
	return len(r.Runs) > 0
}

// Whole returns the intervals that lie within the measurement: without the rest
// of a second at its end, and what came after.
func (r *Run) Whole() []Interval {
	return r.Intervals[:min(len(r.Intervals), int(r.Seconds+0.01))]
}

// Partial reports whether a run was ended early.
func (r *Result) Partial() bool {
	for _, run := range r.Runs {
		if run.Partial {
			return true
		}
	}
	return false
}

// Encode writes the result as indented JSON with a final newline.
func (r *Result) Encode() ([]byte, error) {
	b, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, err
	}
	return append(b, '\n'), nil
}

// Decode reads what [Result.Encode] wrote.
func Decode(b []byte) (*Result, error) {
	var r Result
	if err := json.Unmarshal(b, &r); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrFormat, err)
	}
	if r.Schema != Schema {
		return nil, fmt.Errorf("%w: schema %q, want %q", ErrFormat, r.Schema, Schema)
	}
	return &r, nil
}
