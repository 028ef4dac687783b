package clustercmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/link"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/cli"
)

// inCommands are the prefixes of the commands that take their cluster from
// --in, since their arguments name something in it.
var inCommands = []string{"cluster node ", "cluster lame-duck", "cluster fault ", "cluster user add", "cluster user revoke", "cluster logs"}

// acceptsIn reports whether a command takes its cluster from --in.
func acceptsIn(path string) bool {
	return path != "cluster fault ls" && slices.ContainsFunc(inCommands, func(c string) bool { return strings.HasPrefix(path, c) })
}

// misplaced is the error of a command line with the local cluster in the wrong
// place.
type misplaced struct {
	error
	meant string // the intended command
}

// Hint returns the intended command.
func (s misplaced) Hint() string { return s.meant }

// Unwrap returns the error itself.
func (s misplaced) Unwrap() error { return s.error }

// Rewrite checks whether an error may be caused by the place of the cluster name:
// as an argument instead of --in, or the other way round.
func Rewrite(e *cli.Env, err error, path string, args []string) error {
	var usage cli.UsageError
	misused := errors.As(err, &usage)
	ours := misused || errors.Is(err, errWhich) || errors.Is(err, broker.ErrNode) || errors.Is(err, link.ErrFault) || errors.Is(err, plan.ErrUser) || errors.Is(err, broker.ErrUnknown)
	if !ours || !strings.HasPrefix(path, "cluster ") {
		return err
	}
	given := slices.ContainsFunc(args, func(a string) bool { return a == "--in" || strings.HasPrefix(a, "--in=") })
	if given && misused && !acceptsIn(path) {
		return misplaced{err, "the cluster is an argument here: natsctl " + path + " CLUSTER"}
	}
	if given || !acceptsIn(path) {
		return err
	}
	home, failed := clusters(e)
	if failed != nil {
		return err
	}
	all, failed := home.Records()
	if failed != nil {
		return err
	}
	for _, name := range recordNames(all) {
		if slices.Contains(args, name) {
			return misplaced{err, fmt.Sprintf("%s is a cluster; --in names it: natsctl %s --in %s %s", name, path, cli.ShellQuote(name), others(args, path, name))}
		}
	}
	return err
}

// others returns the arguments of a command line except the command and a name.
func others(args []string, path, name string) string {
	var rest []string
	words := strings.Fields(path)
	for _, a := range args {
		if i := slices.Index(words, a); i >= 0 {
			words = slices.Delete(words, i, i+1)
		} else if a != name {
			rest = append(rest, cli.ShellQuote(a))
		}
	}
	if len(rest) == 0 {
		return "..."
	}
	return strings.Join(rest, " ")
}

// hintWhich says how to name the cluster.
func hintWhich(err error) string {
	var in cli.InCommand
	if !errors.As(err, &in) {
		return ""
	}
	if acceptsIn(in.Path) {
		return "name it with --in CLUSTER"
	}
	return "name it: natsctl " + in.Path + " CLUSTER"
}
