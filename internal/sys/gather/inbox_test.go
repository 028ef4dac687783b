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
	"github.com/natsctl/natsctl/internal/testcluster/stub"
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

// TestInboxIsBounded: neither what waits nor what is decoded takes more memory than a round may, and an answer to nothing is none.
func TestInboxIsBounded(t *testing.T) {
	s := stub.New(t, "n1", "N1")
	b, stop, err := openInbox(t.Context(), s.Connect(t), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if answers, bytes, err := b.sub.PendingLimits(); err != nil || answers != 100_000 || bytes != 64<<20 {
		t.Errorf("%d answers and %d bytes may wait: %v", answers, bytes, err)
	}
	ep, msg := endpoint.Lookup(string(fleet.Statsz)), &nats.Msg{Data: []byte("{}")}
	if _, err := b.unpack(msg, ep); err != nil {
		t.Error(err)
	}
	b.budget.spent = baseBudget + serverBudget
	if _, err := b.unpack(msg, ep); !errors.Is(err, errBudget) {
		t.Errorf("more than the budget: %v", err)
	}
	b.number(&question{ep: ep})
	for token, known := range map[string]bool{"0": true, "1": false, "-1": false, "": false, "x": false} {
		if (b.question(token) != nil) != known {
			t.Errorf("question %q", token)
		}
	}
}
