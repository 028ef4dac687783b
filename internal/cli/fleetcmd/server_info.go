package fleetcmd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

type serverInfoCommand struct {
	cli.WatchFlags
	name string
}

func (c *serverInfoCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "Server name or id (default: the connected server).").StringVar(&c.name)
	c.WatchFlags.Setup(cmd)
}

func (c *serverInfoCommand) Run(ctx context.Context, e *cli.Env) error {
	client, err := e.System(ctx)
	if err != nil {
		return err
	}
	name := c.name
	if name == "" {
		name = client.Conn().ConnectedServerId()
	}
	return c.Loop(ctx, e, func(ctx context.Context) error {
		snap, err := client.Snapshot(ctx, fleet.Want{Kinds: []fleet.Kind{fleet.Varz, fleet.AccountStatz}, Scope: fleet.Scope{Name: name}})
		if err != nil {
			return err
		}
		return c.show(e, snap)
	})
}

// show prints the details of the server, or of each server with that name.
func (c *serverInfoCommand) show(e *cli.Env, snap *fleet.Snapshot) error {
	if len(snap.Servers) == 0 {
		return cli.Partial(snap)
	}
	for i, sv := range snap.Servers {
		err := e.PrintValue(sv, func(w io.Writer) error {
			if i > 0 {
				if _, err := fmt.Fprintln(w); err != nil {
					return err
				}
			}
			return serverSheet(w, snap, sv, e.Flags.Output == "wide")
		})
		if err != nil {
			return err
		}
	}
	if snap.Complete() {
		return nil
	}
	return cli.Partial(snap)
}

// serverSheet writes one server as a list of its columns, and fields that only
// VARZ has.
func serverSheet(w io.Writer, snap *fleet.Snapshot, sv *fleet.Server, wide bool) error {
	cols := view.Servers(snap)
	lines := make([][2]string, 0, len(cols))
	for i, cell := range view.Cells(cols, sv) {
		lines = append(lines, [2]string{cols[i].Title, cell.Text()})
	}
	if v := sv.Varz; v != nil {
		lines = append(lines,
			[2]string{"Listens on", view.Text(fmt.Sprintf("%s:%d", v.Host, v.Port))},
			[2]string{"Started", view.Instant.Format(v.Start)},
			[2]string{"Configured", view.Instant.Format(v.ConfigLoadTime)},
			[2]string{"Config digest", cli.OrDash(view.Text(v.ConfigDigest))},
			[2]string{"Max payload", view.Bytes.Format(v.MaxPayload)},
			[2]string{"Max conns", view.Count.Format(v.MaxConn)},
			[2]string{"Auth required", view.Plain.Format(v.AuthRequired)},
			[2]string{"TLS required", view.Plain.Format(v.TLSRequired)},
			[2]string{"System account", cli.OrDash(view.Text(systemAccountLabel(snap, v.SystemAccount, wide)))},
			[2]string{"Built", view.Text(strings.TrimSpace(v.GoVersion + " " + v.GitCommit))},
		)
		if st := v.JetStream.Config; st != nil {
			lines = append(lines,
				[2]string{"JetStream store", view.Text(st.StoreDir)},
				[2]string{"JetStream limits", view.Bytes.Format(st.MaxMemory) + " memory, " + view.Bytes.Format(st.MaxStore) + " storage"},
			)
		}
		if wide {
			lines = append(lines, [2]string{"Connect URLs", cli.OrDash(view.Text(strings.Join(v.ClientConnectURLs, ", ")))})
		}
	}
	for _, l := range lines {
		if _, err := fmt.Fprintf(w, "%-17s %s\n", l[0], cli.OrDash(l[1])); err != nil {
			return err
		}
	}
	return nil
}

// systemAccountLabel is the name of the system account, and its key as well if
// wide is true.
func systemAccountLabel(snap *fleet.Snapshot, key string, wide bool) string {
	name := fleet.NewAccountNames(snap).Name(key)
	if wide && name != key {
		return name + " (" + key + ")"
	}
	return name
}
