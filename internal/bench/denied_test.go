package bench

import (
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// TestDenied does not call valid what the server threw away.
func TestDenied(t *testing.T) {
	t.Parallel()
	s := startServerWith(t, server.Options{Users: []*server.User{{
		Username: "u", Password: "p",
		Permissions: &server.Permissions{Publish: &server.SubjectPermission{Allow: []string{"open.>"}}},
	}}})
	url := strings.Replace(s.ClientURL(), "://", "://u:p@", 1)
	for _, driver := range []string{scenario.DriverNatsGo, scenario.DriverRaw} {
		for _, tc := range []struct {
			subject string
			denied  bool
		}{{"open.door", false}, {"shut.door", true}} {
			r := mustExecute(t, scenario.Spec{Workload: scenario.Pub, Subject: tc.subject, Driver: driver, Msgs: 200, Warmup: -1, Timeout: 10_000 * ms}, to(url))
			found := ""
			for _, reason := range r.Validity.Reasons {
				if reason.Code == result.ReasonDenied {
					found = reason.Text
				}
			}
			if (found != "") != tc.denied || tc.denied && (r.Validity.Valid || !strings.Contains(found, tc.subject)) {
				t.Errorf("%s to %s: %+v", driver, tc.subject, r.Validity)
			}
		}
	}
}
