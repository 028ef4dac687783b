package endpoint

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Decoded is one answer in the form that a round works with.
type Decoded struct {
	Sender *server.ServerInfo
	Err    *server.ApiError
	Value  any                 // the data, for the pager; nil if there are none
	Apply  func(*fleet.Server) // puts the data into its field
}

// Decoder reads an answer. It must not keep data.
type Decoder func(data []byte) (Decoded, error)

// The errors of an answer that cannot be attributed to a server.
var (
	ErrNoSender  = errors.New("answer does not say which server sent it")
	ErrBadSender = errors.New("answer has an invalid server id")
)

// into returns the Decoder of an enveloped answer whose data are stored by set.
func into[T any](set func(*fleet.Server, *T)) Decoder {
	return func(data []byte) (Decoded, error) {
		var env struct {
			Server *server.ServerInfo `json:"server"`
			Data   *T                 `json:"data"`
			Error  *server.ApiError   `json:"error"`
		}
		if err := json.Unmarshal(data, &env); err != nil {
			return Decoded{Sender: env.Server}, err
		}
		d := Decoded{Sender: env.Server, Err: env.Error}
		if env.Error != nil {
			return d, nil
		}
		if env.Data == nil {
			env.Data = new(T)
		}
		d.Value = env.Data
		d.Apply = func(s *fleet.Server) { set(s, env.Data) }
		return d, nil
	}
}

// readStatsz reads STATSZ, whose data are in a field of that name.
func readStatsz(data []byte) (Decoded, error) {
	var env struct {
		Server *server.ServerInfo  `json:"server"`
		Stats  *server.ServerStats `json:"statsz"`
		Error  *server.ApiError    `json:"error"`
	}
	if err := json.Unmarshal(data, &env); err != nil {
		return Decoded{Sender: env.Server}, err
	}
	if env.Error == nil && env.Stats == nil {
		return Decoded{Sender: env.Server}, errors.New("answer has no statsz")
	}
	return Decoded{
		Sender: env.Server, Err: env.Error, Value: env.Stats,
		Apply: func(s *fleet.Server) { s.Info, s.Statsz = *env.Server, env.Stats },
	}, nil
}

// readIdz reads IDZ, which has no envelope.
func readIdz(data []byte) (Decoded, error) {
	var id server.ServerID
	if err := json.Unmarshal(data, &id); err != nil {
		return Decoded{}, err
	}
	return Decoded{Sender: &server.ServerInfo{ID: id.ID, Name: id.Name, Host: id.Host}, Apply: func(*fleet.Server) {}}, nil
}

// SenderOf reads only which server sent an answer, for one that could not be
// decoded as a whole: it may be truncated, or invalid further on.
func SenderOf(data []byte) *server.ServerInfo {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil
		}
		if key != "server" {
			var skip json.RawMessage
			if dec.Decode(&skip) != nil {
				return nil
			}
			continue
		}
		var info server.ServerInfo
		if dec.Decode(&info) != nil {
			return nil
		}
		return &info
	}
	return nil
}

// NoResponders reports whether a message is the server's own 503: there are no
// responders on the subject.
func NoResponders(msg *nats.Msg) bool {
	return len(msg.Data) == 0 && msg.Header.Get("Status") == "503"
}

// IsAbsence reports whether a server's error says only that it does not have an
// account, or that JetStream is not enabled on it.
func IsAbsence(text string) bool {
	text = strings.ToLower(text)
	return strings.Contains(text, "jetstream not enabled") ||
		strings.HasPrefix(text, "account ") && (strings.Contains(text, "does not exist") || strings.Contains(text, "not found"))
}

// Reason returns the text of a server's error.
func Reason(e *server.ApiError) string {
	if e.Description == "" {
		return "error " + strconv.Itoa(e.Code)
	}
	return e.Description
}
