package broker

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/plan/plantest"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// filled is the plan of a specification below a directory of its own, in which nodes have the files of streams: ACCOUNT/STREAM,
// by node.
func filled(t *testing.T, sp spec.Spec, streams map[string][]string) plan.Plan {
	t.Helper()
	p := plantest.In(t, sp, t.TempDir())
	for node, all := range streams {
		for _, s := range all {
			account, stream, _ := strings.Cut(s, "/")
			if p.Trust != nil && p.Trust.Accounts[account] != nil {
				account = p.Trust.Accounts[account].ID
			}
			dir := filepath.Join(p.Node(node).Dir, "js", "jetstream", account, "streams", stream)
			if err := os.MkdirAll(dir, 0o700); err != nil {
				t.Fatal(err)
			}
		}
	}
	return p
}

// TestWhatStreamsWouldBeLost is which changes are refused for which stored streams: each that is gone with its last copy, its
// account, its identity, or the step between one server and several.
func TestWhatStreamsWouldBeLost(t *testing.T) {
	t.Parallel()
	base := func() spec.Spec {
		s := spec.Super(3, "east", "west").WithLeaf("edge", 2, "east")
		s.Accounts = []spec.Account{{Name: "APP"}, {Name: "CHAT"}}
		return s
	}
	fewer := func(s *spec.Spec) { s.Clusters[1].Nodes = 2 }
	for name, c := range map[string]struct {
		streams map[string][]string
		change  func(*spec.Spec)
		want    string // "": nothing is lost
	}{
		"nothing stored":       {nil, fewer, ""},
		"other node has it":    {map[string][]string{"west-1": {"APP/S"}, "west-3": {"APP/S"}}, fewer, ""},
		"only copy":            {map[string][]string{"west-3": {"APP/S"}}, fewer, "S of account APP would lose its last copy, on west-3"},
		"another stream":       {map[string][]string{"west-1": {"APP/T"}, "west-3": {"APP/S"}}, fewer, "S of account APP would lose its last copy"},
		"another account's":    {map[string][]string{"west-1": {"CHAT/S"}, "west-3": {"APP/S"}}, fewer, "S of account APP would lose its last copy"},
		"copy in a leaf":       {map[string][]string{"edge-1": {"APP/S"}, "west-3": {"APP/S"}}, fewer, "S of account APP would lose its last copy"},
		"node stays":           {map[string][]string{"west-1": {"APP/S"}}, fewer, ""},
		"copies go together":   {map[string][]string{"west-2": {"APP/S"}, "west-3": {"APP/S"}}, func(s *spec.Spec) { s.Clusters[1].Nodes = 1 }, "S of account APP would lose its last copy"},
		"leaf goes":            {map[string][]string{"edge-1": {"APP/S"}}, func(s *spec.Spec) { s.Leafs = nil }, "S of account APP would lose its last copy, on edge-1"},
		"being deleted":        {map[string][]string{"west-3": {"APP/.S"}}, fewer, ""},
		"account goes":         {map[string][]string{"west-1": {"CHAT/S"}}, func(s *spec.Spec) { s.Accounts = s.Accounts[:1] }, "S of account CHAT would have no account of that identity"},
		"another account goes": {map[string][]string{"west-1": {"APP/S"}}, func(s *spec.Spec) { s.Accounts = s.Accounts[:1] }, ""},
		"to operator mode":     {map[string][]string{"west-1": {"APP/S"}}, func(s *spec.Spec) { s.Auth = spec.AuthOperator }, "S of account APP would have no account of that identity"},
		"to keys":              {map[string][]string{"west-1": {"APP/S"}}, func(s *spec.Spec) { s.Auth = spec.AuthNKey }, ""},
		"one server":           {map[string][]string{"east-1": {"APP/S"}}, func(s *spec.Spec) { s.Clusters = []spec.Cluster{{Name: "east", Nodes: 1}} }, "is kept by east-1, and a server that is alone"},
		"leaf of one server":   {map[string][]string{"edge-1": {"APP/S"}}, func(s *spec.Spec) { s.Clusters = []spec.Cluster{{Name: "east", Nodes: 1}} }, ""},
		"four are named":       {map[string][]string{"west-3": {"APP/A", "APP/B", "APP/C", "APP/D", "APP/E", "APP/F"}}, fewer, "2 more"},
		"one more node":        {map[string][]string{"west-3": {"APP/S"}}, func(s *spec.Spec) { s.Clusters[1].Nodes = 4 }, ""},
	} {
		old := filled(t, base(), c.streams)
		sp := base()
		c.change(&sp)
		next := plantest.Changed(t, sp, old)
		err := refuseLoss(old, next)
		if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrData) || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s:\n got %v\nwant %s", name, err, c.want)
		}
		if c.want == "2 more" && strings.Count(err.Error(), "of account APP") != 4 {
			t.Errorf("got %v", err)
		}
	}
}

// TestStreamsOfOperatorMode names accounts where a configuration names keys, and refuses the way out of operator mode.
func TestStreamsOfOperatorMode(t *testing.T) {
	t.Parallel()
	sp := spec.Nodes(3)
	sp.Auth = spec.AuthOperator
	old := filled(t, sp, map[string][]string{"dev-1": {"APP/S"}})
	if err := refuseLoss(old, plantest.Changed(t, sp, old)); err != nil {
		t.Errorf("the same: %v", err)
	}
	sp.Auth = spec.AuthUsers
	if err := refuseLoss(old, plantest.Changed(t, sp, old)); !errors.Is(err, ErrData) || !strings.Contains(err.Error(), "S of account APP would") {
		t.Errorf("got %v", err)
	}
	stranger := filled(t, spec.Nodes(3), map[string][]string{"dev-1": {"LEFT/S"}})
	if err := refuseLoss(stranger, plantest.Changed(t, spec.Nodes(3), stranger)); !errors.Is(err, ErrData) || !strings.Contains(err.Error(), "S of account LEFT") {
		t.Errorf("an account that is gone: %v", err)
	}
	off := spec.Nodes(3)
	off.NoJetStream = true
	none := filled(t, off, map[string][]string{"dev-3": {"APP/S"}})
	if err := refuseLoss(none, plantest.Changed(t, spec.Nodes(2), none)); err != nil {
		t.Errorf("there is no JetStream: %v", err)
	}
}
