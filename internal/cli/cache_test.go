package cli

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

func TestAccountNamesAreRemembered(t *testing.T) {
	dir := t.TempDir()
	r := &roster{path: filepath.Join(dir, "natsctl", "fleets", "x.json")}
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	snap := &fleet.Snapshot{Servers: []*fleet.Server{
		{Accountz: &server.Accountz{Accounts: []string{"APP", "SYS"}}},
		{Connz: &server.Connz{Conns: []*server.ConnInfo{{Account: "OTHER"}, {}}}},
	}}
	r.noteAccounts(now, snap)
	r.noteAccounts(now.Add(rosterKeeps+time.Hour), &fleet.Snapshot{Servers: []*fleet.Server{{Accountz: &server.Accountz{Accounts: []string{"NEW"}}}}})
	if diff := cmp.Diff(map[string]time.Time{"NEW": now.Add(rosterKeeps + time.Hour)}, r.accounts()); diff != "" {
		t.Error(diff)
	}
	info, err := os.Stat(r.accountsPath())
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	if err := os.WriteFile(r.accountsPath(), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n := len(r.accounts()); n != 0 {
		t.Errorf("a damaged cache gives %d accounts", n)
	}
	(&roster{}).noteAccounts(now, snap)
	(*roster)(nil).noteAccounts(now, nil)
}
