package fleetcmd

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// show prints the result of a drain.
func (*serverLameDuckCommand) show(e *cli.Env, r drainResult) error {
	return e.PrintValue(r, func(w io.Writer) error {
		p := r.Progress
		lines := []string{fmt.Sprintf("%d of %d clients of %s moved in %s", p.Moved, p.Total, view.Text(r.Server), view.Duration(r.TookSeconds))}
		for _, server := range slices.Sorted(maps.Keys(p.Where)) {
			lines = append(lines, fmt.Sprintf("  %d to %s", p.Where[server], view.Text(server)))
		}
		if p.Back > 0 {
			lines = append(lines, fmt.Sprintf("  %d came back to %s", p.Back, view.Text(r.Server)))
		}
		for i, c := range r.Lost {
			if i == planRows {
				lines = append(lines, fmt.Sprintf("  ... and %d more", len(r.Lost)-planRows))
				break
			}
			lines = append(lines, fmt.Sprintf("  not on another server: %s, user %s, account %s, from %s",
				cli.OrDash(view.Text(c.Name)), cli.OrDash(view.Text(c.User)), cli.OrDash(view.Text(c.Account)), view.Text(c.IP)))
		}
		switch {
		case p.Gone:
			lines = append(lines, "the server is gone")
		case r.Kick:
			lines = append(lines, "the server keeps running and accepts new clients")
		}
		for _, l := range lines {
			if _, err := fmt.Fprintln(w, l); err != nil {
				return err
			}
		}
		return nil
	})
}
