package fleetcmd

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/drain"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

// TestReloadOfAPartIsPartial exits with 3 when all that answered are reloaded and
// a server is missing, and with 1 when one refuses, whoever is missing.
func TestReloadOfAPartIsPartial(t *testing.T) {
	missing := []fleet.Missing{{Name: "n9", Reason: fleet.Silent}}
	for _, tt := range []struct {
		name    string
		refuse  bool
		missing []fleet.Missing
		code    int
		rows    int
	}{
		{"all", false, nil, cli.ExitOK, 2},
		{"one is missing", false, missing, cli.ExitPartial, 2},
		{"the second refuses", true, nil, cli.ExitFailed, 1},
		{"the second refuses and one is missing", true, missing, cli.ExitFailed, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			snap := &fleet.Snapshot{Expected: 2 + len(tt.missing), Missing: tt.missing}
			var nodes []*stub.Node
			for name, letter := range map[string]string{"n1": "A", "n2": "B"} {
				n := &stub.Node{Info: server.ServerInfo{Name: name, ID: "N" + strings.Repeat(letter, 55), Version: "2.12.0"}}
				n.Data = map[string]any{"VARZ": &server.Varz{ConfigDigest: "d-" + name}, "RELOAD": struct{}{}}
				if name == "n2" && tt.refuse {
					n.Data["RELOAD"] = errors.New("bad configuration")
				}
				nodes = append(nodes, n)
				snap.Servers = append(snap.Servers, &fleet.Server{Info: n.Info})
			}
			snap.Finish()
			var out, told bytes.Buffer
			e := &cli.Env{Out: &out, Err: &told, Width: func() int { return 0 }, Now: time.Now, Getenv: func(string) string { return "" }}
			e.Flags.Output = "ndjson"
			err := (&serverReloadCommand{}).reload(t.Context(), e, sys.New(stub.Start(t, nodes...).Connect(t)), snap)
			if code := exitCode(err); code != tt.code || strings.Count(out.String(), `"server":`) != tt.rows {
				t.Errorf("%s: exit code %d, want %d; %v; %s%s", tt.name, code, tt.code, err, out.String(), told.String())
			}
		})
	}
}

// TestRefusedKicksFailTheDrain counts the clients that a server does not let go.
func TestRefusedKicksFailTheDrain(t *testing.T) {
	client, k := serveKicks(t, 4, func(cid uint64) *server.ApiError {
		if cid%2 == 0 {
			return &server.ApiError{Code: 403, Description: "not here"}
		}
		return nil
	})
	err := (&serverLameDuckCommand{}).kickThem(t.Context(), client, &drain.Plan{Clients: k.conns})
	if !errors.Is(err, sys.ErrRefused) || !strings.Contains(err.Error(), "2 connections not kicked") {
		t.Errorf("%v, want two refusals", err)
	}
	if err := (&serverLameDuckCommand{}).kickThem(t.Context(), client, &drain.Plan{Clients: k.conns[:1]}); err != nil {
		t.Errorf("the first alone: %v", err)
	}
}

// TestDrainRecordIsPrivate keeps the record of a drain, which names clients, from
// other users.
func TestDrainRecordIsPrivate(t *testing.T) {
	home := t.TempDir()
	e := &cli.Env{Getenv: func(name string) string {
		return map[string]string{"HOME": home, "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}[name]
	}}
	if err := saveDrain(e, drain.Record{Schema: drain.Schema, Server: "n1", ID: "../N1"}); err != nil {
		t.Fatal(err)
	}
	files := 0
	err := filepath.WalkDir(home, func(path string, d os.DirEntry, err error) error {
		if err != nil || path == home {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if want := map[bool]os.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; info.Mode().Perm() != want && filepath.Separator == '/' {
			t.Errorf("%s has mode %v, want %v", path, info.Mode(), want)
		}
		if !d.IsDir() {
			files++
		}
		return nil
	})
	if err != nil || files != 1 {
		t.Errorf("%d files, %v", files, err)
	}
}
