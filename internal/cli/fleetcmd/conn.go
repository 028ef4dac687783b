package fleetcmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// connEntry holds the commands about client connections.
func connEntry() cli.Entry {
	return cli.Entry{Name: "conn", Help: "Manage client connections.", Sub: []cli.Entry{
		{Name: "kick", Help: "Close client connections at a limited rate; clients may reconnect to any server.", Cmd: &connKickCommand{}, Finishes: true, Examples: []string{
			"conn kick --client billing --dry-run",
			"conn kick --account APP --rate 20",
			"conn kick --filter 'pending_bytes > 1000000' --yes",
			"conn kick --name east-1 --cid 42",
		}},
	}}
}

// errNoConnections is returned when no connection matches the selection.
var errNoConnections = errors.New("no client connection matches; nothing was changed")

// connColumns are the columns of a selection of connections.
func connColumns() []view.Column[sys.Conn] {
	return []view.Column[sys.Conn]{
		{Name: "server", Title: "Server", Value: func(c sys.Conn) any { return c.Server.Name }},
		{Name: "cluster", Title: "Cluster", Wide: true, Value: func(c sys.Conn) any { return c.Server.Cluster }},
		{Name: "cid", Title: "CID", Value: func(c sys.Conn) any { return c.Info.Cid }},
		{Name: "name", Title: "Name", Value: func(c sys.Conn) any { return c.Info.Name }},
		{Name: "user", Title: "User", Value: func(c sys.Conn) any { return c.Info.AuthorizedUser }, Label: func(c sys.Conn) string { return fleet.UserName(c.Info) }},
		{Name: "account", Title: "Account", Value: func(c sys.Conn) any { return c.Info.Account }, Label: func(c sys.Conn) string { return c.Info.NameTag }},
		{Name: "ip", Title: "IP", Value: func(c sys.Conn) any { return c.Info.IP }},
		{Name: "lang", Title: "Library", Wide: true, Value: func(c sys.Conn) any { return c.Info.Lang }},
		{Name: "version", Title: "Version", Wide: true, Value: func(c sys.Conn) any { return c.Info.Version }},
		{Name: "subscriptions", Title: "Subs", Unit: view.Count, Value: func(c sys.Conn) any { return c.Info.NumSubs }},
		{Name: "pending_bytes", Title: "Pending", Unit: view.Bytes, Value: func(c sys.Conn) any { return c.Info.Pending }},
		{Name: "in_msgs", Title: "In msgs", Unit: view.Count, Wide: true, Value: func(c sys.Conn) any { return c.Info.InMsgs }},
		{Name: "out_msgs", Title: "Out msgs", Unit: view.Count, Wide: true, Value: func(c sys.Conn) any { return c.Info.OutMsgs }},
		{Name: "start", Title: "Since", Unit: view.Instant, Wide: true, Value: func(c sys.Conn) any { return c.Info.Start }},
	}
}

// connSelection selects connections. All conditions that are set must match.
type connSelection struct {
	scope  fleet.Scope
	sel    sys.ConnSelection
	filter string
	all    bool
}

func (s *connSelection) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("cid", "Client or leafnode connection with this id on the given server; repeat for several.").PlaceHolder("N").Uint64ListVar(&s.sel.CIDs)
	cmd.Flag("client", "Connections with exactly this client name.").PlaceHolder("NAME").StringVar(&s.sel.Name)
	cmd.Flag("of-user", "Connections of exactly this user.").PlaceHolder("USER").StringVar(&s.sel.User)
	cmd.Flag("account", "Connections in exactly this account.").PlaceHolder("ACCOUNT").StringVar(&s.sel.Account)
	cmd.Flag("subject", "Connections with a subscription that overlaps this subject.").PlaceHolder("SUBJECT").StringVar(&s.sel.Subject)
	cmd.Flag("filter", "Connections that match this expression (docs/filter.md).").PlaceHolder("EXPR").StringVar(&s.filter)
	cmd.Flag("all", "All client connections of the given server.").BoolVar(&s.all)
}

// check rejects an empty, conflicting or ambiguous selection.
func (s *connSelection) check() error {
	some := !s.sel.Empty() || s.filter != ""
	switch {
	case !some && !s.all:
		return cli.Usagef("specify the connections: --cid, --client, --of-user, --account, --subject, --filter or --all")
	case some && s.all:
		return cli.Usagef("--all cannot be combined with a selection")
	case len(s.sel.CIDs) > 0 && s.scope.Name == "":
		return cli.Usagef("--cid needs --name SERVER: connection ids are unique per server only")
	}
	return nil
}

// find requests the selected connections from the fleet.
func (s *connSelection) find(ctx context.Context, client *sys.Client) ([]sys.Conn, *fleet.Snapshot, error) {
	cols := connColumns()
	if s.filter == "" {
		return client.Conns(ctx, s.scope, s.sel)
	}
	filter, err := view.NewFilter(s.filter, view.Heads(cols))
	if err != nil {
		return nil, nil, err
	}
	all, snap, err := client.Conns(ctx, s.scope, s.sel)
	if err != nil {
		return nil, nil, err
	}
	chosen, err := view.Select(filter, all, func(c sys.Conn) []view.Cell { return view.Cells(cols, c) })
	return chosen, snap, err
}

// kindOf returns the kind of the connections.
func kindOf(conns []sys.Conn) string {
	for _, c := range conns {
		if c.Leaf() {
			return "connection"
		}
	}
	return "client connection"
}

// planRows is the maximum number of connections that a plan lists; the rest is counted.
const planRows = 20

// describe lists the selected connections for the plan of an action.
func describe(conns []sys.Conn) (lines []string) {
	perServer := map[string]int{}
	var order []string
	for _, c := range conns {
		if perServer[c.Server.Name] == 0 {
			order = append(order, c.Server.Name)
		}
		perServer[c.Server.Name]++
	}
	for _, name := range order {
		lines = append(lines, fmt.Sprintf("  %s on server %s", cli.Plural(perServer[name], "connection"), name))
	}
	for i, c := range conns {
		if i == planRows {
			return append(lines, fmt.Sprintf("    ... and %d more", len(conns)-planRows))
		}
		lines = append(lines, fmt.Sprintf("    %s cid %d: %s%s, user %s, account %s, from %s", c.Server.Name, c.Info.Cid,
			leafWord(c), cli.OrDash(c.Info.Name), cli.OrDash(cmp.Or(fleet.UserName(c.Info), c.Info.AuthorizedUser)), cli.OrDash(cmp.Or(c.Info.NameTag, c.Info.Account)), c.Info.IP))
	}
	return lines
}

// leafWord marks a leafnode connection.
func leafWord(c sys.Conn) string {
	if c.Leaf() {
		return "leafnode "
	}
	return ""
}
