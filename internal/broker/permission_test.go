package broker

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// restricted are users with each kind of permission alone, and with all of them.
func restricted() []spec.User {
	return []spec.User{
		{Name: "free"},
		{Name: "pub", Permissions: spec.Permissions{Pub: []string{"a.>"}}},
		{Name: "sub", Permissions: spec.Permissions{Sub: []string{"a.>"}}},
		{Name: "denypub", Permissions: spec.Permissions{DenyPub: []string{"b.secret"}}},
		{Name: "denysub", Permissions: spec.Permissions{DenySub: []string{"b.secret"}}},
		{Name: "all", Permissions: spec.Permissions{Pub: []string{"a.>"}, Sub: []string{"b.>"}, DenyPub: []string{"a.x"}, DenySub: []string{"b.secret"}}},
	}
}

// may says whether permissions let somebody use a subject, by the rules of the NATS documentation: an empty list of allowed
// subjects allows all, and a denied one is denied whatever is allowed.
func may(allow, deny []string, subject string) bool {
	match := func(patterns []string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			head, wild := strings.CutSuffix(p, ">")
			return p == subject || wild && strings.HasPrefix(subject, head)
		})
	}
	return (len(allow) == 0 || match(allow)) && !match(deny)
}

// TestEveryPermission lets real clients publish and subscribe to what they may and to what they may not, in every mode of
// authentication: users with passwords, with certificates, with keys, with JWTs, and with the role of a signing key.
func TestEveryPermission(t *testing.T) {
	t.Parallel()
	account := spec.Account{Name: "APP", Users: restricted()}
	roles := spec.Account{Name: "APP"}
	for _, u := range restricted() {
		roles.SigningKeys = append(roles.SigningKeys, spec.SigningKey{Role: "r-" + u.Name, Permissions: u.Permissions})
		roles.Users = append(roles.Users, spec.User{Name: u.Name, Role: "r-" + u.Name})
	}
	for name, sp := range map[string]spec.Spec{
		"none":         {Auth: spec.AuthNone, Accounts: []spec.Account{account}},
		"users":        {Auth: spec.AuthUsers, Accounts: []spec.Account{account}},
		"certificates": {Auth: spec.AuthUsers, TLS: spec.TLS{Mode: spec.TLSMutual}, Accounts: []spec.Account{account}},
		"nkey":         {Auth: spec.AuthNKey, Accounts: []spec.Account{account}},
		"operator":     {Auth: spec.AuthOperator, Accounts: []spec.Account{account}},
		"roles":        {Auth: spec.AuthOperator, Accounts: []spec.Account{roles}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := begin(t, sp)
			for _, u := range restricted() {
				for _, subject := range []string{"a.x", "a.y", "b.secret", "b.y", "c"} {
					pub, sub := tries(t, c, u.Name, subject)
					if want := may(u.Pub, u.DenyPub, subject); pub != want {
						t.Errorf("%s publishes to %s: %v, want %v", u.Name, subject, pub, want)
					}
					if want := may(u.Sub, u.DenySub, subject); sub != want {
						t.Errorf("%s subscribes to %s: %v, want %v", u.Name, subject, sub, want)
					}
				}
			}
		})
	}
}

// tries says whether the server lets a user publish and subscribe to a subject.
func tries(t *testing.T, c *Cluster, user, subject string) (pub, sub bool) {
	t.Helper()
	refused := make(chan string, 4)
	nc := dial(t, c.Nodes()[0], user, nil)
	nc.SetErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { refused <- err.Error() })
	pub, sub = true, true
	if _, err := nc.SubscribeSync(subject); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(nc.Publish(subject, nil), nc.Flush()); err != nil { // the answer to the ping of a flush comes after all errors
		t.Fatal(err)
	}
	nc.SetClosedHandler(func(*nats.Conn) { close(refused) }) // is called when all errors have been told
	nc.Close()
	for words := range refused {
		pub = pub && !strings.Contains(words, "Violation for Publish")
		sub = sub && !strings.Contains(words, "Violation for Subscription")
	}
	return pub, sub
}

// TestCrossings sends what one account exports to another that imports it, under its own name and another, with more than one
// answer of a service; what is not exported does not cross.
func TestCrossings(t *testing.T) {
	t.Parallel()
	for _, auth := range []spec.AuthMode{spec.AuthUsers, spec.AuthOperator} {
		t.Run(string(auth), func(t *testing.T) {
			t.Parallel()
			c := begin(t, spec.Spec{Auth: auth, Accounts: []spec.Account{
				{Name: "SHOP", Exports: []spec.Export{{Service: "price"}, {Stream: "news.>"}, {Service: "hidden"}}},
				{Name: "BUYER", Imports: []spec.Import{{Service: "price", From: "SHOP", To: "ask.price"}, {Stream: "news.>", From: "SHOP"}}},
			}})
			shop, buyer := dial(t, c.Nodes()[0], "shop", nil), dial(t, c.Nodes()[0], "buyer", nil)
			for _, service := range []string{"price", "hidden"} {
				if _, err := shop.Subscribe(service, func(m *nats.Msg) {
					for i := range 3 { // a stream of answers
						m.Respond([]byte(fmt.Sprint(i)))
					}
				}); err != nil {
					t.Fatal(err)
				}
			}
			news := spectest.Must(buyer.SubscribeSync("news.>"))
			inbox := buyer.NewInbox()
			answers := spectest.Must(buyer.SubscribeSync(inbox))
			if err := errors.Join(shop.Flush(), buyer.Flush(), buyer.PublishRequest("ask.price", inbox, nil)); err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				if m, err := answers.NextMsg(knockTime); err != nil || string(m.Data) != fmt.Sprint(i) {
					t.Fatalf("answer %d: %v", i, err)
				}
			}
			if err := errors.Join(shop.Publish("news.today", []byte("n")), shop.Flush()); err != nil {
				t.Fatal(err)
			}
			if m, err := news.NextMsg(knockTime); err != nil || m.Subject != "news.today" {
				t.Errorf("news: %v", err)
			}
			for _, subject := range []string{"price", "hidden"} {
				if _, err := buyer.Request(subject, nil, 300*time.Millisecond); err == nil {
					t.Errorf("%s crosses", subject)
				}
			}
		})
	}
}
