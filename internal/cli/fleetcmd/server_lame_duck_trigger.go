package fleetcmd

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/drain"
	"github.com/natsctl/natsctl/internal/view"
)

// trigger returns how the server will be drained, with a description.
func (c *serverLameDuckCommand) trigger(_ context.Context, e *cli.Env, client *sys.Client, plan *drain.Plan) (start func(context.Context) error, how string, err error) {
	switch {
	case c.kick:
		how = fmt.Sprintf("each client is notified and kicked %s later, in about %s in total; the server keeps running, so clients may come back",
			c.pace.Notice, view.Duration(c.estimate(len(plan.Clients)).Seconds()))
		return func(ctx context.Context) error { return c.kickThem(ctx, client, plan) }, how, nil
	case c.via != "":
		words, err := fill(c.via, plan)
		if err != nil {
			return nil, "", err
		}
		return func(ctx context.Context) error { return runCommand(ctx, e, words) }, "it is signalled with: " + strings.Join(words, " "), nil
	}
	home, cluster, err := act.LocalNode(e.Getenv, plan)
	if err != nil {
		return nil, "", err
	}
	if home == nil {
		return nil, "", fmt.Errorf("%w, and %s is in no local cluster", act.ErrNoTrigger, plan.Target.Name)
	}
	how = fmt.Sprintf("it is in the local cluster %s: lame duck mode for %s, the first client is moved after %s", cluster, c.duration, c.grace)
	return func(ctx context.Context) error {
		return home.Node(ctx, cluster, plan.Target.Name, "lame-duck", c.duration, c.grace)
	}, how, nil
}

// kickThem notifies and kicks every client of the plan.
func (c *serverLameDuckCommand) kickThem(ctx context.Context, client *sys.Client, plan *drain.Plan) error {
	failed := 0
	var first error
	for r := range client.KickAll(ctx, plan.Clients, c.pace) {
		if r.Err != nil {
			failed++
			if first == nil {
				first = r.Err
			}
		}
	}
	if first != nil {
		return fmt.Errorf("%s not kicked: %w", cli.Plural(failed, "connection"), first)
	}
	return ctx.Err()
}

// plainValue matches a server's name or address that may become part of a
// command: it comes from the server and may pass through a shell elsewhere.
var plainValue = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.:-]*$`)

// placeholder matches a part of a command that stands for a value of the server.
var placeholder = regexp.MustCompile(`\{[a-z]+\}`)

// fill splits a command into words and puts the server's values in.
func fill(command string, plan *drain.Plan) ([]string, error) {
	words, err := splitWords(command)
	if err != nil {
		return nil, err
	}
	values := map[string]string{
		"{name}": plan.Target.Name, "{id}": plan.Target.ID, "{host}": plan.Target.Host, "{cluster}": plan.Target.Cluster,
		"{ip}": plan.Varz.IP, "{port}": strconv.Itoa(plan.Varz.Port),
	}
	var bad error
	for i, word := range words {
		words[i] = placeholder.ReplaceAllStringFunc(word, func(key string) string {
			value, known := values[key]
			switch {
			case !known:
				bad = cli.Usagef("--via: %s is unknown; there are {name}, {id}, {host}, {ip}, {port} and {cluster}", key)
			case value == "" || key == "{host}" && net.ParseIP(value) != nil && net.ParseIP(value).IsUnspecified():
				bad = cli.Usagef("--via: server %s does not report its %s; write it out", plan.Target.Name, strings.Trim(key, "{}"))
			case !plainValue.MatchString(value):
				bad = cli.Usagef("--via: the server calls its %s %q, which is not safe in a command; write it out", strings.Trim(key, "{}"), value)
			}
			return value
		})
	}
	return words, bad
}

// splitWords splits a command at blanks that are not in quotes.
func splitWords(command string) (words []string, err error) {
	var word strings.Builder
	quote, open := rune(0), false
	for _, r := range command {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '\'' || r == '"':
			quote, open = r, true
		case r == ' ' || r == '\t':
			if open || word.Len() > 0 {
				words = append(words, word.String())
			}
			word.Reset()
			open = false
		default:
			word.WriteRune(r)
		}
	}
	if quote != 0 {
		return nil, cli.Usagef("--via: a quote is not closed")
	}
	if open || word.Len() > 0 {
		words = append(words, word.String())
	}
	if len(words) == 0 {
		return nil, cli.Usagef("--via: the command is empty")
	}
	return words, nil
}

// runCommand runs a command without a shell and reports its output.
func runCommand(ctx context.Context, e *cli.Env, words []string) error {
	out, err := exec.CommandContext(ctx, words[0], words[1:]...).CombinedOutput()
	for line := range strings.Lines(string(out)) {
		e.Note(words[0], strings.TrimRight(line, "\r\n"))
	}
	if err != nil {
		return fmt.Errorf("%w: %s failed: %w", errDrain, words[0], err)
	}
	return nil
}
