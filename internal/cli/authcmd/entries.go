// Package authcmd holds the commands natsctl auth: claims and keys, what a user
// may do, why a login was refused, and what accounts share. Package internal/auth
// decides; package internal/sys asks the servers.
package authcmd

import (
	"strings"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/sys/claims"
)

// Entries are the commands of the noun auth.
func Entries() []cli.Entry {
	return []cli.Entry{{Name: "auth", Help: "Who may do what, who was refused and why: claims, permissions, keys.", Sub: []cli.Entry{
		{Name: "show", Help: "Show an operator, account, user, activation or key, and verify its chain of trust.", Cmd: &showCommand{}, Examples: []string{
			"auth show dave.creds",
			"auth show APP",
			"auth show user.jwt --chain APP.jwt --chain operator.jwt",
			"auth show APP -o json",
		}},
		{Name: "why", Help: "Say why logins were refused, or would be.", Cmd: &whyCommand{}, Examples: []string{
			"auth why",
			"auth why dave --follow",
			"auth why --creds dave.creds",
			"auth why --config nats.conf",
		}},
		{Name: "can", Help: "Say whether a user may publish or subscribe to a subject, what it may do, or who may.", Cmd: &canCommand{}, Examples: []string{
			"auth can dave pub chat.dave.hello",
			"auth can --creds dave.creds sub orders.new workers",
			"auth can --list dave",
			"auth can --who pub payments.new",
		}},
		{Name: "graph", Help: "Show who shares what with whom: -o table, json, dot, mermaid or svg.", Cmd: &graphCommand{}, Examples: []string{
			"auth graph",
			"auth graph APP",
			"auth graph -o svg",
		}},
		nkeyEntry(),
	}}}
}

// Advices are the rows of the error table for these commands.
func Advices() []cli.Advice {
	return []cli.Advice{
		cli.On(cli.Is(auth.ErrUnreadable), cli.ExitFailed, cli.Hint("give a file with a JWT, credentials (.creds), a seed (.nk) or a public key")),
		cli.On(cli.Is(auth.ErrSigner), cli.ExitAuth, cli.Hint("see the keys of the account with: natsctl auth show ACCOUNT")),
		cli.On(cli.Is(errRefused), cli.ExitAuth, cli.Hint("each cause above says what to do")),
		cli.On(cli.Is(errNotUser), cli.ExitUsage, cli.Hint("give the credentials (.creds) or the JWT of a user")),
		cli.On(cli.Is(errSeed), cli.ExitUsage, cli.Hint("write it to a new file with --out FILE, or show it on a terminal with --show-secrets")),
		cli.On(cli.Is(auth.ErrKeyType), cli.ExitUsage, cli.Hint("types: "+strings.Join(auth.KeyTypes(), ", "))),
		cli.On(cli.Is(auth.ErrNoSeed), cli.ExitFailed, cli.Hint("give a file with a seed (.nk), or credentials (.creds)")),
		cli.On(cli.Is(auth.ErrSignature), cli.ExitAuth, cli.Hint("the file or the signature was changed, or another key signed it")),
		cli.On(cli.Is(claims.ErrTooMany), cli.ExitFailed, cli.Hint("look at single accounts with: natsctl auth show ACCOUNT")),
		cli.On(cli.Is(errNoRights), cli.ExitFailed, cli.Hint("give the configuration of its server with --config FILE, or its credentials with --creds FILE")),
		cli.On(cli.Is(errNotConfigured), cli.ExitFailed, cli.Hint("list the users with: natsctl auth can --who sub SUBJECT --config FILE")),
		cli.On(cli.Is(auth.ErrConfig), cli.ExitUsage, cli.Hint("give the configuration file of a server as nats-server -t accepts it")),
		cli.On(cli.Is(errFile), cli.ExitUsage, cli.Hint("correct the path; without a file of that name, the argument is looked up on the servers")),
		cli.On(cli.Is(errInvalid), cli.ExitAuth, cli.Hint("servers refuse it; get a new one from its issuer")),
		cli.On(cli.Is(errUnknown), cli.ExitFailed, cli.Hint("list the accounts with: natsctl account ls; users are known to the servers only while they are connected")),
	}
}

// Values complete the arguments of these commands.
func Values() []cli.Value {
	return []cli.Value{cli.Complete("auth show", "what", cli.AccountsOrFiles)}
}
