package fleetcmd

import (
	"errors"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// noOwnFlag leaves natsctl's own connections out, before totals, groups and
// limits.
func noOwnFlag(cmd *kingpin.CmdClause, to *bool) {
	cmd.Flag("no-own", "Leave out the connections of natsctl itself.").BoolVar(to)
}

// connFlags select connections.
func connFlags(c *reportCommand, cmd *kingpin.CmdClause) {
	cmd.Flag("state", "open, closed or all; each server remembers its last 10,000 closed ones.").Default("open").EnumVar(&c.conns.State, "open", "closed", "all")
	cmd.Flag("account", "Show only this account.").PlaceHolder("NAME").StringVar(&c.conns.Account)
	cmd.Flag("of-user", "Show only this user (--user sets who connects).").PlaceHolder("NAME").StringVar(&c.conns.User)
	noOwnFlag(cmd, &c.noOwn)
	cmd.Flag("subject", "Show only connections with a subscription that matches this subject; needs --account.").PlaceHolder("SUBJECT").StringVar(&c.conns.Subject)
	cmd.Flag("subscriptions", "Include the subjects that each connection subscribes to.").BoolVar(&c.conns.Subscriptions)
}

func connWant(c *reportCommand, w *fleet.Want) error {
	if c.conns.Subject != "" && c.conns.Account == "" {
		return cli.Usagef("--subject needs --account NAME: subjects are per account")
	}
	if c.conns.Subject != "" && c.file != "" {
		return cli.Usagef("--subject is asked of the servers; a recording cannot answer it, but --filter can: 'subscriptions contains %q'", c.conns.Subject)
	}
	w.Conns = c.conns
	if c.file != "" {
		return nil // a recording may do without the rest
	}
	if c.conns.Account != "" {
		w.Kinds = append(slices.Clone(w.Kinds), fleet.Accountz) // an account that no server knows is not an empty one
	}
	if wantsLeafs(c.conns) {
		w.Kinds = append(slices.Clone(w.Kinds), fleet.Leafz) // CONNZ leaves leafnodes out since 2.11
	}
	return nil
}

// wantsLeafs reports whether the selection can include leafnode connections:
// LEAFZ lists the open ones, without user and subjects.
func wantsLeafs(c fleet.ConnWant) bool {
	return c.State != "closed" && c.User == "" && c.Subject == ""
}

// chosenConns keeps the connections that the flags select. The servers of a fleet
// have already filtered; a recording holds what was requested then.
func (c *reportCommand) chosenConns(rows []*fleet.ConnRow) []*fleet.ConnRow {
	return slices.DeleteFunc(rows, func(r *fleet.ConnRow) bool {
		closed := r.Info.Stop != nil
		return c.noOwn && r.Own() || c.conns.State == "open" && closed || c.conns.State == "closed" && !closed ||
			c.conns.Account != "" && r.Info.Account != c.conns.Account ||
			c.conns.User != "" && r.Info.AuthorizedUser != c.conns.User
	})
}

// sharingGrid is the table of one account's exports and imports. An account
// that no server knows is an error, not an empty table.
func sharingGrid(c *reportCommand, t fleet.Tick) (view.Grid, error) {
	account, rows := fleet.SharingRows(t.Snapshot)
	if account == "" && c.file != "" {
		return view.Grid{}, errors.New("a recording does not hold the exports and imports of accounts")
	}
	if account == "" {
		var known []string
		for _, sv := range t.Servers {
			if sv.Accountz != nil {
				known = append(known, sv.Accountz.Accounts...)
			}
		}
		return view.Grid{}, noAccount(t.Snapshot, c.account, known)
	}
	return view.NewGrid(view.Sharing(), slices.Values(rows)), nil
}
