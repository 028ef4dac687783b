package fleetcmd

import (
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestServerSheetNamesTheSystemAccount shows the name of an account that the
// server knows by its key, and the key in the wide format.
func TestServerSheetNamesTheSystemAccount(t *testing.T) {
	key := "A" + strings.Repeat("B", 55)
	for _, tt := range []struct {
		what, account, want, wide string
		stats                     []*server.AccountStat
	}{
		{"operator mode", key, "SYS", "SYS (" + key + ")", []*server.AccountStat{{Account: "A" + strings.Repeat("C", 55), Name: "APP"}, {Account: key, Name: "SYS"}}},
		{"a name that is the key", key, key, key, []*server.AccountStat{{Account: key, Name: key}}},
		{"no statistics", key, key, key, nil},
		{"configuration", "$SYS", "$SYS", "$SYS", []*server.AccountStat{{Account: "$SYS", Name: "$SYS"}}},
		{"a hostile name", key, `a\x1b[31m`, `a\x1b[31m (` + key + ")", []*server.AccountStat{{Account: key, Name: "a\x1b[31m"}}},
		{"no system account", "", "-", "-", nil},
	} {
		sv := &fleet.Server{Varz: &server.Varz{SystemAccount: tt.account}, AccountStatz: &server.AccountStatz{Accounts: tt.stats}}
		snap := &fleet.Snapshot{Servers: []*fleet.Server{sv}}
		for wide, want := range map[bool]string{false: tt.want, true: tt.wide} {
			var out strings.Builder
			if err := serverSheet(&out, snap, sv, wide); err != nil {
				t.Fatal(err)
			}
			if line := "System account    " + want; !slices.Contains(strings.Split(out.String(), "\n"), line) {
				t.Errorf("%s, wide %v: no line %q in\n%s", tt.what, wide, line, out.String())
			}
		}
	}
}
