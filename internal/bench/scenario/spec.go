// Package scenario describes a benchmark: what is sent, how much of it, and
// how rates, sizes and durations are written. It owns the form of scenario files
// and their hash. It must not know connections or results.
package scenario

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"
)

// ErrSpec is wrapped by every error about a [Spec].
var ErrSpec = errors.New("invalid benchmark specification")

// Workload names what a run does.
type Workload string

// The workloads.
const (
	Pub       Workload = "pub"        // publish; the server's confirmation is measured
	PubSub    Workload = "pubsub"     // publish and receive
	Request   Workload = "request"    // request and reply
	JSPub     Workload = "js-pub"     // publish into a stream
	JSConsume Workload = "js-consume" // consume a stream that was filled before
	JSE2E     Workload = "js-e2e"     // publish into a stream and consume it
	KV        Workload = "kv"         // get, put and compare-and-set
)

// Spec describes a benchmark completely. Flags, scenario files and results all
// use it; its hash says which results are comparable. The zero value of a field
// means its default, see [Spec.Normalize].
type Spec struct {
	Workload Workload `json:"workload"`
	Subject  string   `json:"subject,omitempty"`  // default: one of the run's own
	Subjects int      `json:"subjects,omitempty"` // number of subjects, 1
	Dist     string   `json:"dist,omitempty"`     // choice of subject or key: sequential, uniform, zipf
	Pubs     int      `json:"pubs,omitempty"`     // publishers, requesters or KV clients, 1
	Subs     int      `json:"subs,omitempty"`     // subscribers or consumers, 1
	Queue    string   `json:"queue,omitempty"`    // queue group of the subscribers
	Sizes    []int    `json:"sizes,omitempty"`    // payload sizes in bytes, used in turn, 128
	Payload  string   `json:"payload,omitempty"`  // random, zeros, text
	Seed     uint64   `json:"seed,omitempty"`
	Load     Load     `json:"load"`
	Warmup   Duration `json:"warmup"`         // not measured, 2s; negative: none
	Duration Duration `json:"duration"`       // of the measurement, 10s
	Msgs     int64    `json:"msgs,omitempty"` // ends the measurement instead of Duration
	Timeout  Duration `json:"timeout"`        // how long a message may be missing, 5s
	Driver   string   `json:"driver,omitempty"`
	Verify   int      `json:"verify,omitempty"` // check the body of every n-th message, 1024
	Request  *Service `json:"request,omitempty"`
	JS       *Stream  `json:"js,omitempty"`
	KV       *Bucket  `json:"kv,omitempty"`
}

// Service is the request workload's part of a [Spec].
type Service struct {
	Serve     int      `json:"serve,omitempty"` // built-in responders; 0: requests go to an existing service
	Think     Duration `json:"think,omitempty"` // how long a built-in responder waits before it replies
	ReplySize int      `json:"reply_size,omitempty"`
}

// Stream is the JetStream workloads' part of a [Spec].
type Stream struct {
	Name     string `json:"name,omitempty"`     // an existing stream; default: one of the run's own
	Storage  string `json:"storage,omitempty"`  // file, memory
	Replicas int    `json:"replicas,omitempty"` // 1
	Ack      string `json:"ack,omitempty"`      // publisher: sync, window, batch, none
	Batch    int    `json:"batch,omitempty"`    // messages of a batch (publish) or fetch, 500
	Mode     string `json:"mode,omitempty"`     // consumer: fetch, consume, ordered
	ConsAck  string `json:"cons_ack,omitempty"` // consumer: explicit, all, none, double
	Backlog  int64  `json:"backlog,omitempty"`  // messages in the stream before js-consume, 100000
}

// Bucket is the KV workload's part of a [Spec].
type Bucket struct {
	Name     string `json:"name,omitempty"` // an existing bucket; default: one of the run's own
	Storage  string `json:"storage,omitempty"`
	Replicas int    `json:"replicas,omitempty"`
	Keys     int    `json:"keys,omitempty"` // 1000
	Get      int    `json:"get,omitempty"`  // shares of the mix; all zero means 80, 18, 2
	Put      int    `json:"put,omitempty"`
	CAS      int    `json:"cas,omitempty"`
}

