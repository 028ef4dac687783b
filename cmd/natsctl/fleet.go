package main

import (
	"context"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// system connects and returns a client of the system account. Whom it sees is
// remembered for the next time.
func (e *env) system(ctx context.Context) (*sys.Client, error) {
	s, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	seen := e.openRoster(s.target)
	opts := []sys.Option{sys.WithContextName(s.target.Name), sys.WithRoster(seen.known)}
	if s.target.Timeout > 0 {
		opts = append(opts, sys.WithTimeout(s.target.Timeout))
	}
	client := sys.New(s.nc, opts...)
	e.roster = seen
	e.onClose(func() { seen.save(e.now(), client.Roster()) })
	return client, nil
}

// serverTable is the table of the servers of one snapshot.
func serverTable(schema string, s *fleet.Snapshot, shape view.Shape) (table, error) {
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
		return table{}, err
	}
	return table{schema: schema, snap: s, grid: grid, totals: grid.Totals("total")}, nil
}
