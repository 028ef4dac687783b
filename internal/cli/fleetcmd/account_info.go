package fleetcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/view"
)

type accountInfoCommand struct{ name string }

func (c *accountInfoCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "Account (default: your own, the only one visible outside the system account).").StringVar(&c.name)
}

// hidden is the information that a user outside the system account cannot see.
var hidden = []string{
	"exports, imports and limits of the account (its operator knows them)", "other accounts", "servers, and links between them",
	"servers that did not respond",
}

// unseen returns what the user's permissions hide of its own account, each with
// the reason, and the error that names the subjects to allow.
func (l *accountView) unseen() (what []string, err error) {
	if l.own == nil {
		return nil, nil
	}
	var subjects []string
	for _, q := range []struct {
		kind fleet.Kind
		what string
	}{
		{endpoint.UserInfo, "your user's name and permissions"},
		{fleet.AccountStatz, "connections, subscriptions and traffic of the account"},
		{fleet.Jsz, "its JetStream"},
	} {
		var denied *sys.PermissionError
		if errors.As(l.own.Refused(q.kind), &denied) {
			what, subjects = append(what, fmt.Sprintf("%s (%v)", q.what, denied)), append(subjects, denied.Subject)
		}
	}
	var denied *sys.PermissionError
	if errors.As(l.own.Refused(endpoint.UserInfo), &denied) && denied.Subscribe {
		return what, denied // no answer can reach the user
	}
	if len(what) == 0 {
		return nil, nil
	}
	return what, fmt.Errorf("%w: user may not publish to %s", errUnseen, strings.Join(slices.Compact(subjects), ", "))
}

// errUnseen means that the user's permissions hide a part of its account.
var errUnseen = errors.New("part of the account is not visible")

func (c *accountInfoCommand) Run(ctx context.Context, e *cli.Env) error {
	account, err := accountKey(ctx, e, c.name)
	if err != nil {
		return err
	}
	mine, err := whoami(ctx, e)
	if err != nil && account == "" {
		return err
	}
	if account == "" {
		account = mine
	}
	want := fleet.Want{
		Kinds: []fleet.Kind{fleet.AccountStatz, fleet.Accountz, fleet.Jsz}, Account: account, JS: fleet.JSWant{Account: account, Streams: true, Consumers: true, AllReplicas: true},
	}
	av, snap, err := newAccountView(ctx, e, want)
	if err != nil {
		return err
	}
	if account, err = av.refuse(account); err != nil {
		return err
	}
	snap = snap.WithoutRefusals(fleet.Accountz)
	doc, err := newAccountDoc(ctx, av, snap, account, mine)
	if err != nil {
		return err
	}
	if err := e.PrintValue(doc, func(w io.Writer) error { return writeSheet(w, doc.Lines()) }); err != nil {
		return err
	}
	if _, err := av.unseen(); err != nil {
		return err
	}
	return e.Completeness(av.complete(snap))
}

func newAccountDoc(ctx context.Context, av *accountView, s *fleet.Snapshot, account, mine string) (view.Account, error) {
	doc := view.Account{Schema: "natsctl.account.info/v1", Time: s.Time, Name: account}
	if av.own != nil {
		denied, _ := av.unseen()
		doc.User, doc.JetStream, doc.Hidden = av.own.User, av.own.JetStream, slices.Concat(denied, hidden)
	} else {
		doc.Details = fleet.AccountDetails(s)
		if doc.Details == nil {
			if err := knownAccount(withNames(ctx, av.client, s), account); err != nil || len(s.Missing) == 0 {
				return doc, err
			}
		}
		if account == mine {
			doc.User, _ = av.client.UserInfo(ctx) // servers before 2.10 do not report it
		}
	}
	for _, r := range fleet.AccountRows(s, nil) {
		if r.Name == account {
			doc.Row = r
		}
	}
	return doc, nil
}

// withNames requests the names of all accounts, to suggest one.
func withNames(ctx context.Context, client *sys.Client, s *fleet.Snapshot) *fleet.Snapshot {
	if all, err := client.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Accountz}}); err == nil {
		return all
	}
	return s
}

// writeSheet writes names and values, one pair per line.
func writeSheet(w io.Writer, lines [][2]string) error {
	for _, l := range lines {
		if _, err := fmt.Fprintf(w, "%-17s %s\n", l[0], cli.OrDash(l[1])); err != nil {
			return err
		}
	}
	return nil
}
