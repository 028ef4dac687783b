package fleetcmd

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/drain"
)

// TestSelectionIsExplicit refuses to act on connections or servers that were not
// named, or were named in two ways.
func TestSelectionIsExplicit(t *testing.T) {
	conns := func(edit func(*connSelection)) error {
		var s connSelection
		edit(&s)
		return s.check()
	}
	pace := func(p sys.Pace) error { return (&paceFlags{p}).check() }
	for name, c := range map[string]struct {
		err  error
		want int
	}{
		"no connections":           {conns(func(*connSelection) {}), cli.ExitUsage},
		"the server alone":         {conns(func(s *connSelection) { s.scope.Name = "n1" }), cli.ExitUsage},
		"all":                      {conns(func(s *connSelection) { s.all = true }), cli.ExitOK},
		"all and a client":         {conns(func(s *connSelection) { s.all, s.sel.Name = true, "a" }), cli.ExitUsage},
		"all and a filter":         {conns(func(s *connSelection) { s.all, s.filter = true, "cid > 1" }), cli.ExitUsage},
		"a filter":                 {conns(func(s *connSelection) { s.filter = "cid > 1" }), cli.ExitOK},
		"a user":                   {conns(func(s *connSelection) { s.sel.User = "a" }), cli.ExitOK},
		"an id without a server":   {conns(func(s *connSelection) { s.sel.CIDs = []uint64{7} }), cli.ExitUsage},
		"an id of a cluster":       {conns(func(s *connSelection) { s.sel.CIDs, s.scope.Cluster = []uint64{7}, "east" }), cli.ExitUsage},
		"an id of a server":        {conns(func(s *connSelection) { s.sel.CIDs, s.scope.Name = []uint64{7}, "n1" }), cli.ExitOK},
		"no pace":                  {pace(sys.Pace{}), cli.ExitOK},
		"a negative rate":          {pace(sys.Pace{PerSecond: -1, Notice: 1}), cli.ExitUsage},
		"a negative notice":        {pace(sys.Pace{PerSecond: 1, Notice: -1}), cli.ExitUsage},
		"a reload of nothing":      {(&serverReloadCommand{}).check(), cli.ExitUsage},
		"a reload of a server":     {(&serverReloadCommand{name: "n1"}).check(), cli.ExitOK},
		"a reload of a cluster":    {(&serverReloadCommand{cluster: "east"}).check(), cli.ExitOK},
		"a reload of all":          {(&serverReloadCommand{all: true}).check(), cli.ExitOK},
		"of a server and cluster":  {(&serverReloadCommand{name: "n1", cluster: "east"}).check(), cli.ExitUsage},
		"of a server and all":      {(&serverReloadCommand{name: "n1", all: true}).check(), cli.ExitUsage},
		"of a cluster and all":     {(&serverReloadCommand{cluster: "east", all: true}).check(), cli.ExitUsage},
		"--kick with --resume":     {(&serverLameDuckCommand{kick: true, resume: true}).Run(t.Context(), nil), cli.ExitUsage},
		"--kick with --via":        {(&serverLameDuckCommand{kick: true, via: "true"}).Run(t.Context(), nil), cli.ExitUsage},
		"a drain at negative pace": {(&serverLameDuckCommand{paceFlags: paceFlags{sys.Pace{Notice: -1}}}).Run(t.Context(), nil), cli.ExitUsage},
	} {
		if code := exitCode(c.err); code != c.want {
			t.Errorf("%s: exit code %d, want %d: %v", name, code, c.want, c.err)
		}
	}
}

