package clustercmd

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/view"
)

// local is the local cluster that a command uses.
type local struct {
	broker.Record
	home *broker.Home
}

// clusterArg is the argument that names an existing cluster.
type clusterArg struct{ name string }

func (a *clusterArg) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("name", "Cluster (default: the only one).").StringVar(&a.name)
}

// setupIn is Setup that also accepts --in, as related commands do.
func (a *clusterArg) setupIn(cmd *kingpin.CmdClause) {
	a.Setup(cmd)
	cmd.Flag("in", "Cluster; the same as the argument.").PlaceHolder("CLUSTER").StringVar(&a.name)
}

// find returns the named cluster, or the only one.
func (a *clusterArg) find(e *cli.Env) (local, error) {
	return findLocal(e, a.name, func(broker.Record) bool { return true })
}

// inFlag is the flag that names the cluster when the arguments name something else.
type inFlag struct{ name string }

func (f *inFlag) Setup(cmd *kingpin.CmdClause) {
	cmd.Flag("in", "Cluster (default: the only one that is up).").PlaceHolder("CLUSTER").StringVar(&f.name)
}

// find returns the named cluster, or the only one that is up.
func (f *inFlag) find(e *cli.Env) (local, error) {
	l, err := findLocal(e, f.name, func(r broker.Record) bool { return r.Life == broker.Up })
	if errors.Is(err, broker.ErrUnknown) && f.name == "" {
		err = fmt.Errorf("%w: none is up", broker.ErrDown)
	}
	return l, err
}

// errWhich is returned when no cluster was named and there are several.
var errWhich = errors.New("which cluster")

// local returns the named cluster, or the only candidate.
func findLocal(e *cli.Env, name string, meant func(broker.Record) bool) (local, error) {
	home, err := clusters(e)
	if err != nil {
		return local{}, err
	}
	if name == "" {
		all, err := home.Records()
		if err != nil {
			return local{}, err
		}
		all = slices.DeleteFunc(all, func(r broker.Record) bool { return !meant(r) })
		if len(all) > 1 {
			return local{}, fmt.Errorf("%w: there are several: %s", errWhich, strings.Join(recordNames(all), ", "))
		}
		name = spec.DefaultName
		if len(all) == 1 {
			name = all[0].Name
		}
	}
	r, err := home.Record(name)
	return local{r, home}, err
}

func recordNames(all []broker.Record) []string {
	var names []string
	for _, r := range all {
		names = append(names, r.Name)
	}
	return names
}

// renew reloads the cluster after a change, and updates its contexts.
func (l *local) renew(e *cli.Env) (err error) {
	if l.Record, err = l.home.Record(l.Name); err != nil {
		return err
	}
	return makeContexts(e, l.Record)
}

// printRows prints a table as the flags request.
func printRows[T any](e *cli.Env, schema string, columns []view.Column[T], rows []T, shape cli.ShapeFlags) error {
	grid, err := shape.Shape.Apply(view.NewGrid(columns, slices.Values(rows)))
	if err != nil {
		return err
	}
	return e.Print(cli.Table{Schema: schema, Grid: grid})
}
