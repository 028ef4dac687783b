package gather

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
)

// TestSenderOfAnAnswer accepts no id that would be more than one token of a
// subject, or that is no key of a server.
func TestSenderOfAnAnswer(t *testing.T) {
	rest := strings.Repeat("A", 53)
	for id, want := range map[string]error{
		"NAA" + rest:       nil,
		"NA2" + rest:       nil,
		"NA." + rest:       endpoint.ErrBadSender,
		"NA*" + rest:       endpoint.ErrBadSender,
		"NA>" + rest:       endpoint.ErrBadSender,
		"NA " + rest:       endpoint.ErrBadSender,
		"Naa" + rest:       endpoint.ErrBadSender,
		"AAA" + rest:       endpoint.ErrBadSender,
		"NAA" + rest + "A": endpoint.ErrBadSender,
		"NA" + rest:        endpoint.ErrBadSender,
		"":                 endpoint.ErrNoSender,
	} {
		b := &inbox{prefix: "_INBOX.x."}
		n := b.number(&question{ep: endpoint.Lookup(string(fleet.Statsz))})
		a := b.read(rawReply{&nats.Msg{Subject: fmt.Sprint(b.prefix, n), Data: fmt.Appendf(nil, `{"server":{"id":%q},"statsz":{}}`, id)}, time.Now()})
		if !errors.Is(a.err, want) || want == nil && (a.err != nil || a.sender == nil || a.sender.ID != id) {
			t.Errorf("id %q: %v, want %v", id, a.err, want)
		}
		if errors.Is(want, endpoint.ErrBadSender) && a.sender != nil {
			t.Errorf("id %q is used: %+v", id, a.sender)
		}
	}
}
