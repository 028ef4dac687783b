package simfleet

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/compress/s2"
	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
)

// reply is the answer of a server, nil when it stays silent.
func (n *node) reply(ep *endpoint, req *nats.Msg) (*nats.Msg, error) {
	if !ep.plain && !n.passes(req.Data) {
		return nil, nil //nolint:nilnil // silence is no answer and no error
	}
	msg := nats.NewMsg(req.Reply)
	encoding := ""
	if !ep.bare {
		encoding = acceptable(req.Header.Get("Accept-Encoding"))
	}
	body, err := n.body(ep, req.Data, encoding)
	if err != nil || body == nil {
		return nil, err
	}
	if encoding != "" {
		msg.Header.Set("Content-Encoding", encoding)
	}
	msg.Data = body
	return msg, nil
}

// body is the answer in full. What does not change from one request to the next is kept: all but the sender's clock, which
// a compressed answer keeps too.
func (n *node) body(ep *endpoint, request []byte, encoding string) ([]byte, error) {
	key := ep.kind + "\x00" + encoding + "\x00" + string(request)
	n.mu.Lock()
	data, known := n.cache[key]
	n.mu.Unlock()
	if !known {
		var err error
		if data, err = n.encode(ep, request); err != nil {
			return nil, err
		}
		if encoding != "" && data != nil {
			if data, err = pack(n.envelope(data), encoding); err != nil {
				return nil, err
			}
		}
		n.mu.Lock()
		n.cache[key] = data
		n.mu.Unlock()
	}
	if data == nil || encoding != "" || ep.plain {
		return data, nil
	}
	return n.envelope(data), nil
}

// encode is what follows the sender in an answer, or for a plain endpoint all of it; nil is silence.
func (n *node) encode(ep *endpoint, request []byte) ([]byte, error) {
	value, err := ep.data(n, request)
	name := `"data":`
	var bad badRequest
	switch {
	case errors.Is(err, errSilent):
		return nil, nil
	case errors.As(err, &bad):
		name, value = `"error":`, server.ApiError{Code: http.StatusBadRequest, Description: bad.Error()}
	case err != nil:
		name, value = `"error":`, server.ApiError{Code: http.StatusInternalServerError, Description: err.Error()}
	case ep.kind == "STATSZ":
		name = `"statsz":`
	}
	body, err := json.Marshal(value)
	if err != nil || ep.plain {
		return body, err
	}
	return append([]byte(name), body...), nil
}

// envelope puts the sender before the data.
func (n *node) envelope(data []byte) []byte {
	n.mu.Lock()
	n.info.Seq++
	info := n.info
	info.Version = or(n.fault.Version, info.Version)
	n.mu.Unlock()
	info.Time = n.fleet.clock()
	sender, err := json.Marshal(info)
	if err != nil {
		return data // a ServerInfo has nothing that cannot be encoded
	}
	return slices.Concat([]byte(`{"server":`), sender, []byte(","), data, []byte("}"))
}

func or(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// passes reports whether the filter in a request admits the server. A request that cannot be read is answered, with an error.
func (n *node) passes(request []byte) bool {
	var f server.EventFilterOptions
	if len(request) == 0 || json.Unmarshal(request, &f) != nil {
		return true
	}
	admits := strings.Contains
	if f.ExactMatch && !n.older(2, 12, 0) {
		admits = func(have, want string) bool { return want == "" || have == want }
	}
	for _, tag := range f.Tags {
		if !slices.Contains(n.info.Tags, strings.ToLower(tag)) {
			return false
		}
	}
	return admits(n.info.Name, f.Name) && admits(n.info.Cluster, f.Cluster) && admits(n.info.Host, f.Host) &&
		(f.Domain == "" || f.Domain == n.info.Domain)
}

// acceptable is the encoding that a server chooses: snappy before gzip before none.
func acceptable(header string) string {
	for _, known := range []struct{ word, encoding string }{{"snappy", "snappy"}, {"s2", "snappy"}, {"gzip", "gzip"}} {
		if strings.Contains(strings.ToLower(header), known.word) {
			return known.encoding
		}
	}
	return ""
}

func pack(data []byte, encoding string) ([]byte, error) {
	var b bytes.Buffer
	var w io.WriteCloser
	if encoding == "gzip" {
		w = gzip.NewWriter(&b)
	} else {
		w = s2.NewWriter(&b, s2.WriterSnappyCompat())
	}
	_, err := w.Write(data)
	err = errors.Join(err, w.Close())
	return b.Bytes(), err
}

// clock returns the servers' time: the real one, or the simulated one if the [Spec] set it.
func (f *Fleet) clock() time.Time {
	if f.spec.Now.IsZero() {
		return time.Now().UTC()
	}
	return f.now()
}
