package authcmd

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// shareRoom is a fleet in which account SHOP imports from APP: what is exported,
// what is not, and what needs a token that is expired.
func shareRoom(t *testing.T, name string) *room {
	t.Helper()
	r := newRoom(t, 2)
	r.claims.Exports.Add(&jwt.Export{Subject: "news.>", Type: jwt.Stream}, &jwt.Export{Subject: "orders.>", Type: jwt.Stream, TokenReq: true}, &jwt.Export{Subject: "spare", Type: jwt.Service})
	r.Store(t, r.claims)
	shop := jwt.NewAccountClaims(trusted.New(t, nkeys.CreateAccount).Public)
	shop.Name = name
	act := jwt.NewActivationClaims(shop.Subject)
	act.ImportSubject, act.ImportType, act.Expires = "orders.>", jwt.Stream, 1
	shop.Imports.Add(
		&jwt.Import{Account: r.app.Public, Subject: "news.eu", Type: jwt.Stream},
		&jwt.Import{Account: r.app.Public, Subject: "help", Type: jwt.Service},
		&jwt.Import{Account: r.app.Public, Subject: "orders.eu", Type: jwt.Stream, Token: trusted.Encode(t, act, r.app)},
	)
	r.StoreFile(t, shop, r.Key, 0, 1)
	return r
}

// TestGraph shows what accounts share on a real cluster, and judges each import
// as the server does.
func TestGraph(t *testing.T) {
	r := shareRoom(t, "SHOP")
	out, words, code := r.run("graph", "-o", "json")
	var doc struct {
		Rows []struct{ Importer, Local, Exporter, Subject, State, Type string }
	}
	if err := json.Unmarshal([]byte(out), &doc); err != nil || code != cli.ExitOK {
		t.Fatalf("exit %d, %v: %s", code, err, words)
	}
	states := map[string]string{}
	for _, row := range doc.Rows {
		states[row.Subject] = row.State
	}
	for subject, want := range map[string]string{"news.eu": "active", "help": "no export", "orders.eu": "token invalid", "spare": "not imported"} {
		if states[subject] != want {
			t.Errorf("%s is %q, want %q: %s", subject, states[subject], want, out)
		}
	}
	r.serverAgrees(states)
	if out, _, _ := r.run("graph", "NOBODY"); strings.TrimSpace(out) != "" {
		t.Errorf("of an account that shares nothing: %s", out)
	}
	if out, _, _ := r.run("graph", "SHOP"); strings.Count(out, "\n") != 3 {
		t.Errorf("of one account: %s", out)
	}
	client := sys.New(r.SystemUser(t))
	chosen, err := checks.Select("sharing")
	if err != nil {
		t.Fatal(err)
	}
	snap, err := client.Snapshot(t.Context(), checks.WantFor(chosen))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for _, f := range checks.Run(checks.Input{Snapshot: snap}, chosen)[0].Findings {
		found = append(found, f.Level.String()+" "+f.Object)
	}
	if want := []string{"crit SHOP help", "crit SHOP orders.eu"}; !slices.Equal(found, want) {
		t.Errorf("the check finds %q, want %q", found, want)
	}
}

// serverAgrees compares with the imports that a server itself marks as invalid.
func (r *room) serverAgrees(states map[string]string) {
	r.Helper()
	client := sys.New(r.SystemUser(r))
	shares, err := client.Claims().Sharing(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	i := slices.IndexFunc(shares, func(s fleet.Share) bool { return s.ImporterName == "SHOP" })
	if _, err := r.Servers[0].LookupAccount(shares[i].Importer); err != nil {
		r.Fatal(err)
	}
	held, err := client.Claims().Held(r.Context(), []string{shares[i].Importer})
	if err != nil || len(held[shares[i].Importer]) == 0 {
		r.Fatal(err, held)
	}
	valid := map[string]bool{}
	for _, im := range held[shares[i].Importer][0].Info.Imports {
		valid[string(im.Subject)] = !im.Invalid
	}
	for _, subject := range []string{"news.eu", "help", "orders.eu"} {
		if valid[subject] != (states[subject] == "active") {
			r.Errorf("%s: the server says valid: %v, natsctl %s", subject, valid[subject], states[subject])
		}
	}
}

// TestGraphOfHostileNames lets no name through to a terminal or into the syntax of
// a drawing.
func TestGraphOfHostileNames(t *testing.T) {
	r := shareRoom(t, "a\x1b[31m\"]; <b>|x\u202e\n\\")
	for _, tty := range []bool{true, false} {
		r.tty = tty
		for _, format := range []string{"table", "wide", "json", "ndjson", "yaml", "csv", "dot", "mermaid", "svg"} {
			out, words, code := r.run("graph", "-o", format)
			if code != cli.ExitOK || strings.ContainsAny(out+words, "\x1b\u202e") {
				t.Errorf("%s: exit %d: %q %q", format, code, out, words)
			}
			if format == "svg" {
				dec := xml.NewDecoder(strings.NewReader(out))
				for {
					if _, err := dec.Token(); errors.Is(err, io.EOF) {
						break
					} else if err != nil {
						t.Fatal(err)
					}
				}
			}
			if format == "mermaid" && strings.Contains(out, `"];`) || format == "dot" && strings.Contains(out, `m"];`) {
				t.Errorf("%s: a name ends its own text: %s", format, out)
			}
		}
	}
}
