package exporter

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/sys"
)

// ErrNotConnected says that the connection to NATS does not stand at the
// moment. It is made again by itself.
var ErrNotConnected = errors.New("not connected to NATS")

// reasonOf puts the failure of a snapshot into one word.
func reasonOf(err error) string {
	var lost *NotConnectedError
	if errors.As(err, &lost) {
		return lost.Reason
	}
	for _, r := range [...]struct {
		err  error
		word string
	}{
		{sys.ErrNotSystem, "not_system_account"},
		{sys.ErrPermission, "permission"},
		{sys.ErrSilent, "silent"},
		{sys.ErrDisconnected, "disconnected"},
		{ErrNotConnected, "disconnected"},
		{nats.ErrConnectionClosed, "disconnected"},
		{context.DeadlineExceeded, "timeout"},
		{context.Canceled, "timeout"},
	} {
		if errors.Is(err, r.err) {
			return r.word
		}
	}
	return "other"
}
