package servicecmd

import (
	"context"
	"slices"

	"github.com/alecthomas/kingpin/v2"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/service"
	"github.com/natsctl/natsctl/internal/view"
)

// infoCommand lists instances.
type infoCommand struct {
	seatFlags
	cli.ShapeFlags
}

func (c *infoCommand) Setup(cmd *kingpin.CmdClause) {
	c.seatFlags.Setup(cmd)
	c.ShapeFlags.Setup(cmd, "")
}

func (c *infoCommand) Run(ctx context.Context, e *cli.Env) error {
	finder, err := c.open(ctx, e)
	if err != nil {
		return err
	}
	l, err := rateFlags{}.look(ctx, finder, service.Info)
	if err != nil {
		return err
	}
	grid, err := c.Shape.Apply(view.NewGrid(instanceColumns(), slices.Values(l.last.instances)))
	if err != nil {
		return err
	}
	return l.last.print(e, "natsctl.service.info/v1", grid)
}

// answered is the value of an instance that answered, or nothing.
func answered(of func(service.Answer) any) func(service.Instance) any {
	return func(i service.Instance) any {
		if !i.Answered {
			return nil
		}
		return of(i.Answer)
	}
}

// placed is the value of an instance whose place is known, or nothing.
func placed(of func(service.Place) any) func(service.Instance) any {
	return func(i service.Instance) any {
		if i.Place == nil {
			return nil
		}
		return of(*i.Place)
	}
}

// instanceColumns are the columns of a list of instances.
func instanceColumns() []view.Column[service.Instance] {
	return []view.Column[service.Instance]{
		{Name: "service", Title: "Service", Help: "Name of the service.", Value: func(i service.Instance) any { return i.Name }},
		{Name: "account", Title: "Account", Help: "Account in which it answers.", Wide: true, Value: func(i service.Instance) any { return i.Account }},
		{Name: "instance", Title: "Instance", Help: "Id of the instance.", Value: func(i service.Instance) any { return i.ID }},
		{Name: "answered", Title: "Answered", Help: "Whether it answered.", Value: func(i service.Instance) any { return i.Answered }, Level: func(i service.Instance) view.Level {
			if !i.Answered {
				return fleet.Crit
			}
			return fleet.OK
		}},
		{Name: "version", Title: "Version", Help: "Version of the service that it runs.", Value: answered(func(a service.Answer) any { return a.Version })},
		{Name: "server", Title: "Server", Help: "Server that it is connected to.", Value: placed(func(p service.Place) any { return p.Server })},
		{Name: "cluster", Title: "Cluster", Help: "Cluster of the server.", Value: placed(func(p service.Place) any { return p.Cluster })},
		{Name: "cid", Title: "CID", Help: "Its connection to the server.", Value: placed(func(p service.Place) any { return p.Conn })},
		{Name: "rtt_seconds", Title: "RTT", Help: "Time from the question to its answer.", Unit: view.Seconds, Value: answered(func(a service.Answer) any { return a.RTT.Seconds() })},
		{Name: "endpoints", Title: "Endpoints", Help: "Subjects of its endpoints.", Value: answered(func(a service.Answer) any {
			subjects := []string{}
			for _, e := range a.Endpoints {
				subjects = append(subjects, e.Subject)
			}
			return subjects
		})},
		{Name: "description", Title: "Description", Help: "What it says about itself.", Wide: true, Value: answered(func(a service.Answer) any { return a.Description })},
		{Name: "metadata", Title: "Metadata", Help: "Its metadata, as key=value.", Wide: true, Value: answered(func(a service.Answer) any {
			pairs := []string{}
			for key, value := range a.Metadata {
				pairs = append(pairs, key+"="+value)
			}
			slices.Sort(pairs)
			return pairs
		})},
	}
}
