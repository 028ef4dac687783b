package fleetcmd

import (
	"context"
	"strings"

	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
)

// accountKey returns what the servers call an account that the command line
// names: in operator mode the public key of the account of that name. Who may
// not ask for names, and a name that no server knows, gets it back as it is: the
// command itself says what is wrong with it.
func accountKey(ctx context.Context, e *cli.Env, account string) (string, error) {
	if account == "" || strings.HasPrefix(account, "$") || fleet.IsAccountKey(account) {
		return account, nil
	}
	client, err := e.System(ctx)
	if err != nil {
		return "", err
	}
	snap, err := client.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.AccountStatz}})
	if err != nil {
		return account, nil //nolint:nilerr // the command asks for more, and says why it cannot
	}
	return fleet.NewAccountNames(snap).Find(account)
}

// accountKeys does the same for several.
func accountKeys(ctx context.Context, e *cli.Env, accounts []string) ([]string, error) {
	out := make([]string, len(accounts))
	for i, account := range accounts {
		var err error
		if out[i], err = accountKey(ctx, e, account); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// userKey returns what the servers call a user that the command line names: in
// operator mode the public key of the user of that name who is connected, in the
// account if one is given. A name that is not there is returned as it is.
func userKey(ctx context.Context, e *cli.Env, user string, conns fleet.ConnWant) (string, error) {
	if user == "" || nkeys.IsValidPublicUserKey(user) {
		return user, nil
	}
	client, err := e.System(ctx)
	if err != nil {
		return "", err
	}
	want := fleet.Want{Kinds: []fleet.Kind{fleet.Connz}, Conns: fleet.ConnWant{Account: conns.Account, State: conns.State, User: user}}
	snap, err := client.Snapshot(ctx, want)
	if err != nil || len(fleet.ConnRows(snap, nil)) > 0 {
		return user, nil //nolint:nilerr // the command asks for the same, and says why it cannot
	}
	want.Conns.User = ""
	if snap, err = client.Snapshot(ctx, want); err != nil {
		return user, nil //nolint:nilerr // as above
	}
	return fleet.FindUser(snap, user)
}
