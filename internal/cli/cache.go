package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/atomicfile"
	"github.com/natsctl/natsctl/internal/fleet"
)

// writeCache replaces a file of the cache. Other users cannot read it, since the
// names in it are private.
func writeCache(path string, body []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return atomicfile.Write(path, body, 0o600)
}

// most is the maximum number of account names kept, so that completion stays fast.
const most = 2000

// accountsPath is the file of the accounts of a fleet, next to that of its servers.
func (r *roster) accountsPath() string { return strings.TrimSuffix(r.path, ".json") + ".accounts.json" }

// accounts maps the names of the fleet's accounts to the time each was last
// seen.
func (r *roster) accounts() map[string]time.Time {
	known := map[string]time.Time{}
	if r.path == "" {
		return known
	}
	if body, err := os.ReadFile(r.accountsPath()); err != nil || json.Unmarshal(body, &known) != nil {
		return map[string]time.Time{}
	}
	return known
}

// noteAccounts saves the accounts of a snapshot, if it has any.
func (r *roster) noteAccounts(now time.Time, s *fleet.Snapshot) {
	if r == nil || r.path == "" || s == nil {
		return
	}
	names := accountNames(s)
	known := r.accounts()
	fresh := len(names) > 0
	for name := range names {
		fresh = fresh && now.Sub(known[name]) < rosterRenewal
	}
	if len(names) == 0 || fresh {
		return
	}
	for name := range names {
		known[name] = now
	}
	for name, seen := range known {
		if now.Sub(seen) > rosterKeeps || len(known) > most && !names[name] {
			delete(known, name)
		}
	}
	if body, err := json.Marshal(known); err == nil {
		_ = writeCache(r.accountsPath(), body)
	}
}

// accountNames returns the accounts named in a snapshot.
func accountNames(s *fleet.Snapshot) map[string]bool {
	names := map[string]bool{}
	add := func(name string) {
		if name != "" && len(names) < most {
			names[name] = true
		}
	}
	for _, sv := range s.Servers {
		if sv.Accountz != nil {
			for _, name := range sv.Accountz.Accounts {
				add(name)
			}
		}
		if sv.AccountStatz != nil {
			for _, a := range sv.AccountStatz.Accounts {
				add(a.Account)
			}
		}
		if sv.Connz != nil {
			for _, c := range sv.Connz.Conns {
				if c != nil {
					add(c.Account)
				}
			}
		}
		if sv.Jsz != nil {
			for _, a := range sv.Jsz.AccountDetails {
				add(a.Name)
			}
		}
	}
	return names
}
