package authcmd

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/auth"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys/claims"
	"github.com/natsctl/natsctl/internal/view"
)

// refusal is one row: a client that was refused, once or often, for one cause.
type refusal struct {
	Last            time.Time
	Times           int
	Server, Cluster string
	From, Client    string
	Reason          string
	*fleet.Refusal
	attempt auth.Attempt
}

var refusalColumns = []view.Column[*refusal]{
	{Name: "time", Title: "Time", Help: "When it was refused last, by the server's clock.", Unit: view.Instant, Value: func(r *refusal) any { return r.Last.UTC() }},
	{Name: "times", Title: "Times", Help: "How often.", Unit: view.Count, Value: func(r *refusal) any { return r.Times }},
	{Name: "user", Title: "User", Help: "Name or public key of the user.", Value: func(r *refusal) any { return cmp.Or(r.User, r.Key, r.attempt.User) }},
	{Name: "account", Title: "Account", Help: "Account of the user.", Value: func(r *refusal) any { return r.Account }, Label: func(r *refusal) string { return r.Name }},
	{Name: "from", Title: "From", Help: "Address of the client.", Value: func(r *refusal) any { return r.From }},
	{Name: "server", Title: "Server", Help: "Server that refused it.", Value: func(r *refusal) any { return r.Server }},
	{Name: "cause", Title: "Cause", Help: "Causes in short, in the order in which a server looks.", Value: func(r *refusal) any { return strings.Join(r.codes(), ", ") }},
	{Name: "why", Title: "Why", Help: "Every cause that holds.", Value: func(r *refusal) any { return strings.Join(append([]string{r.Text()}, r.Notes...), "; ") }},
	{Name: "next", Title: "Next", Help: "What to do about the first cause.", Value: func(r *refusal) any { return r.next() }},
	{Name: "proven", Title: "Proven", Help: "Whether the claims prove the first cause.", Wide: true, Value: func(r *refusal) any { return len(r.Causes) > 0 && r.Causes[0].Proven }},
	{Name: "issuer", Title: "Issuer", Help: "Key that signed the user, and which key of the account it is.", Wide: true, Value: func(r *refusal) any { return strings.TrimSpace(r.Issuer + " " + r.By) }},
	{Name: "client", Title: "Client", Help: "Name of the client.", Wide: true, Value: func(r *refusal) any { return r.Client }},
	{Name: "cluster", Title: "Cluster", Help: "Cluster of the server.", Wide: true, Value: func(r *refusal) any { return r.Cluster }},
}

func (r *refusal) codes() (codes []string) {
	for _, c := range r.Causes {
		codes = append(codes, c.Code)
	}
	return codes
}

func (r *refusal) next() string {
	if len(r.Causes) == 0 {
		return ""
	}
	return r.Causes[0].Next
}

// of reports whether a refusal is about a user; "" is any.
func (r *refusal) of(user string) bool {
	return user == "" || user == r.User || user == r.Key || user == r.attempt.User
}

// refusals folds repetitions: who keeps trying is one row.
type refusals struct{ seen map[string]*refusal }

func newRefusals() *refusals { return &refusals{seen: map[string]*refusal{}} }

// maxRefusals is how many different clients are distinguished.
const maxRefusals = 20_000

// same counts a refusal that was seen before, of one client at one server, and
// reports whether it was.
func (g *refusals) same(r *refusal) bool {
	key := strings.Join([]string{r.Server, r.From, r.Client, r.attempt.User, r.attempt.Token, r.Reason}, "\x00")
	if first := g.seen[key]; first != nil {
		first.Times++
		if r.Last.After(first.Last) {
			first.Last = r.Last
		}
		return true
	}
	if len(g.seen) < maxRefusals {
		g.seen[key] = r
	}
	return false
}

// printVerdict prints the verdict on credentials.
func printVerdict(e *cli.Env, v auth.Verdict) error {
	doc := struct {
		Schema  string `json:"schema"`
		Refused bool   `json:"refused"`
		*fleet.Refusal
	}{"natsctl.auth.verdict/v1", v.Refused(), claims.RefusalOf(auth.Attempt{}, v)}
	return e.PrintValue(doc, func(w io.Writer) error {
		s := &sheet{}
		s.Add("User", named(v.User, v.Key))
		s.Add("Account", named(v.Name, v.Account))
		s.Add("Signed by", strings.TrimSpace(v.Issuer+" "+v.By))
		answer := "nothing that the servers hold forbids the login"
		if v.Refused() {
			answer = "refused"
		}
		s.Add("Verdict", answer)
		for _, cause := range v.Causes {
			s.Add("Cause", fmt.Sprintf("%s: %s", cause.Code, cause.Text))
			s.Add("Next", cause.Next)
		}
		s.List("Note", v.Notes)
		return s.Write(w)
	})
}
