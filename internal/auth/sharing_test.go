package auth

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"

	"github.com/natsctl/natsctl/internal/testcluster/trusted"
)

// family is accounts with their keys, by name.
type family struct {
	keys   map[string]trusted.Pair
	claims map[string]*jwt.AccountClaims
}

func newFamily(t *testing.T, names ...string) *family {
	f := &family{map[string]trusted.Pair{}, map[string]*jwt.AccountClaims{}}
	for _, name := range names {
		f.keys[name] = trusted.New(t, nkeys.CreateAccount)
		f.claims[name] = jwt.NewAccountClaims(f.keys[name].Public)
		f.claims[name].Name = name
	}
	return f
}

func (f *family) export(from string, ex jwt.Export) { f.claims[from].Exports.Add(&ex) }

func (f *family) imports(into, from string, im jwt.Import) {
	im.Account = f.keys[from].Public
	f.claims[into].Imports.Add(&im)
}

func (f *family) activation(t *testing.T, from, into string, change func(*jwt.ActivationClaims)) string {
	a := jwt.NewActivationClaims(f.keys[into].Public)
	a.ImportSubject, a.ImportType = "a.>", jwt.Stream
	if change != nil {
		change(a)
	}
	return trusted.Encode(t, a, f.keys[from])
}

// TestSharing makes each fault of sharing: exactly that one is found.
func TestSharing(t *testing.T) {
	stream, service := jwt.Export{Subject: "a.>", Type: jwt.Stream}, jwt.Export{Subject: "a.>", Type: jwt.Service}
	private := jwt.Export{Subject: "a.>", Type: jwt.Stream, TokenReq: true}
	for name, c := range map[string]struct {
		make func(f *family)
		want []string
	}{
		"a stream": {func(f *family) {
			f.export("A", stream)
			f.imports("B", "A", jwt.Import{Subject: "a.x", Type: jwt.Stream})
		}, []string{"B a.x <- A a.x active"}},
		"renamed": {func(f *family) {
			f.export("A", stream)
			f.imports("B", "A", jwt.Import{Subject: "a.*", LocalSubject: "l.$1", Type: jwt.Stream})
		}, []string{"B l.* <- A a.* active"}},
		"a service": {func(f *family) {
			f.export("A", service)
			f.imports("B", "A", jwt.Import{Subject: "a.x", LocalSubject: "me", Type: jwt.Service})
		}, []string{"B me <- A a.x active"}},
		"no export": {func(f *family) { f.imports("B", "A", jwt.Import{Subject: "a.x", Type: jwt.Stream}) }, []string{"B a.x <- A a.x no export"}},
		"wrong type": {func(f *family) {
			f.export("A", service)
			f.imports("B", "A", jwt.Import{Subject: "a.x", Type: jwt.Stream})
		}, []string{"B a.x <- A a.x no export", " <- A a.> not imported"}},
		"too wide": {func(f *family) {
			f.export("A", stream)
			f.imports("B", "A", jwt.Import{Subject: ">", Type: jwt.Stream})
		}, []string{"B > <- A > no export", " <- A a.> not imported"}},
		"no account": {func(f *family) {
			f.imports("B", "A", jwt.Import{Subject: "a.x", Type: jwt.Stream})
			delete(f.claims, "A")
		}, []string{"B a.x <- " + "?" + " a.x no account"}},
		"not imported": {func(f *family) { f.export("A", stream) }, []string{" <- A a.> not imported"}},
		"no token": {func(f *family) {
			f.export("A", private)
			f.imports("B", "A", jwt.Import{Subject: "a.x", Type: jwt.Stream})
		}, []string{"B a.x <- A a.x no token"}},
		"a token": {func(f *family) {
			f.export("A", private)
			f.imports("B", "A", jwt.Import{Subject: "a.x", Type: jwt.Stream, Token: f.activation(t, "A", "B", nil)})
		}, []string{"B a.x <- A a.x active"}},
		"expired": {func(f *family) {
			f.export("A", private)
			f.imports("B", "A", jwt.Import{Subject: "a.x", Type: jwt.Stream, Token: f.activation(t, "A", "B", func(a *jwt.ActivationClaims) { a.Expires = 1 })})
		}, []string{"B a.x <- A a.x token invalid"}},
		"of the wrong type": {func(f *family) {
			f.export("A", private)
			f.imports("B", "A", jwt.Import{Subject: "a.x", Type: jwt.Stream, Token: f.activation(t, "A", "B", func(a *jwt.ActivationClaims) { a.ImportType = jwt.Service })})
		}, []string{"B a.x <- A a.x token invalid"}},
		"the key of another": {func(f *family) {
			f.export("A", jwt.Export{Subject: "a.*", Type: jwt.Stream, AccountTokenPosition: 2})
			f.imports("B", "A", jwt.Import{Subject: jwt.Subject("a." + f.keys["C"].Public), LocalSubject: "mine", Type: jwt.Stream})
		}, []string{"B mine <- A a.C not for account"}},
		"the own key": {func(f *family) {
			f.export("A", jwt.Export{Subject: "a.*", Type: jwt.Stream, AccountTokenPosition: 2})
			f.imports("B", "A", jwt.Import{Subject: jwt.Subject("a." + f.keys["B"].Public), LocalSubject: "mine", Type: jwt.Stream})
		}, []string{"B mine <- A a.B active"}},
		"a cycle": {func(f *family) {
			for _, x := range []string{"A", "B", "C"} {
				f.export(x, service)
			}
			f.imports("A", "B", jwt.Import{Subject: "a.x", Type: jwt.Service})
			f.imports("B", "C", jwt.Import{Subject: "a.x", Type: jwt.Service})
			f.imports("C", "A", jwt.Import{Subject: "a.x", Type: jwt.Service})
		}, []string{"A a.x <- B a.x cycle", "B a.x <- C a.x cycle", "C a.x <- A a.x cycle"}},
		"a chain": {func(f *family) {
			f.export("B", service)
			f.export("C", service)
			f.imports("A", "B", jwt.Import{Subject: "a.x", Type: jwt.Service})
			f.imports("B", "C", jwt.Import{Subject: "a.x", Type: jwt.Service})
		}, []string{"A a.x <- B a.x active", "B a.x <- C a.x active"}},
		"two sources": {func(f *family) {
			f.export("A", stream)
			f.export("C", stream)
			f.imports("B", "A", jwt.Import{Subject: "a.x", Type: jwt.Stream})
			f.imports("B", "C", jwt.Import{Subject: "a.>", Type: jwt.Stream})
		}, []string{"B a.> <- C a.> shadows", "B a.x <- A a.x shadows"}},
		"its own export": {func(f *family) {
			f.export("A", stream)
			f.export("B", jwt.Export{Subject: "a.y", Type: jwt.Stream})
			f.imports("B", "A", jwt.Import{Subject: "a.>", Type: jwt.Stream})
		}, []string{"B a.> <- A a.> shadows", " <- B a.y not imported"}},
	} {
		f := newFamily(t, "A", "B", "C")
		c.make(f)
		var accounts []Sharer
		for _, name := range []string{"A", "B", "C"} {
			if f.claims[name] != nil {
				accounts = append(accounts, Sharer{Claims: f.claims[name], Signed: true})
			}
		}
		var got []string
		for _, s := range Sharing(accounts, time.Now()) {
			for key, pair := range f.keys {
				s.Subject = strings.ReplaceAll(s.Subject, pair.Public, key)
			}
			if nkeys.IsValidPublicAccountKey(s.ExporterName) {
				s.ExporterName = "?"
			}
			got = append(got, strings.TrimPrefix(fmt.Sprintf("%s %s <- %s %s %s", s.ImporterName, s.Local, s.ExporterName, s.Subject, s.State), " "))
			if (s.State == ShareActive) != (s.Why == "") {
				t.Errorf("%s: %+v", name, s)
			}
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestSharingOfConfiguration leaves out what servers share by themselves, and asks
// for no tokens, which a configuration does not have.
func TestSharingOfConfiguration(t *testing.T) {
	f := newFamily(t, "A", "B")
	f.export("A", jwt.Export{Subject: "a.>", Type: jwt.Stream, TokenReq: true})
	f.export("A", jwt.Export{Subject: "$SYS.REQ.SERVER.PING", Type: jwt.Service})
	f.imports("B", "A", jwt.Import{Subject: "a.x", Type: jwt.Stream})
	f.imports("B", "A", jwt.Import{Subject: "$JS.API.>", Type: jwt.Service})
	b := Sharer{Claims: f.claims["B"]}
	got := Sharing([]Sharer{{Claims: f.claims["A"]}, b}, time.Now())
	if len(got) != 1 || got[0].State != ShareActive {
		t.Errorf("%+v", got)
	}
	b.Invalid = map[string]bool{"a.x": true}
	if got = Sharing([]Sharer{{Claims: f.claims["A"]}, b}, time.Now()); got[0].State != ShareInvalid {
		t.Errorf("%+v", got)
	}
}
