package exporter

import (
	"context"
	"errors"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/sys"
)

// ErrNotConnected reports that the connection to NATS is not established. It
// reconnects automatically.
var ErrNotConnected = errors.New("not connected to NATS")

// reasonOf returns the reason of a failed snapshot as one word.
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
