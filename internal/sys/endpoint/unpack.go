package endpoint

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
)

// MaxAnswer limits the size of a decompressed answer: the largest seen in practice
// had 9.4 MB (9,500 connections with details).
const MaxAnswer = 64 << 20

// ErrTooLarge is the error of an answer larger than any server has reason to send.
var ErrTooLarge = errors.New("answer is too large")

// Size returns the decompressed size of the body of an answer, without keeping
// the body in memory. It reads at most [MaxAnswer].
func Size(msg *nats.Msg) (int, error) {
	r, err := reader(msg)
	if err != nil {
		return 0, err
	}
	if r == nil {
		return len(msg.Data), nil
	}
	if n, ok := claimedSize(msg); ok && n <= smallAnswer {
		return n, nil // Unpack checks it
	}
	n, err := io.Copy(io.Discard, io.LimitReader(r, MaxAnswer+1))
	switch {
	case err != nil:
		return 0, fmt.Errorf("unpack: %w", err)
	case n > MaxAnswer:
		return 0, fmt.Errorf("%w: over %d MB", ErrTooLarge, MaxAnswer>>20)
	}
	return int(n), nil
}

// Unpack returns the body of an answer as plain JSON, without secrets in fields
// that servers show to others. size is the result of [Size].
func Unpack(msg *nats.Msg, size int) ([]byte, error) {
	r, err := reader(msg)
	if err != nil {
		return nil, err
	}
	if r == nil {
		return Masked(msg.Data), nil
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(r, data); err != nil {
		return nil, fmt.Errorf("unpack: %w", err)
	}
	if n, err := r.Read(make([]byte, 1)); n > 0 || !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("unpack: it has another size than it says: %w", cmp.Or(err, io.ErrShortBuffer))
	}
	return Masked(data), nil
}

// smallAnswer is the size up to which memory is allocated before the size that an
// answer claims has been checked.
const smallAnswer = 1 << 20

// claimedSize returns the size that a gzip body claims in its last four bytes.
func claimedSize(msg *nats.Msg) (int, bool) {
	n := len(msg.Data)
	if n < 4 || msg.Header.Get("Content-Encoding") != "gzip" {
		return 0, false
	}
	return int(binary.LittleEndian.Uint32(msg.Data[n-4:])), true
}

// Body returns the decompressed body of the answer to a single request.
func Body(msg *nats.Msg) ([]byte, error) {
	size, err := Size(msg)
	if err != nil {
		return nil, err
	}
	return Unpack(msg, size)
}

// reader decompresses a body; nil if it is plain. A body is rejected already for
// the size that gzip claims.
func reader(msg *nats.Msg) (io.Reader, error) {
	switch enc := msg.Header.Get("Content-Encoding"); enc {
	case "", "identity":
		return nil, nil //nolint:nilnil // nothing to decompress
	case "gzip":
		if n, ok := claimedSize(msg); ok && n > MaxAnswer {
			return nil, fmt.Errorf("%w: over %d MB", ErrTooLarge, MaxAnswer>>20)
		}
		zr, err := gzip.NewReader(bytes.NewReader(msg.Data))
		if err != nil {
			return nil, fmt.Errorf("unpack gzip: %w", err)
		}
		return zr, nil
	case "snappy", "s2":
		return s2.NewReader(bytes.NewReader(msg.Data)), nil
	default:
		return nil, fmt.Errorf("answer is packed as %q", enc)
	}
}

// Head returns the beginning of the body of an answer that cannot be read as a
// whole: it identifies the server.
func Head(msg *nats.Msg) []byte {
	r, err := reader(msg)
	switch {
	case errors.Is(err, ErrTooLarge): // by its claimed size; its head can still be read
		if r, err = gzip.NewReader(bytes.NewReader(msg.Data)); err != nil {
			return nil
		}
	case err != nil:
		return nil
	case r == nil:
		r = bytes.NewReader(msg.Data)
	}
	head, _ := io.ReadAll(io.LimitReader(r, headSize)) // what could be read is enough
	return head
}

// headSize is enough for what a server reports about itself.
const headSize = 64 << 10

// Cost estimates how much memory the decoded answer takes: its text, and a
// structure for each JSON object. Structures are much larger than their shortest
// JSON form, which is two bytes.
func (e *Endpoint) Cost(data []byte) int64 {
	each := int64(256)
	switch e.Kind {
	case fleet.Connz:
		each = 640
	case fleet.Jsz:
		each = 400
	}
	return int64(len(data)) + each*int64(bytes.Count(data, []byte("{")))
}
