package broker

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// ErrData is wrapped by the error of a change that would lose data of streams; nothing has been changed.
var ErrData = errors.New("streams would be lost")

// stored is a stream that has files on a node.
type stored struct {
	account string // as in the configuration: in operator mode a public key
	stream  string
}

// stored returns the streams that have files on the node, also while it is down. Streams in memory are not included.
func storedBy(n plan.Node) []stored {
	if n.Dir == "" {
		return nil
	}
	dirs, err := filepath.Glob(filepath.Join(n.Dir, "js", "jetstream", "*", "streams", "[^.]*")) // a name with a dot is being deleted
	if err != nil {
		return nil // the pattern is valid
	}
	var out []stored
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			out = append(out, stored{filepath.Base(filepath.Dir(filepath.Dir(dir))), filepath.Base(dir)})
		}
	}
	return out
}

// lost is a stream that another plan would lose, and why.
type lost struct {
	stored
	why string
}

// refuseLoss refuses a plan that would lose stored streams: on a node that it does not have, of an account that it does not have, or
// because a single server stores streams differently from a cluster. The error wraps [ErrData].
func refuseLoss(p, next plan.Plan) error {
	if p.Spec.NoJetStream {
		return nil
	}
	var all []lost
	for _, n := range p.Nodes {
		for _, s := range storedBy(n) {
			if why := lossReason(p, n, s, next); why != "" && !slices.ContainsFunc(all, func(l lost) bool { return l.stored == s }) {
				all = append(all, lost{s, why})
			}
		}
	}
	if len(all) == 0 {
		return nil
	}
	var text []string
	for i, l := range all {
		if i == maxLost {
			text = append(text, fmt.Sprintf("%d more", len(all)-i))
			break
		}
		text = append(text, fmt.Sprintf("%s of account %s %s", l.stream, accountOf(p, l.account), l.why))
	}
	return fmt.Errorf("%w: %s", ErrData, strings.Join(text, "; "))
}

// maxLost is the maximum number of streams that an error names.
const maxLost = 4

// lossReason returns why another plan would lose a stream of a node, or "".
func lossReason(p plan.Plan, n plan.Node, s stored, next plan.Plan) string {
	switch {
	case n.Leaf == nil && (p.Spec.CoreNodes() == 1) != (next.Spec.CoreNodes() == 1):
		return fmt.Sprintf("is kept by %s, and a server that is alone does not share its streams with others", n.Name)
	case !hasAccount(next, s.account):
		return "would have no account of that identity"
	case next.Node(n.Name).Name != "":
		return ""
	}
	for _, other := range next.Nodes {
		if was := p.Node(other.Name); was.Domain == n.Domain && slices.Contains(storedBy(was), s) {
			return ""
		}
	}
	return fmt.Sprintf("would lose its last copy, on %s", n.Name)
}

// names reports whether the servers of the plan have an account of the name.
func hasAccount(p plan.Plan, account string) bool {
	return account == p.AccountName(spec.SystemAccount) || slices.ContainsFunc(p.Spec.Accounts, func(a spec.Account) bool { return p.AccountName(a.Name) == account })
}

// accountOf returns the name of an account from its name in the configuration.
func accountOf(p plan.Plan, name string) string {
	for _, a := range p.Spec.Accounts {
		if p.AccountName(a.Name) == name {
			return a.Name
		}
	}
	return name
}
