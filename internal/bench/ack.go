package bench

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/nats-io/nats.go"
)

// errAck is returned for a reply that is not an acknowledgement.
var errAck = errors.New("not an acknowledgement")

// replyError returns the error that a reply carries: no responders, or a
// service error (ADR-32).
func replyError(m *nats.Msg) error {
	if len(m.Header) == 0 {
		return nil
	}
	if status := m.Header.Get("Status"); status == "503" {
		return ErrNoResponders
	}
	if code := m.Header.Get("Nats-Service-Error-Code"); code != "" {
		return fmt.Errorf("service error %s: %s", code, m.Header.Get("Nats-Service-Error"))
	}
	return nil
}

// apiError is the error part of JetStream's answers (ADR-2).
type apiError struct {
	Code        int    `json:"code"`
	ErrCode     int    `json:"err_code"`
	Description string `json:"description"`
}

func (e *apiError) Error() string {
	return fmt.Sprintf("jetstream: %s (%d)", e.Description, e.ErrCode)
}

// readAck reads an acknowledgement without decoding it as a whole: the hot
// path does not allocate.
func readAck(m *nats.Msg) (seq uint64, dup bool, err error) {
	if err := replyError(m); err != nil {
		return 0, false, err
	}
	if bytes.Contains(m.Data, []byte(`"error"`)) {
		var reply struct {
			Error *apiError `json:"error"`
		}
		if err := json.Unmarshal(m.Data, &reply); err != nil || reply.Error == nil {
			return 0, false, fmt.Errorf("acknowledgement %q: %w", m.Data[:min(len(m.Data), 100)], errAck)
		}
		return 0, false, reply.Error
	}
	_, rest, ok := bytes.Cut(m.Data, []byte(`"seq":`))
	for _, c := range bytes.TrimLeft(rest, " ") {
		if c < '0' || c > '9' {
			break
		}
		seq = seq*10 + uint64(c-'0')
	}
	if !ok || seq == 0 {
		return 0, false, fmt.Errorf("acknowledgement %q: %w", m.Data[:min(len(m.Data), 100)], errAck)
	}
	return seq, bytes.Contains(rest, []byte(`"duplicate"`)), nil
}
