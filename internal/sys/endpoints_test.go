package sys_test

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// notRequests are subscriptions below $SYS.REQ that are no request of a system
// user: the server's own, and those that take a wildcard where ours have one
// word.
var notRequests = map[string]string{
	"$SYS.REQ.SERVER.PING":        "the old name of PING.STATSZ",
	"$SYS.REQ.ACCOUNT.PING.CONNZ": "an account's own view, imported into every account",
	"$SYS.REQ.SERVER.PING.CONNZ":  "also imported into every account",
	"$SYS.REQ.USER.*.INFO":        "what $SYS.REQ.USER.INFO is mapped to",
}

// TestEveryRequestHasARow asks an embedded server which requests it listens
// to, and looks for each in the table of endpoints.
func TestEveryRequestHasARow(t *testing.T) {
	c := real.Start(t, spec.Nodes(2))
	nc, err := c.Nodes()[0].ConnectSys()
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	id := nc.ConnectedServerId()
	msg, err := nc.Request("$SYS.REQ.SERVER."+id+".SUBSZ", []byte(`{"subscriptions":true,"limit":100000}`), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	var answer server.ServerAPISubszResponse
	if err := json.Unmarshal(msg.Data, &answer); err != nil || answer.Data == nil {
		t.Fatalf("%v: %.200s", err, msg.Data)
	}
	otherID := regexp.MustCompile(`\.N[A-Z2-7]{55}`)
	heard := 0
	for _, sub := range answer.Data.Subs {
		subject := sub.Subject
		if !strings.HasPrefix(subject, "$SYS.REQ.") {
			continue
		}
		heard++
		if _, known := notRequests[subject]; known && !hasRow(subject) {
			continue
		}
		if !hasRow(otherID.ReplaceAllString(subject, ".PING")) {
			t.Errorf("%s has no row in the table of endpoints", subject)
		}
	}
	if heard < 20 {
		t.Errorf("the server listens to %d requests only: is this its list?", heard)
	}
}

// hasRow reports whether the table of endpoints has a subject.
func hasRow(subject string) bool {
	for _, ep := range endpoint.List() {
		for _, account := range []string{"*", "PING"} {
			if strings.NewReplacer("{server}", "PING", "{account}", account).Replace(ep.Subject) == subject {
				return true
			}
		}
	}
	return false
}

func TestEndpointTable(t *testing.T) {
	seen := map[string]bool{}
	for _, ep := range endpoint.List() {
		if seen[string(ep.Kind)] {
			t.Errorf("%s has two rows", ep.Kind)
		}
		seen[string(ep.Kind)] = true
		if endpoint.Lookup(strings.ToLower(string(ep.Kind))) != ep {
			t.Errorf("%s is not found by its name", ep.Kind)
		}
		if ep.Ping && !ep.Server() {
			t.Errorf("%s: only a server's subject has a PING form", ep.Kind)
		}
	}
}
