package servicecmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/alecthomas/kingpin/v2"
	"golang.org/x/sync/errgroup"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/service"
	"github.com/natsctl/natsctl/internal/sys"
)

// The errors of these commands.
var (
	errNoAccount = errors.New("services live in accounts, and this user belongs to the system account")
	errSilent    = errors.New("did not answer")
	errUnseen    = errors.New("cannot tell whether every instance answered")
	errFound     = errors.New("services have findings")
	errNone      = errors.New("no such service")
	errEmpty     = errors.New("no services: none answered, and no client has subscribed as one")
)

// quiet is the silence that ends a question when somebody is missing.
const quiet = 250 * time.Millisecond

// listFlags are the flags of lists with rates.
type listFlags struct {
	seatFlags
	rateFlags
	cli.ShapeFlags
}

func (f *listFlags) Setup(cmd *kingpin.CmdClause) {
	f.seatFlags.Setup(cmd)
	f.rateFlags.Setup(cmd)
	f.ShapeFlags.Setup(cmd, "")
}

// seatFlags name the accounts that are asked.
type seatFlags struct {
	name     string
	contexts []string
}

func (f *seatFlags) Setup(cmd *kingpin.CmdClause) {
	cmd.Arg("service", "Only this service (default: all).").StringVar(&f.name)
	cmd.Flag("account-context", "Saved context of a user of an account whose services are asked; repeat (default: the account of the connection).").PlaceHolder("NAME").StringsVar(&f.contexts)
}

// seat is a place from which the services of one account are asked.
type seat struct {
	client  *sys.Client
	account string
	own     *fleet.Snapshot // the connections of the account
	unseen  error           // why Places may lack some
}

// found is what was found in all accounts.
type found struct {
	instances []service.Instance
	fleet     *fleet.Snapshot // who of the servers answered; nil: not known to this user
	unseen    error
	garbage   int
}

// finder asks the services of every account.
type finder struct {
	seats  []*seat
	system *sys.Client // nil: no user of the system account
	name   string
	limit  time.Duration
}

// open connects to every account.
func (f *seatFlags) open(ctx context.Context, e *cli.Env) (*finder, error) {
	out := &finder{name: f.name, limit: e.Flags.Timeout}
	if out.limit <= 0 {
		out.limit = 5 * time.Second
	}
	main, err := e.System(ctx)
	if err != nil && len(f.contexts) == 0 {
		return nil, err
	}
	system := false
	if err != nil {
		e.Note("warning", fmt.Sprintf("servers that do not answer are not named: %v", err))
	} else {
		_, denied := main.Snapshot(ctx, fleet.Want{})
		system = denied == nil
	}
	switch {
	case len(f.contexts) > 0 && system:
		out.system = main
	case len(f.contexts) == 0 && system:
		return nil, errNoAccount
	case len(f.contexts) == 0:
		out.seats = append(out.seats, &seat{client: main})
	}
	for _, name := range f.contexts {
		nc, err := cli.ConnectContext(ctx, e, name)
		if err != nil {
			return nil, err
		}
		e.OnClose(nc.Close)
		out.seats = append(out.seats, &seat{client: sys.New(nc, sys.WithContextName(name), sys.WithTimeout(out.limit))})
	}
	return out, nil
}

// look asks everybody once.
func (f *finder) look(ctx context.Context, verb service.Verb) (*found, error) {
	out := &found{}
	var group errgroup.Group
	if f.system != nil {
		group.Go(func() (err error) {
			out.fleet, err = f.system.Snapshot(ctx, fleet.Want{})
			return err
		})
	}
	results := make([]*service.Answers, len(f.seats))
	for i, s := range f.seats {
		group.Go(func() (err error) {
			if err = s.places(ctx); err == nil {
				results[i], err = s.ask(ctx, verb, f)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	for i, s := range f.seats {
		out.instances = append(out.instances, service.Instances(s.account, results[i], service.Places(s.own))...)
		out.garbage += results[i].Garbage
		if results[i].Cut {
			out.unseen = errors.Join(out.unseen, fmt.Errorf("%w in account %s: more came than natsctl keeps", errUnseen, s.account))
		}
		out.unseen = errors.Join(out.unseen, s.unseen)
	}
	return out, nil
}

// places asks the servers for the connections of the account.
func (s *seat) places(ctx context.Context) error {
	own, err := s.client.OwnAccount(ctx, fleet.ConnWant{Subscriptions: true})
	if err != nil {
		return err
	}
	s.own, s.account = own.Snapshot, s.client.Conn().RemoteAccount()
	if own.User != nil {
		s.account = own.User.Account
	}
	if denied := own.Refused(fleet.Connz); denied != nil {
		s.unseen = fmt.Errorf("%w in account %s: %w", errUnseen, s.account, denied)
	}
	return nil
}

func (s *seat) ask(ctx context.Context, verb service.Verb, f *finder) (*service.Answers, error) {
	q := service.Question{Verb: verb, Name: f.name, Known: s.unseen == nil, Quiet: quiet, Timeout: f.limit}
	for _, p := range service.Places(s.own) {
		q.Wanted = append(q.Wanted, p.Key())
	}
	return service.Ask(ctx, s.client.Conn(), q)
}

// complete is nil if every instance answered, and everybody who could have one.
func (f *found) complete(e *cli.Env) error {
	var all []error
	for _, i := range f.instances {
		if !i.Answered {
			all = append(all, fmt.Errorf("instance %s of %s%s %w", i.ID, i.Name, whereOf(i), errSilent))
		}
	}
	if f.unseen != nil {
		all = append(all, f.unseen)
	}
	if f.garbage > 0 {
		e.Note("warning", fmt.Sprintf("%d answers were not what the protocol for services says, and were left out", f.garbage))
	}
	if f.fleet == nil && e.ErrTTY {
		e.Note("", "only a user of the system account sees servers that do not respond, and the instances connected to them")
	}
	if err := e.Completeness(f.fleet); err != nil {
		all = append(all, err)
	}
	if len(all) == 0 {
		return nil
	}
	return cli.AllOf(all)
}

func whereOf(i service.Instance) string {
	if i.Place == nil {
		return ""
	}
	return fmt.Sprintf(" (connection %d of %s)", i.Place.Conn, i.Place.Server)
}
