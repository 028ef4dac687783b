package fleetcmd

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/endpoint"
	"github.com/natsctl/natsctl/internal/view"
)

// requestEntry holds one command for each read-only request of the system
// account.
func requestEntry() cli.Entry {
	group := cli.Entry{Name: "request", Help: "Send a monitoring request to every server and print the raw answers."}
	for _, ep := range endpoint.List() {
		if ep.Act {
			continue
		}
		group.Sub = append(group.Sub, cli.Entry{
			Name: requestName(ep), Help: requestHelp(ep), Cmd: &serverRequestCommand{endpoint: ep}, Examples: requestExamples(ep),
		})
	}
	return group
}

// requestName returns the name of a request: connz, account-connz, claims-list.
func requestName(ep *endpoint.Endpoint) string {
	return strings.ReplaceAll(strings.ToLower(string(ep.Kind)), ".", "-")
}

// requestExamples are examples of a request.
func requestExamples(ep *endpoint.Endpoint) []string {
	call := "server request " + requestName(ep)
	if ep.Account() {
		return []string{call + " APP", call + " APP --name east-1 -o ndjson"}
	}
	return []string{call, call + " --name east-1", call + " --cluster east -o ndjson"}
}

func requestHelp(ep *endpoint.Endpoint) string {
	help := ep.About
	if ep.Since != "" {
		help += " Since " + ep.Since + "."
	}
	return help
}

// serverRequestCommand sends one kind of request.
type serverRequestCommand struct {
	cli.ScopeFlags
	cli.WatchFlags
	endpoint *endpoint.Endpoint
	account  string
	limit    int
	body     string
	options  []option
}

func (c *serverRequestCommand) Setup(cmd *kingpin.CmdClause) {
	if c.endpoint.Account() {
		cmd.Arg("account", "Name or public key of the account.").Required().StringVar(&c.account)
	}
	c.ScopeFlags.Setup(cmd)
	c.WatchFlags.Setup(cmd)
	c.options = declareOptions(cmd, c.endpoint, &c.limit)
	cmd.Flag("body", "More options as a JSON object.").PlaceHolder("JSON").StringVar(&c.body)
}

func (c *serverRequestCommand) Run(ctx context.Context, e *cli.Env) error {
	format, err := e.Format("table", "wide", "json", "ndjson", "yaml")
	if err != nil {
		return err
	}
	req := sys.Request{Kind: c.endpoint.Kind, Scope: c.Scope, Account: c.account, Limit: c.limit}
	if req.Options, err = c.parsedOptions(); err != nil {
		return err
	}
	if req.Account, err = accountKey(ctx, e, c.account); err != nil {
		return err
	}
	for _, name := range []string{"account", "acc"} { // as requests call it
		if account, ok := req.Options[name].(string); ok {
			if req.Options[name], err = accountKey(ctx, e, account); err != nil {
				return err
			}
		}
	}
	client, err := e.System(ctx, sys.WithExpect(c.Expect))
	if err != nil {
		return err
	}
	return c.Loop(ctx, e, func(ctx context.Context) error {
		got, err := client.Request(ctx, req)
		if err != nil {
			return err
		}
		if err := c.print(e, format, got); err != nil {
			return err
		}
		if err := e.Completeness(got.Snapshot); err != nil {
			return err
		}
		return c.nothing(ctx, e, client, req, got)
	})
}

// nothing explains answers without content about an account: no server knows it,
// which is an error, or it is not in use.
func (c *serverRequestCommand) nothing(ctx context.Context, e *cli.Env, client *sys.Client, req sys.Request, got *sys.Answers) error {
	account, _ := req.Options["acc"].(string)
	account = cmp.Or(req.Account, account)
	if account == "" || c.endpoint.Needs != "" || len(got.List) > 0 && c.endpoint.Kind != endpoint.AccountConnz {
		return nil
	}
	s, err := client.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Accountz}})
	if err != nil {
		return err
	}
	if err := knownAccount(s, account); err != nil {
		return err
	}
	if len(got.List) == 0 {
		e.Note("", fmt.Sprintf("no server has anything to report about account %q: nobody is connected to it", account))
	}
	return nil
}

// parsedOptions collects the options of the command line.
func (c *serverRequestCommand) parsedOptions() (map[string]any, error) {
	out := map[string]any{}
	for _, o := range c.options {
		if v, set := o.value(); set {
			out[o.json] = v
		}
	}
	if c.body == "" {
		return out, nil
	}
	if err := json.Unmarshal([]byte(c.body), &out); err != nil {
		return nil, cli.Usagef("--body is not a JSON object: %w", err)
	}
	return out, nil
}

// requestDocument is the JSON form of the answers.
type requestDocument struct {
	Schema   string          `json:"schema"`
	Request  fleet.Kind      `json:"request"`
	Account  string          `json:"account,omitempty"`
	Expected int             `json:"expected"`
	Answered int             `json:"answered"`
	Complete bool            `json:"complete"`
	Missing  []fleet.Missing `json:"missing,omitempty"`
	Problems []fleet.Problem `json:"problems,omitempty"`
	Answers  []sys.Answer    `json:"answers"`
}

func (c *serverRequestCommand) print(e *cli.Env, format string, got *sys.Answers) error {
	s, expected := got.Snapshot, got.Snapshot.Expected
	if c.endpoint.Quiet { // servers with nothing to report do not answer
		expected = len(got.List) + s.Absent() + len(s.Problems)
	}
	doc := requestDocument{
		Schema: "natsctl.server.request/v1", Request: c.endpoint.Kind, Account: c.account,
		Expected: expected, Answered: len(got.List), Complete: s.Complete(),
		Missing: s.Missing, Problems: s.Problems, Answers: got.List,
	}
	if doc.Answers == nil {
		doc.Answers = []sys.Answer{}
	}
	switch format {
	case "json", "yaml":
		return e.PrintValue(doc, nil)
	case "ndjson":
		for _, a := range got.List {
			if err := e.PrintJSON(a, true); err != nil {
				return err
			}
		}
		return nil
	}
	return requestText(e.Out, got.List)
}

// requestText writes each answer for people: the server and its data.
func requestText(w io.Writer, list []sys.Answer) error {
	for _, a := range list {
		if a.Server.Name != "" {
			who := a.Server.Name
			if a.Server.Cluster != "" {
				who += " (" + a.Server.Cluster + ")"
			}
			if _, err := fmt.Fprintln(w, view.Text(who)+":"); err != nil {
				return err
			}
		}
		if err := view.JSON(w, a.Data, false); err != nil {
			return err
		}
	}
	return nil
}
