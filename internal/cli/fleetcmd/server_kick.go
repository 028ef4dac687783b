package fleetcmd

import "github.com/alecthomas/kingpin/v2"

// serverKickCommand kicks connections of one server.
type serverKickCommand struct{ kick }

func (c *serverKickCommand) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("server", "Server name or id.").Required().StringVar(&c.scope.Name)
	c.kick.Setup(cmd)
}
