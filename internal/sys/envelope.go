package sys

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
)

// decoded is one answer in the form that a round works with.
type decoded struct {
	info  *server.ServerInfo
	err   *server.ApiError
	value any                 // the data, for the pager; nil if there are none
	apply func(*fleet.Server) // puts the data into its field
}

// decoder reads an answer. It must not keep data.
type decoder func(data []byte) (decoded, error)

var errNoSender = errors.New("answer does not say which server sent it")

// into makes the decoder of an enveloped answer out of the function that puts
// its data into the right field.
func into[T any](set func(*fleet.Server, *T)) decoder {
	return func(data []byte) (decoded, error) {
		var env struct {
			Server *server.ServerInfo `json:"server"`
			Data   *T                 `json:"data"`
			Error  *server.ApiError   `json:"error"`
		}
		if err := json.Unmarshal(data, &env); err != nil {
			return decoded{info: env.Server}, err
		}
		d := decoded{info: env.Server, err: env.Error}
		if env.Error != nil {
			return d, nil
		}
		if env.Data == nil {
			env.Data = new(T)
		}
		d.value = env.Data
		d.apply = func(s *fleet.Server) { set(s, env.Data) }
		return d, nil
	}
}

// readStatsz reads STATSZ, whose data are named after it.
func readStatsz(data []byte) (decoded, error) {
	var env struct {
		Server *server.ServerInfo  `json:"server"`
		Stats  *server.ServerStats `json:"statsz"`
		Error  *server.ApiError    `json:"error"`
	}
	if err := json.Unmarshal(data, &env); err != nil {
		return decoded{info: env.Server}, err
	}
	if env.Error == nil && env.Stats == nil {
		return decoded{info: env.Server}, errors.New("answer has no statsz")
	}
	return decoded{
		info: env.Server, err: env.Error, value: env.Stats,
		apply: func(s *fleet.Server) { s.Info, s.Statsz = *env.Server, env.Stats },
	}, nil
}

// readIdz reads IDZ, which has no envelope.
func readIdz(data []byte) (decoded, error) {
	var id server.ServerID
	if err := json.Unmarshal(data, &id); err != nil {
		return decoded{}, err
	}
	return decoded{info: &server.ServerInfo{ID: id.ID, Name: id.Name, Host: id.Host}, apply: func(*fleet.Server) {}}, nil
}

// senderOf reads no more than which server sent an answer, for one that could
// not be decoded as a whole: it may be cut, or wrong further on.
func senderOf(data []byte) *server.ServerInfo {
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

// maxUnpacked bounds what a compressed answer may grow to: a hundred times the
// largest answer seen in practice (9.4 MB: 9,500 connections with details).
const maxUnpacked = 1 << 30

// unpack returns the body of an answer as plain JSON, without the secrets that
// somebody put where servers tell them.
func unpack(msg *nats.Msg) ([]byte, error) {
	var r io.Reader
	switch enc := msg.Header.Get("Content-Encoding"); enc {
	case "", "identity":
		return masked(msg.Data), nil
	case "gzip":
		zr, err := gzip.NewReader(bytes.NewReader(msg.Data))
		if err != nil {
			return nil, fmt.Errorf("unpack gzip: %w", err)
		}
		r = zr
	case "snappy", "s2":
		r = s2.NewReader(bytes.NewReader(msg.Data))
	default:
		return nil, fmt.Errorf("answer is packed as %q", enc)
	}
	data, err := io.ReadAll(io.LimitReader(r, maxUnpacked))
	if err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	return masked(data), nil
}

// noResponders tells whether a message is the server's own 503: nobody listens
// on the subject that was asked.
func noResponders(msg *nats.Msg) bool {
	return len(msg.Data) == 0 && msg.Header.Get("Status") == "503"
}
