package main

import (
	"context"
	"fmt"
	"io"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

type accountInfoCommand struct{ name string }

func (c *accountInfoCommand) setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "Account; your own by default, which is all that a user outside the system account can see.").StringVar(&c.name)
}

// hidden is what a user outside the system account cannot know.
var hidden = []string{
	"exports, imports and limits of the account (its operator knows them)", "other accounts", "servers, and links between them",
	"servers that kept silent",
}

func (c *accountInfoCommand) run(ctx context.Context, e *env) error {
	account := c.name
	mine, err := e.whoami(ctx)
	if err != nil && account == "" {
		return err
	}
	if account == "" {
		account = mine
	}
	want := fleet.Want{
		Kinds: []fleet.Kind{fleet.AccountStatz, fleet.Accountz, fleet.Jsz}, Account: account, JS: fleet.JSWant{Account: account, Streams: true, Consumers: true, AllReplicas: true},
	}
	lens, snap, err := e.accountLens(ctx, want)
	if err != nil {
		return err
	}
	if err := lens.refuse(c.name); err != nil {
		return err
	}
	snap = snap.Told(fleet.Accountz)
	doc, err := newAccountDoc(ctx, lens, snap, account, mine)
	if err != nil {
		return err
	}
	if err := e.printValue(doc, func(w io.Writer) error { return writeSheet(w, doc.Lines()) }); err != nil {
		return err
	}
	return e.completeness(lens.complete(snap))
}

func newAccountDoc(ctx context.Context, lens *accountLens, s *fleet.Snapshot, account, mine string) (view.Account, error) {
	doc := view.Account{Schema: "natsctl.account.info/v1", Time: s.Time, Name: account}
	if lens.own != nil {
		doc.User, doc.JetStream, doc.Hidden = lens.own.User, lens.own.JetStream, hidden
	} else {
		doc.Details = fleet.AccountDetails(s)
		if doc.Details == nil && len(s.Missing) == 0 {
			return doc, knownAccount(withNames(ctx, lens.client, s), account)
		}
		if account == mine {
			doc.User, _ = lens.client.UserInfo(ctx) // servers before 2.10 do not tell
		}
	}
	for _, r := range fleet.AccountRows(s, nil) {
		if r.Name == account {
			doc.Row = r
		}
	}
	return doc, nil
}

// withNames asks for the names of all accounts, to suggest one.
func withNames(ctx context.Context, client *sys.Client, s *fleet.Snapshot) *fleet.Snapshot {
	if all, err := client.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Accountz}}); err == nil {
		return all
	}
	return s
}

// writeSheet writes names and values, one pair a line.
func writeSheet(w io.Writer, lines [][2]string) error {
	for _, l := range lines {
		if _, err := fmt.Fprintf(w, "%-17s %s\n", l[0], orDash(l[1])); err != nil {
			return err
		}
	}
	return nil
}
