package sys_test

import (
	"errors"
	"testing"
	"testing/synctest"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// TestRequestsChangeNothing refuses every request that changes something, and accounts
// that would widen a subject, before anything is sent.
func TestRequestsChangeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, "e/n1")
		w.Handle("$SYS.REQ.>", func(m stub.Message) bool {
			t.Errorf("%s was sent", m.Subject)
			return false
		})
		c, acts := w.client(), 0
		for _, ep := range endpoint.List() {
			if !ep.Act {
				continue
			}
			acts++
			if _, err := c.Request(t.Context(), sys.Request{Kind: ep.Kind, Account: "APP"}); !errors.Is(err, sys.ErrRequest) {
				t.Errorf("%s changes something and was not refused: %v", ep.Kind, err)
			}
		}
		if acts < 6 {
			t.Errorf("only %d requests change something", acts)
		}
		for _, account := range []string{"", "*", ">", "APP.>", "A B", "A\tB", "A\r\nPUB x 0", "A\n"} {
			if _, err := c.Request(t.Context(), sys.Request{Kind: endpoint.AccountConnz, Account: account}); !errors.Is(err, sys.ErrRequest) {
				t.Errorf("account %q was not refused: %v", account, err)
			}
		}
		for what, req := range map[string]sys.Request{
			"no account and subject": {Kind: endpoint.NumSubs},
			"no subject":             {Kind: endpoint.NumSubs, Options: map[string]any{"acc": "APP"}},
			"no account":             {Kind: endpoint.NumSubs, Options: map[string]any{"acc": "", "subject": "x"}},
			"sorted, all":            {Kind: fleet.Connz, Options: map[string]any{"sort": "subs"}},
			"sorted, too many":       {Kind: fleet.Connz, Options: map[string]any{"sort": "subs"}, Limit: endpoint.MaxSorted + 1},
		} {
			if _, err := c.Request(t.Context(), req); !errors.Is(err, sys.ErrRequest) {
				t.Errorf("%s was not refused: %v", what, err)
			}
		}
		if _, err := c.Request(t.Context(), sys.Request{Kind: "NO_SUCH"}); !errors.Is(err, sys.ErrRequest) {
			t.Errorf("an unknown request: %v", err)
		}
	})
}
