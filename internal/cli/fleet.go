package cli

import (
	"context"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// System connects and returns a client of the system account. Whom it sees is
// remembered for the next time.
func (e *Env) System(ctx context.Context) (*sys.Client, error) {
	s, err := e.Connect(ctx)
	if err != nil {
		return nil, err
	}
	seen := e.openRoster(s.Target)
	opts := []sys.Option{sys.WithContextName(s.Target.Name), sys.WithRoster(seen.known)}
	if s.Target.Timeout > 0 {
		opts = append(opts, sys.WithTimeout(s.Target.Timeout))
	}
	client := sys.New(s.Conn, opts...)
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
