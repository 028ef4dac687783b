package authcmd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
)

// canCommand says whether a user may publish or subscribe to a subject.
type canCommand struct {
	cli.ShapeFlags
	words   []string
	list    bool
	who     bool
	account string
	config  string
	chain   []string
	as      string
}

func (c *canCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.HelpLong(`Without USER and --creds, the question is about the user that natsctl connects as. The rights
of a connected user come from its JWT and the JWT of its account. So do those of --creds, which
are not used to log in; with --chain FILE for the account, they need no connection. The rights
of a user of a server configuration come from --config FILE. The exit code is 0 for yes, and 4
for no and for a wildcard of which only some subjects are allowed.
`)
	cmd.Arg("question", "[USER] pub|sub SUBJECT [QUEUE]; with --list: [USER]; with --who: pub|sub SUBJECT.").StringsVar(&c.words)
	cmd.Flag("list", "List what the user may do: templates filled, with what mappings and imports of the account make of it.").BoolVar(&c.list)
	cmd.Flag("who", "List who may: connected users, roles of signing keys, and users of --config.").BoolVar(&c.who)
	cmd.Flag("account", "With --who: only this account.").PlaceHolder("NAME").StringVar(&c.account)
	cmd.Flag("config", "Configuration file of a server, for users that have no JWT.").PlaceHolder("FILE").StringVar(&c.config)
	cmd.Flag("chain", "With --creds: JWT of the account; then no connection is needed.").PlaceHolder("FILE").StringsVar(&c.chain)
	cmd.Flag("as", "How the user connects: client or leafnode.").PlaceHolder("TYPE").Default("client").EnumVar(&c.as, "client", "leafnode")
	c.ShapeFlags.Setup(cmd, "")
}

// question is what is asked: may a user publish or subscribe to a subject.
type question struct{ user, verb, subject, queue string }

// parse reads the words of the question.
func (c *canCommand) parse() (q question, err error) {
	words := c.words
	if len(words) > 0 && verbOf(words[0]) == "" && !c.who {
		q.user, words = words[0], words[1:]
	}
	if c.list {
		if len(words) > 0 {
			return q, cli.Usagef("--list takes a user, and no subject")
		}
		return q, nil
	}
	if len(words) < 2 || len(words) > 3 || verbOf(words[0]) == "" {
		return q, cli.Usagef("ask [USER] pub|sub SUBJECT [QUEUE], for example: natsctl auth can dave pub orders.new")
	}
	q.verb, q.subject = verbOf(words[0]), words[1]
	if len(words) == 3 {
		q.queue = words[2]
	}
	if q.verb == "publish" && q.queue != "" {
		return q, cli.Usagef("only a subscription has a queue group")
	}
	if !auth.IsSubject(q.subject) || q.queue != "" && !auth.IsSubject(q.queue) {
		return q, cli.Usagef("invalid subject %q", strings.TrimSpace(q.subject+" "+q.queue))
	}
	return q, nil
}

// verbOf is the verb of a word; "" if it is none.
func verbOf(word string) string {
	switch word {
	case "pub", "publish":
		return "publish"
	case "sub", "subscribe":
		return "subscribe"
	}
	return ""
}

func (c *canCommand) Run(ctx context.Context, e *cli.Env) error {
	q, err := c.parse()
	if err != nil {
		return err
	}
	if c.who {
		return c.runWho(ctx, e, q)
	}
	s, err := c.subject(ctx, e, q.user)
	if err != nil {
		return err
	}
	if c.list {
		return c.runList(e, s)
	}
	a := s.ask(q)
	if err := e.PrintValue(a, a.write); err != nil {
		return err
	}
	if a.Answer != auth.Yes {
		return cli.ExitStatus(cli.ExitAuth)
	}
	return nil
}

// answer is what the command prints.
type answer struct {
	Schema  string `json:"schema"`
	User    string `json:"user"`
	Account string `json:"account,omitempty"`
	By      string `json:"rights_of,omitempty"` // where the rights stand: "role member"
	Verb    string `json:"verb"`
	Subject string `json:"subject"`
	Queue   string `json:"queue,omitempty"`
	auth.Decision
	Then []string `json:"then,omitempty"` // what mappings and imports of the account make of it
}

func (s *subject) ask(q question) *answer {
	a := &answer{Schema: "natsctl.auth.can/v1", User: s.name, Account: s.account, By: s.by, Verb: q.verb, Subject: q.subject, Queue: q.queue}
	if q.verb == "publish" {
		a.Decision = s.rights.Publish(q.subject)
		if a.Answer != auth.No {
			a.Then = s.then(q.subject)
		}
		return a
	}
	a.Decision = s.rights.Subscribe(q.subject, q.queue)
	if a.Answer != auth.No {
		a.Then = s.received(q.subject)
	}
	return a
}

// write writes the answer for people.
func (a *answer) write(w io.Writer) error {
	s := &sheet{}
	s.Add(string(a.Answer), fmt.Sprintf("%s %s %s", ofAccount(a.User, a.Account), may(a.Answer)+" "+a.Verb+" to", strings.TrimSpace(a.Subject+" "+a.Queue)))
	s.Add("Because", because(a.Decision, a.By))
	s.List("Except", a.Except)
	s.List("Then", a.Then)
	return s.Write(w)
}

func ofAccount(user, account string) string {
	if account == "" {
		return user
	}
	return user + " of account " + account
}

func may(a auth.Answer) string {
	switch a {
	case auth.Yes:
		return "may"
	case auth.Partly:
		return "may in part"
	case auth.Reply:
		return "may, only as a reply to a message that it received,"
	}
	return "may not"
}

// because names the rule.
func because(d auth.Decision, by string) string {
	where := ""
	if by != "" {
		where = " of " + by
	}
	switch {
	case d.Why != "":
		return d.Why
	case d.List == "":
		return "nothing restricts it" + where
	case d.Rule == "":
		return fmt.Sprintf("none of the %d allow rules%s matches", d.Rules, where)
	}
	return fmt.Sprintf("%s %s, of %d %s rules%s", d.List, d.Rule, d.Rules, d.List, where)
}
