package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"

	natsctx "github.com/natsctl/natsctl/internal/context"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// System connects and returns a client of the system account. The servers it sees
// are saved for later commands.
func (e *Env) System(ctx context.Context, extra ...sys.Option) (*sys.Client, error) {
	s, err := e.Connect(ctx)
	if err != nil {
		return nil, err
	}
	seen := openRoster(e, s.Target)
	opts := []sys.Option{sys.WithContextName(s.Target.Name), sys.WithRoster(seen.known)}
	if s.Target.Timeout > 0 {
		opts = append(opts, sys.WithTimeout(s.Target.Timeout))
	}
	client := sys.New(s.Conn, append(opts, extra...)...)
	e.roster = seen
	e.OnClose(func() { seen.save(e.Now(), client.Roster()) })
	return client, nil
}

// ServerTable is the table of the servers of one snapshot.
func ServerTable(schema string, s *fleet.Snapshot, shape view.Shape) (Table, error) {
	cols := view.Servers(s)
	grid := view.NewGrid(cols, func(yield func(*fleet.Server) bool) {
		for _, sv := range s.Servers {
			if !yield(sv) {
				return
			}
		}
	})
	grid, err := shape.Apply(grid)
	if err != nil {
		return Table{}, err
	}
	return Table{Schema: schema, Snap: s, Grid: grid, Totals: grid.Totals("total")}, nil
}

// openRoster reads the roster of a target. If it is missing or unreadable, the
// roster is empty: it is a convenience, never a reason to fail.
func openRoster(e *Env, t *natsctx.Target) *roster {
	dir := cacheHome(e.Getenv)
	if dir == "" {
		return &roster{}
	}
	sum := sha256.Sum256([]byte(t.Name + "\n" + natsctx.RedactURL(t.URL)))
	r := &roster{path: filepath.Join(dir, "fleets", hex.EncodeToString(sum[:8])+".json")}
	if body, err := os.ReadFile(r.path); err == nil {
		if json.Unmarshal(body, &r.known) != nil {
			r.known = nil
		}
	}
	return r
}
