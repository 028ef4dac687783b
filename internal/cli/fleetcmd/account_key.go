package fleetcmd

import (
	"context"
	"strings"

	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
)

// accountKey returns the servers' name of an account: in operator mode, the
// public key of the account with that name. If names may not be requested, or no
// server knows the name, it is returned unchanged: the command itself reports
// the error.
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
		return account, nil //nolint:nilerr // the command's own request reports the error
	}
	return fleet.NewAccountNames(snap).Find(account)
}

// accountKeys is accountKey for several accounts.
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

// userKey returns the servers' name of a user: in operator mode, the public key
// of the connected user with that name, in the account if one is given. An
// unknown name is returned unchanged.
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
		return user, nil //nolint:nilerr // the command's own request reports the error
	}
	want.Conns.User = ""
	if snap, err = client.Snapshot(ctx, want); err != nil {
		return user, nil //nolint:nilerr // as above
	}
	return fleet.FindUser(snap, user)
}
