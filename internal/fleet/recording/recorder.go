package recording

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"

	"github.com/natsctl/natsctl/internal/fleet"
)

// EventSchema names the JSON form of an [Event] in a recording.
const EventSchema = "natsctl.event/v1"

// segmentLines is how many snapshots share one gzip member. A reader can start
// at any member, so it decodes at most this many to seek to a time.
const segmentLines = 32

// recordedEvent is an event as a line of a recording.
type recordedEvent struct {
	Schema string `json:"schema"`
	fleet.Event
}

// Recorder writes snapshots and events, one per line, as compressed NDJSON:
// `zcat` can read the file, and each line is the JSON output of a snapshot or
// an event. Each line is flushed when it is written, so a file that was cut
// short replays up to the cut. What identifies a person or grants access is
// dropped, see [Redact]. It is for one goroutine.
type Recorder struct {
	out      io.Writer
	member   *gzip.Writer
	identity bool
	lines    int
}

// NewRecorder writes a recording to out, which the caller must close. With
// identity, user names and public keys are kept.
func NewRecorder(out io.Writer, identity bool) *Recorder {
	return &Recorder{out: out, identity: identity}
}

// Snapshot appends a snapshot.
func (r *Recorder) Snapshot(s *fleet.Snapshot) error {
	if r.lines >= segmentLines {
		if err := r.endMember(); err != nil {
			return err
		}
	}
	r.lines++
	return r.line(Redact(s, r.identity))
}

// Event appends an event.
func (r *Recorder) Event(e fleet.Event) error {
	return r.line(recordedEvent{EventSchema, RedactEvent(e, r.identity)})
}

func (r *Recorder) line(v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if r.member == nil {
		r.member = gzip.NewWriter(r.out)
	}
	if _, err := r.member.Write(append(data, '\n')); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	if err := r.member.Flush(); err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

func (r *Recorder) endMember() error {
	if r.member == nil {
		return nil
	}
	err := r.member.Close()
	r.member, r.lines = nil, 0
	if err != nil {
		return fmt.Errorf("record: %w", err)
	}
	return nil
}

// Close ends the recording.
func (r *Recorder) Close() error { return r.endMember() }

// ErrInvalid is wrapped by the error of a file that is not a recording, or
// holds no snapshot.
var ErrInvalid = errors.New("not a recording")

// NotRecordedError reports that a recording does not contain what was
// requested.
type NotRecordedError struct {
	Kinds []fleet.Kind // requested but not recorded
	Held  []fleet.Kind // recorded
}

// Error lists the kinds that are not recorded.
func (e *NotRecordedError) Error() string {
	kinds := make([]string, len(e.Kinds))
	for i, k := range e.Kinds {
		kinds[i] = string(k)
	}
	return "the recording does not hold " + strings.Join(kinds, ", ")
}