// TestDrainIsConfirmed asks for the name of the server, refuses one without which
// something would stop working, and one in a protected context.
func TestDrainIsConfirmed(t *testing.T) {
	for name, c := range map[string]struct {
		command   serverLameDuckCommand
		blocks    []string
		protected bool
		typed     string
		want      error
	}{
		"the name":                  {serverLameDuckCommand{}, nil, false, "n2\n", nil},
		"enter":                     {serverLameDuckCommand{}, nil, false, "\n", cli.ErrDeclined},
		"another server":            {serverLameDuckCommand{}, nil, false, "n1\n", cli.ErrDeclined},
		"blocked":                   {serverLameDuckCommand{}, []string{"it is the last one"}, false, "n2\n", act.ErrBlocked},
		"blocked, --yes, --force":   {serverLameDuckCommand{ActFlags: cli.ActFlags{Yes: true, Force: true}}, []string{"it is the last one"}, false, "", act.ErrBlocked},
		"blocked, --anyway asks":    {serverLameDuckCommand{anyway: true}, []string{"it is the last one"}, false, "\n", cli.ErrDeclined},
		"blocked, --anyway":         {serverLameDuckCommand{anyway: true}, []string{"it is the last one"}, false, "n2\n", nil},
		"--kick keeps it running":   {serverLameDuckCommand{kick: true}, []string{"it is the last one"}, false, "n2\n", nil},
		"protected":                 {serverLameDuckCommand{}, nil, true, "n2\n", cli.ErrProtected},
		"protected, --yes":          {serverLameDuckCommand{ActFlags: cli.ActFlags{Yes: true}}, nil, true, "", cli.ErrProtected},
		"protected, --anyway":       {serverLameDuckCommand{anyway: true}, []string{"it is the last one"}, true, "n2\n", cli.ErrProtected},
		"protected, --kick":         {serverLameDuckCommand{kick: true}, nil, true, "n2\n", cli.ErrProtected},
		"protected, --force, --yes": {serverLameDuckCommand{ActFlags: cli.ActFlags{Yes: true, Force: true}}, nil, true, "", nil},
	} {
		var told bytes.Buffer
		e := &cli.Env{In: strings.NewReader(c.typed), Err: &told, InTTY: true}
		plan := &drain.Plan{Target: server.ServerInfo{Name: "n2"}, Clients: make([]sys.Conn, 3), Leafs: 1, Others: []string{"n1"}, Blocks: c.blocks}
		if err := c.command.confirm(e, plan, "how it is done", c.protected); !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		for _, line := range append(c.blocks, "3 client connections and 1 leafnode connection", "how it is done", "are n1") {
			if shown := strings.Contains(told.String(), line); !shown && !errors.Is(c.want, cli.ErrProtected) && !c.command.kick {
				t.Errorf("%s: %q is not told: %q", name, line, told.String())
			}
		}
	}
}

// TestDrainVerdict calls a drain a success only when all clients are seen elsewhere
// and nothing has lost its leader.
func TestDrainVerdict(t *testing.T) {
	for name, c := range map[string]struct {
		result drainResult
		want   error
		code   int
	}{
		"all moved":                      {drainResult{Progress: drain.Progress{Total: 3, Moved: 3, Last: true}}, nil, cli.ExitOK},
		"nobody was there":               {drainResult{Progress: drain.Progress{Last: true}}, nil, cli.ExitOK},
		"one is not seen":                {drainResult{Progress: drain.Progress{Total: 3, Moved: 2, Last: true}}, errDrain, cli.ExitFailed},
		"one is back":                    {drainResult{Progress: drain.Progress{Total: 3, Moved: 3, Back: 1, Last: true}}, errDrain, cli.ExitFailed},
		"a stream without a leader":      {drainResult{Progress: drain.Progress{Total: 3, Moved: 3, Last: true}, Leaderless: []string{"S"}}, errDrain, cli.ExitFailed},
		"ignored":                        {drainResult{Progress: drain.Progress{Total: 3, Moved: 3, Ignored: true, Last: true}}, errDrain, cli.ExitFailed},
		"not over in time":               {drainResult{Progress: drain.Progress{Total: 3, Moved: 3}}, errUnfinished, cli.ExitUnreachable},
		"kicks that are not over":        {drainResult{Kick: true, Progress: drain.Progress{Total: 3, Moved: 1}}, errUnkicked, cli.ExitUnreachable},
		"kicks, and all moved":           {drainResult{Kick: true, Progress: drain.Progress{Total: 3, Moved: 3, Last: true}}, nil, cli.ExitOK},
		"kicks, and one is not seen":     {drainResult{Kick: true, Progress: drain.Progress{Total: 3, Moved: 2, Last: true}}, errDrain, cli.ExitFailed},
		"gone before it was announced":   {drainResult{Progress: drain.Progress{Total: 1, Moved: 0, Gone: true, Last: true}}, errDrain, cli.ExitFailed},
		"ignored, and not over in time":  {drainResult{Progress: drain.Progress{Total: 1, Ignored: true}}, errDrain, cli.ExitFailed},
		"no leader, and not over either": {drainResult{Progress: drain.Progress{Total: 1}, Leaderless: []string{"S"}}, errUnfinished, cli.ExitUnreachable},
	} {
		err := drainVerdict(c.result, time.Minute)
		if code := exitCode(err); !errors.Is(err, c.want) || code != c.code {
			t.Errorf("%s: exit code %d, want %d: %v", name, code, c.code, err)
		}
	}
}

