package clustercmd

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/cli"
)

// clusterEnv prints environment variables for a shell.
type clusterEnv struct {
	which   clusterArg
	shell   string
	secrets bool
}

func (c *clusterEnv) Setup(cmd *kingpin.CmdClause) {
	c.which.Setup(cmd)
	cmd.Flag("shell", "Shell syntax: sh, fish or powershell.").Default("sh").EnumVar(&c.shell, "sh", "fish", "powershell")
	cmd.Flag("show-secrets", "Print URL, user and password too, for programs that know no contexts.").BoolVar(&c.secrets)
}

// exportLine is the syntax of each shell to set a variable.
var exportLine = map[string]string{"sh": "export %s='%s'\n", "fish": "set -gx %s '%s';\n", "powershell": "$Env:%s = '%s'\n"}

func (c *clusterEnv) Run(_ context.Context, e *cli.Env) error {
	l, err := c.which.find(e)
	if err != nil {
		return err
	}
	vars, err := c.vars(l.Record, e.Flags.User)
	if err != nil {
		return err
	}
	doc := map[string]string{}
	for _, v := range vars {
		doc[v[0]] = v[1]
	}
	return e.PrintValue(doc, func(w io.Writer) error {
		for _, v := range vars {
			if _, err := fmt.Fprintf(w, exportLine[c.shell], v[0], v[1]); err != nil {
				return err
			}
		}
		return nil
	})
}

// vars are the variables in order. A context holds all secrets, so its name is enough for programs that read contexts.
func (c *clusterEnv) vars(r broker.Record, user string) ([][2]string, error) {
	id, name := r.Identities[1], r.Name
	if user != "" && user != id.User {
		found := false
		for _, other := range r.Identities {
			if other.User == user {
				id, name, found = other, r.Name+"-"+other.User, true
			}
		}
		if !found {
			return nil, fmt.Errorf("%w: cluster %s has no user %q", plan.ErrUser, r.Name, user)
		}
	}
	vars := [][2]string{{"NATS_CONTEXT", name}}
	if c.secrets {
		for _, v := range [][2]string{
			{"NATS_URL", strings.Join(r.URLs(""), ",")},
			{"NATS_USER", id.User},
			{"NATS_PASSWORD", id.Password},
			{"NATS_NKEY", id.Seed},
			{"NATS_CREDS", id.Creds},
			{"NATS_CA", id.CA},
			{"NATS_CERT", id.Cert},
			{"NATS_KEY", id.Key},
		} {
			if v[1] != "" && (v[0] != "NATS_USER" || id.Password != "") {
				vars = append(vars, v)
			}
		}
	}
	return vars, nil
}