// Defaults of a [Spec].
const (
	defaultWarmup   = Duration(2 * time.Second)
	defaultDuration = Duration(10 * time.Second)
	DefaultTimeout  = Duration(5 * time.Second)
	defaultSize     = 128
	defaultVerify   = 1024
	defaultBatch    = 500
	defaultBacklog  = 100_000
	defaultKeys     = 1000
)

// Normalize returns the spec with all defaults filled in, or an error that wraps
// [ErrSpec] if it cannot be run.
func (s Spec) Normalize() (Spec, error) {
	orInt(&s.Subjects, 1)
	orInt(&s.Pubs, 1)
	orInt(&s.Verify, defaultVerify)
	if s.Subs == 0 && (s.Workload == PubSub || s.Workload == JSE2E || s.Workload == JSConsume) {
		s.Subs = 1
	}
	if len(s.Sizes) == 0 {
		s.Sizes = []int{defaultSize}
	}
	orString(&s.Payload, "random")
	orString(&s.Dist, "sequential")
	orString(&s.Driver, DriverAuto)
	orDuration(&s.Warmup, defaultWarmup)
	orDuration(&s.Timeout, DefaultTimeout)
	if s.Msgs == 0 {
		orDuration(&s.Duration, defaultDuration)
	}
	s.Warmup = max(s.Warmup, 0)
	s.normalizeParts()
	s.Load.normalize()
	return s, s.check()
}

// normalizeParts fills in the part of the workload and drops those of others.
func (s *Spec) normalizeParts() {
	switch s.Workload {
	case Request:
		part := copied(s.Request)
		s.Request, s.JS, s.KV = &part, nil, nil
	case JSPub, JSConsume, JSE2E:
		part := copied(s.JS)
		orString(&part.Storage, "file")
		orInt(&part.Replicas, 1)
		orString(&part.Ack, "window")
		orInt(&part.Batch, defaultBatch)
		orString(&part.Mode, "consume")
		orString(&part.ConsAck, "explicit")
		if s.Workload == JSConsume { // it ends when the backlog is consumed
			if part.Backlog == 0 {
				part.Backlog = defaultBacklog
			}
			s.Msgs, s.Duration, s.Warmup, s.Pubs = part.Backlog, 0, 0, 1
		}
		if part.Ack == "sync" {
			s.Load.Window = 1
		}
		s.Request, s.JS, s.KV = nil, &part, nil
	case KV:
		part := copied(s.KV)
		orString(&part.Storage, "file")
		orInt(&part.Replicas, 1)
		orInt(&part.Keys, defaultKeys)
		if part.Get+part.Put+part.CAS == 0 {
			part.Get, part.Put, part.CAS = 80, 18, 2
		}
		s.Request, s.JS, s.KV = nil, nil, &part
	default:
		s.Request, s.JS, s.KV = nil, nil, nil
	}
}

// Hash identifies the scenario: results with equal hashes are comparable. The
// subject, stream and bucket names and the seed do not matter for that.
func (s Spec) Hash() string {
	s.Subject, s.Seed = "", 0
	if s.JS != nil {
		js := *s.JS
		js.Name, s.JS = "", &js
	}
	if s.KV != nil {
		kv := *s.KV
		kv.Name, s.KV = "", &kv
	}
	b, err := json.Marshal(s)
	if err != nil { // a struct of plain fields always has a JSON form
		return ""
	}
	sum := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func copied[T any](p *T) T {
	if p == nil {
		return *new(T)
	}
	return *p
}

func orInt(p *int, d int) {
	if *p == 0 {
		*p = d
	}
}

func orString(p *string, d string) {
	if *p == "" {
		*p = d
	}
}

func orDuration(p *Duration, d Duration) {
	if *p == 0 {
		*p = d
	}
}
