package fleetcmd

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/atomicfile"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// serverProfileCommand fetches a profile of a server's process.
type serverProfileCommand struct {
	profile, server string
	file            string
	duration        time.Duration
}

func (c *serverProfileCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("profile", "Profile: "+strings.Join(sys.Profiles(), ", ")+".").Required().EnumVar(&c.profile, sys.Profiles()...)
	cmd.Arg("server", "Server name or id.").Required().StringVar(&c.server)
	cmd.Flag("file", "File to write (default: named after server, profile and time).").PlaceHolder("FILE").StringVar(&c.file)
	cmd.Flag("duration", "Duration of the CPU profile, at most 15s.").Default("5s").PlaceHolder("DURATION").DurationVar(&c.duration)
}

// profiled describes the written file, for -o json.
type profiled struct {
	Server    string `json:"server"`
	ID        string `json:"id"`
	Profile   string `json:"profile"`
	File      string `json:"file"`
	SizeBytes int    `json:"size_bytes"`
}

func (c *serverProfileCommand) Run(ctx context.Context, e *cli.Env) error {
	if c.profile == "cpu" && (c.duration <= 0 || c.duration > sys.MaxCPUProfile) {
		return cli.Usagef("--duration %s: servers profile their CPU for more than 0s and at most %s", c.duration, sys.MaxCPUProfile)
	}
	client, err := e.System(ctx)
	if err != nil {
		return err
	}
	of, err := oneServer(ctx, e, client, c.server, fleet.Want{})
	if err != nil {
		return err
	}
	path := c.file
	if path == "" {
		path = fmt.Sprintf("%s-%s-%s.pprof", fileName(of.Info.Name), c.profile, e.Now().UTC().Format("20060102T150405Z"))
	}
	if c.profile == "cpu" {
		e.Progress(fmt.Sprintf("server %s profiles its CPU for %s", of.Info.Name, c.duration))
	}
	data, err := client.Profile(ctx, of.Info, c.profile, c.duration)
	e.Progress("")
	if err != nil {
		return err
	}
	if err := atomicfile.Write(path, data, 0o600); err != nil {
		return fmt.Errorf("write the profile: %w", err)
	}
	out := profiled{Server: of.Info.Name, ID: of.Info.ID, Profile: c.profile, File: path, SizeBytes: len(data)}
	return e.PrintValue(out, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s\n", view.Text(path))
		if err == nil && e.ErrTTY {
			e.Note("", "open it with: go tool pprof -http=: "+filepath.ToSlash(path))
		}
		return err
	})
}

// fileName makes a server's name, which may hold anything, part of the name of
// a file in the current directory.
func fileName(name string) string {
	safe := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '_'
	}, name)
	return safe[:min(len(safe), 64)]
}

// oneServer finds one server by its name or id. A name that several servers
// share is an error, since an action must not affect the wrong one.
func oneServer(ctx context.Context, _ *cli.Env, client *sys.Client, name string, want fleet.Want) (*fleet.Server, error) {
	want.Scope = fleet.Scope{Name: name}
	snap, err := client.Snapshot(ctx, want)
	if err != nil {
		return nil, err
	}
	switch len(snap.Servers) {
	case 0:
		return nil, cli.Partial(snap)
	case 1:
		return snap.Servers[0], nil
	}
	ids := make([]string, len(snap.Servers))
	for i, sv := range snap.Servers {
		ids[i] = sv.Info.ID
	}
	return nil, cli.Usagef("%d servers are named %s; use an id: %s", len(ids), name, strings.Join(ids, ", "))
}