// TestDrainToResume finds the newest drain of a server, by its name or id, and no
// other file.
func TestDrainToResume(t *testing.T) {
	home := t.TempDir()
	e := &cli.Env{Getenv: func(string) string { return home }}
	if _, err := loadDrain(e, "n1"); !errors.Is(err, errNoDrain) {
		t.Errorf("without any: %v", err)
	}
	at := func(minute int) time.Time { return time.Date(2026, 3, 1, 12, minute, 0, 0, time.UTC) }
	for _, d := range []drain.Record{
		{Schema: drain.Schema, Server: "n1", ID: "NA", Begun: at(1)},
		{Schema: drain.Schema, Server: "n1", ID: "NB", Begun: at(5)},
		{Schema: drain.Schema, Server: "n1", ID: "NC", Begun: at(3)},
		{Schema: drain.Schema, Server: "n2", ID: "ND", Begun: at(9)},
		{Schema: "other/v1", Server: "n1", ID: "NE", Begun: at(8)},
	} {
		if err := saveDrain(e, d); err != nil {
			t.Fatal(err)
		}
	}
	dir, err := drainsDir(e)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "broken.json"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"n1": "NB", "NA": "NA", "n2": "ND", "NE": "", "n3": "", "": ""} {
		d, err := loadDrain(e, name)
		if d.ID != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, errNoDrain) {
			t.Errorf("%q: %s, %v, want %s", name, d.ID, err, want)
		}
	}
	dropDrain(e, drain.Record{ID: "NB"})
	if d, err := loadDrain(e, "n1"); err != nil || d.ID != "NC" {
		t.Errorf("after the newest is over: %s, %v", d.ID, err)
	}
}

// TestRecordingIsNewAndPrivate writes over nothing without --force, makes what it
// writes over private, and removes only a file.
func TestRecordingIsNewAndPrivate(t *testing.T) {
	dir := t.TempDir()
	private := func(path string) bool {
		info, err := os.Stat(path)
		return err == nil && (info.Mode().Perm() == 0o600 || filepath.Separator != '/')
	}
	open := func(name string, force bool) error {
		file, err := (&recordCommand{file: filepath.Join(dir, name), force: force}).create()
		if err == nil {
			_, err = io.WriteString(file, "new")
			err = errors.Join(err, file.Close())
		}
		return err
	}
	if err := open("new", false); err != nil || !private(filepath.Join(dir, "new")) {
		t.Errorf("a new file: %v", err)
	}
	old := filepath.Join(dir, "old")
	if err := os.WriteFile(old, []byte("mine, and longer"), 0o644); err != nil { //nolint:gosec // others can read it
		t.Fatal(err)
	}
	if code := exitCode(open("old", false)); code != cli.ExitUsage {
		t.Errorf("over a file: exit code %d", code)
	}
	if data, err := os.ReadFile(old); err != nil || string(data) != "mine, and longer" {
		t.Errorf("%q, %v", data, err)
	}
	if err := open("old", true); err != nil || !private(old) {
		t.Errorf("with --force: %v", err)
	}
	if data, err := os.ReadFile(old); err != nil || string(data) != "new" {
		t.Errorf("%q, %v", data, err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(old, link); err != nil {
		t.Fatal(err)
	}
	for path, left := range map[string]bool{link: true, filepath.Join(dir, "none"): false, old: false} {
		if err := (&recordCommand{file: path}).discard(); err != nil {
			t.Errorf("%s: %v", path, err)
		}
		if _, err := os.Lstat(path); (err == nil) != left {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestPlanIsWhole lists what an action touches, and counts what does not fit.
func TestPlanIsWhole(t *testing.T) {
	var conns []sys.Conn
	for i := range planRows + 2 {
		conns = append(conns, sys.Conn{Server: server.ServerInfo{Name: []string{"n1", "n2"}[min(i, 1)]}, Info: &server.ConnInfo{Cid: uint64(i), Kind: "Client"}})
	}
	lines := strings.Join(describe(conns), "\n")
	for _, want := range []string{"1 connection on server n1", "21 connections on server n2", "... and 2 more"} {
		if !strings.Contains(lines, want) {
			t.Errorf("no %q in\n%s", want, lines)
		}
	}
	if lines := strings.Join(describe(conns[:planRows]), "\n"); strings.Contains(lines, "more") || !strings.Contains(lines, "cid 19") {
		t.Errorf("all fit:\n%s", lines)
	}
	missing := missingLabels(&fleet.Snapshot{Missing: []fleet.Missing{{Name: "n8"}, {Name: "n9"}}})
	if !strings.Contains(missing, "n8") || !strings.Contains(missing, "n9") {
		t.Errorf("%q", missing)
	}
}
