package fleetcmd

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// FuzzLimits: a file of limits is taken whole or refused with the place of the
// mistake, and no limit is a number that nothing can be compared with.
func FuzzLimits(f *testing.F) {
	for _, seed := range []string{
		"", "cpu_percent=70,90\n# comment\n\nmemory_percent = -,95", "cpu_percent=nan,inf", "cpu_percent=1e999,0x1p-2", "cpu_percent", "=", "nope=1", "\x00\xff=1,2",
	} {
		f.Add(seed)
	}
	path := filepath.Join(f.TempDir(), "limits")
	f.Fuzz(func(t *testing.T, text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		ranges, err := (&checkCommand{limits: path}).ranges()
		if err != nil && (!errors.Is(err, checks.ErrLimit) || !strings.HasPrefix(err.Error(), path+":")) {
			t.Errorf("%q: %v", text, err)
		}
		for name, r := range ranges {
			if math.IsInf(r.Warn, 0) || math.IsInf(r.Crit, 0) {
				t.Errorf("%q: %s is %+v", text, name, r)
			}
		}
	})
}
