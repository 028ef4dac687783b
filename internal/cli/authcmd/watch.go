package authcmd

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/view"
)

// repeatAfter is how long repetitions of one refusal are counted before it is
// shown again.
const repeatAfter = 10 * time.Second

// watch follows refused logins. A client that keeps trying is shown once, and
// then from time to time with how often: it hides nobody.
func (c *whyCommand) watch(ctx context.Context, e *cli.Env, client *sys.Client) error {
	if _, err := e.Format("table", "wide", "json", "ndjson"); err != nil {
		return err
	}
	if c.lasting > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, c.lasting)
		defer cancel()
	}
	seen := newShown()
	for ev, err := range client.Events(ctx, fleet.EventAuthError) {
		switch denied := (*sys.PermissionError)(nil); {
		case errors.As(err, &denied) && denied.Subscribe:
			e.Note("warning", err.Error()+"; its events are missing")
			continue
		case err != nil:
			return err
		case ev.Kind == fleet.EventGap:
			e.Note("warning", ev.Why)
			continue
		}
		r := fromEvent(ev)
		if !r.of(c.user) || !seen.due(r) {
			continue
		}
		if err := c.line(e, r); err != nil {
			return err
		}
	}
	return nil
}

// fromEvent makes a row of an event.
func fromEvent(ev fleet.Event) *refusal {
	r := &refusal{Last: ev.Time, Times: 1, Server: ev.Server, Cluster: ev.Cluster, From: ev.Where, Reason: ev.Why, Refusal: ev.Refusal}
	if r.Refusal == nil { // more came than could be judged
		r.Refusal = &fleet.Refusal{Causes: []fleet.RefusalCause{{Code: string(auth.Unproven), Text: ev.Why}}}
	}
	var body struct {
		Client struct {
			Name string `json:"name"`
			User string `json:"user"`
		} `json:"client"`
	}
	if json.Unmarshal(ev.Body, &body) == nil {
		r.Client, r.attempt.User = body.Client.Name, body.Client.User
	}
	return r
}

// shown remembers which refusals were shown.
type shown struct{ last map[string]*repeated }

type repeated struct {
	at   time.Time
	more int
}

func newShown() *shown { return &shown{map[string]*repeated{}} }

// due reports whether a refusal is to be shown, and sets how often it came since
// it was shown last. A time of the server counts, so that it does not matter how
// fast events are read.
func (s *shown) due(r *refusal) bool {
	key := strings.Join([]string{r.Server, r.From, r.Client, r.User, r.Key, r.attempt.User, r.Issuer, strings.Join(r.codes(), " ")}, "\x00")
	old := s.last[key]
	if old != nil && r.Last.Sub(old.at) < repeatAfter {
		old.more++
		return false
	}
	if old != nil {
		r.Times += old.more
	}
	if len(s.last) >= maxRefusals {
		clear(s.last)
	}
	s.last[key] = &repeated{at: r.Last}
	return true
}

// line writes one refusal.
func (c *whyCommand) line(e *cli.Env, r *refusal) error {
	grid, err := c.Shape.Apply(view.NewGrid(refusalColumns, slices.Values([]*refusal{r})))
	if err != nil || len(grid.Rows) == 0 {
		return err
	}
	switch format := e.Flags.Output; {
	case format == "json" || format == "ndjson":
		return e.PrintJSON(grid.Records()[0], format == "ndjson")
	case !e.OutTTY:
		return view.TSV(e.Out, grid.Labeled(), format == "wide")
	}
	who := whose(r)
	if r.Times > 1 {
		who += fmt.Sprintf(" (%d times)", r.Times)
	}
	_, err = fmt.Fprintf(e.Out, "%s %s from %s at %s: %s\n%9s %s\n", r.Last.UTC().Format("15:04:05Z"),
		view.Text(who), view.Text(cli.OrDash(r.From)), view.Text(r.Server), view.Text(strings.Join(append([]string{r.Text()}, r.Notes...), "; ")), "next:", view.Text(cli.OrDash(r.next())))
	return err
}

// whose says who was refused.
func whose(r *refusal) string {
	who := cmp.Or(r.User, r.Key, r.attempt.User, r.Client, "a client")
	if account := cmp.Or(r.Name, r.Account); account != "" {
		who += " of account " + account
	}
	return who
}
