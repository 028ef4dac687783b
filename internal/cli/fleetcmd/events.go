package fleetcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// eventsCommand writes the events of the servers as they happen.
type eventsCommand struct {
	kinds    []string
	accounts []string
	servers  []string
	clusters []string
	filter   string
	count    int
	lasting  time.Duration
}

func eventsEntry() cli.Entry {
	return cli.Entry{Name: "events", Help: "Follow events: connections, failed logins, lame duck mode, shutdowns, JetStream advisories.", Cmd: &eventsCommand{}, Examples: []string{
		"events",
		"events --kind auth_error --kind disconnect",
		`events --account APP --filter 'level = "warn"'`,
		"events --count 100 -o ndjson",
	}}
}

func (c *eventsCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("kind", "Show only events of this kind; repeat for several: "+strings.Join(kindNames(), ", ")+".").PlaceHolder("KIND").EnumsVar(&c.kinds, kindNames()...)
	cmd.Flag("account", "Show only events of this account; repeat for several.").PlaceHolder("NAME").StringsVar(&c.accounts)
	cmd.Flag("name", "Show only events reported by this server; repeat for several.").PlaceHolder("NAME").StringsVar(&c.servers)
	cmd.Flag("cluster", "Show only events reported by servers of this cluster; repeat for several.").PlaceHolder("NAME").StringsVar(&c.clusters)
	cmd.Flag("filter", "Show only events that match this expression (docs/filter.md).").PlaceHolder("EXPR").StringVar(&c.filter)
	cmd.Flag("count", "Exit after this many events.").PlaceHolder("N").IntVar(&c.count)
	cmd.Flag("for", "Exit after this time.").PlaceHolder("DURATION").DurationVar(&c.lasting)
}

func kindNames() []string {
	var names []string
	for _, k := range sys.EventKinds() {
		names = append(names, string(k))
	}
	return names
}

func (c *eventsCommand) Run(ctx context.Context, e *cli.Env) error {
	if _, err := e.Format("table", "wide", "json", "ndjson", "csv"); err != nil {
		return err
	}
	out := &eventWriter{e: e, want: c.wanted}
	if c.filter != "" {
		var err error
		if out.filter, err = view.NewFilter(c.filter, view.Heads(view.Events())); err != nil {
			return err
		}
	}
	client, err := e.System(ctx)
	if err != nil {
		return err
	}
	if c.accounts, err = accountKeys(ctx, e, c.accounts); err != nil {
		return err
	}
	kinds := make([]fleet.EventKind, len(c.kinds))
	for i, k := range c.kinds {
		kinds[i] = fleet.EventKind(k)
	}
	listening := ctx
	if c.lasting > 0 {
		var cancel context.CancelFunc
		listening, cancel = context.WithTimeout(ctx, c.lasting)
		defer cancel()
	}
	for ev, err := range client.Events(listening, kinds...) {
		if err != nil {
			if denied := (*sys.PermissionError)(nil); errors.As(err, &denied) && denied.Subscribe {
				e.Note("warning", err.Error()+"; its events are missing")
				continue
			}
			return err
		}
		if err := out.write(ev); err != nil {
			return err
		}
		if c.count > 0 && out.written >= c.count {
			return nil
		}
	}
	if out.written == 0 && e.ErrTTY {
		e.Note("", "no matching event arrived")
	}
	return nil
}

// wanted applies the flags that select by name. Events of natsctl itself always
// match.
func (c *eventsCommand) wanted(ev fleet.Event) bool {
	if ev.Kind == fleet.EventGap {
		return true
	}
	return (len(c.accounts) == 0 || slices.Contains(c.accounts, ev.Account)) &&
		(len(c.servers) == 0 || slices.Contains(c.servers, ev.Server)) &&
		(len(c.clusters) == 0 || slices.Contains(c.clusters, ev.Cluster))
}

// eventWriter writes events one by one.
type eventWriter struct {
	e       *cli.Env
	want    func(fleet.Event) bool
	filter  *view.Filter
	written int
}

func (w *eventWriter) write(ev fleet.Event) error {
	if !w.want(ev) {
		return nil
	}
	grid := view.NewGrid(view.Events(), slices.Values([]fleet.Event{ev}))
	if w.filter != nil && ev.Kind != fleet.EventGap {
		ok, err := w.filter.Match(grid.Rows[0])
		if err != nil || !ok {
			return err
		}
	}
	w.written++
	switch format := w.e.Flags.Output; {
	case format == "json" || format == "ndjson":
		return w.e.PrintJSON(ev, format == "ndjson")
	case format == "csv" && w.written == 1:
		return view.CSV(w.e.Out, grid, w.e.Flags.CSVRaw)
	case format == "csv":
		return view.CSVRows(w.e.Out, grid, w.e.Flags.CSVRaw)
	case !w.e.OutTTY:
		return view.TSV(w.e.Out, grid, format == "wide")
	}
	return w.line(ev)
}

// line writes an event for people: time, level, type, the reporting server, and
// its text.
func (w *eventWriter) line(ev fleet.Event) error {
	style := view.Style{Color: w.e.OutColor}
	mark := view.Glyph(ev.Level, w.e.Flags.ASCII)
	at := ev.Server
	if ev.Cluster != "" {
		at += " (" + ev.Cluster + ")"
	}
	_, err := fmt.Fprintf(w.e.Out, "%s %s %s %-20s %s\n", ev.Time.UTC().Format("15:04:05.000Z"),
		style.Paint(mark, ev.Level), style.Paint(fmt.Sprintf("%-17s", ev.Kind), ev.Level), view.Text(at), eventText(ev))
	return err
}

// eventText describes who, where and why.
func eventText(ev fleet.Event) string {
	var b strings.Builder
	if ev.Account != "" && ev.Account != ev.Who {
		b.WriteString(view.Text(cmp.Or(ev.AccountName, ev.Account)) + ": ")
	}
	b.WriteString(view.Text(ev.Who))
	if ev.Where != "" {
		b.WriteString(" at " + view.Text(ev.Where))
	}
	if ev.Why != "" {
		b.WriteString(": " + view.Text(ev.Why))
	}
	return b.String()
}
