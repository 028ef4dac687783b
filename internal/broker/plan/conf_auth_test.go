package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/nats-io/nats-server/v2/conf"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// checkUsers compares the users that a server knows with those of the specification, with every permission of each.
func checkUsers(t failer, p Plan, o *server.Options) {
	t.Helper()
	if p.Trust != nil {
		return
	}
	type user struct{ Account, Name, Password, Nkey, Permissions string }
	text := func(p *server.Permissions) string {
		if p == nil {
			return "all"
		}
		var out []string
		for _, s := range []*server.SubjectPermission{p.Publish, p.Subscribe} {
			if s == nil {
				s = &server.SubjectPermission{}
			}
			out = append(out, fmt.Sprint(s.Allow, s.Deny))
		}
		return strings.Join(out, " ")
	}
	var got, want []user
	for _, u := range o.Users {
		got = append(got, user{u.Account.Name, u.Username, u.Password, "", text(u.Permissions)})
	}
	for _, u := range o.Nkeys {
		got = append(got, user{u.Account.Name, "", "", u.Nkey, text(u.Permissions)})
	}
	for _, a := range append([]spec.Account{{Name: spec.SystemAccount, Users: []spec.User{{Name: spec.SystemUser}}}}, p.Spec.Accounts...) {
		for _, u := range a.Users {
			id, _ := p.Find(u.Name)
			w := user{a.Name, u.Name, id.Password, id.Public, "all"}
			if p.Spec.Auth == spec.AuthNKey {
				w.Name = ""
			}
			if !cmp.Equal(u.Permissions, spec.Permissions{}, cmpopts.EquateEmpty()) {
				w.Permissions = fmt.Sprint(u.Pub, u.DenyPub, " ", u.Sub, u.DenySub)
			}
			want = append(want, w)
		}
	}
	order := func(a, b user) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("users: %s", d)
	}
	none := ""
	if p.Spec.Auth == spec.AuthNone {
		none = p.Spec.Accounts[0].Users[0].Name
	}
	if o.NoAuthUser != none || o.SystemAccount != spec.SystemAccount {
		t.Errorf("without credentials %q, system account %q", o.NoAuthUser, o.SystemAccount)
	}
}

// TestConfigOfAccounts is the accounts block with everything that an account has.
func TestConfigOfAccounts(t *testing.T) {
	t.Parallel()
	p := written(t, spectest.Everything(spec.AuthUsers, spec.TLSNone), t.TempDir())
	p.Spec.Accounts[1].NoJetStream = true
	p.Spec.Accounts = append(p.Spec.Accounts,
		spec.Account{Name: "ONE", Exports: []spec.Export{{Stream: "one"}}}, spec.Account{Name: "TWO", Imports: []spec.Import{{Stream: "one", From: "ONE", To: "two"}}})
	c, err := conf.Parse(p.Config(p.Nodes[0]))
	if err != nil {
		t.Fatal(err)
	}
	type block = map[string]any
	password := func(user string) string { id, _ := p.Find(user); return id.Password }
	list := []any{"chat.>", "_INBOX.>"}
	want := block{
		"SYS": block{"users": []any{block{"user": "sys", "password": password("sys")}}},
		"CHAT": block{
			"jetstream": "enabled",
			"users": []any{
				block{"user": "alice", "password": password("alice")},
				block{"user": "bob", "password": password("bob"), "permissions": block{"publish": block{"allow": list}, "subscribe": block{"allow": list}}},
			},
			"exports": []any{block{"service": "chat.help", "response_type": "stream"}, block{"stream": "chat.news"}},
		},
		"PRESS": block{
			"users": []any{block{"user": "press", "password": password("press")}},
			"imports": []any{
				block{"service": block{"account": "CHAT", "subject": "chat.help"}, "to": "help"},
				block{"stream": block{"account": "CHAT", "subject": "chat.news"}, "to": "chat.news"},
			},
		},
		"ONE": block{"jetstream": "enabled", "users": []any{}, "exports": []any{block{"stream": "one"}}},
		"TWO": block{"jetstream": "enabled", "users": []any{}, "imports": []any{block{"stream": block{"account": "ONE", "subject": "one"}, "to": "two"}}},
	}
	if d := cmp.Diff(want, c["accounts"]); d != "" {
		t.Error(d)
	}
	p.Spec.NoJetStream = true
	if text := p.Config(p.Nodes[0]); strings.Contains(text, "jetstream") {
		t.Errorf("without JetStream:\n%s", text)
	}
}

// TestResolverPreload gives every server the accounts that it needs before any can be pushed, and their type of resolver.
func TestResolverPreload(t *testing.T) {
	t.Parallel()
	p := drawn(t, spectest.Everything(spec.AuthOperator, spec.TLSNone), nil)
	exported := p
	exported.Exported = true
	for _, tc := range []struct {
		p    Plan
		node string
		want []string
	}{
		{p, "east-1", []string{"SYS"}}, {p, "edge-1", []string{"SYS", "PRESS"}}, {exported, "east-1", []string{"SYS", "CHAT", "PRESS"}},
	} {
		c, err := conf.Parse(tc.p.Config(tc.p.Node(tc.node)))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]any{}
		for _, a := range tc.want {
			want[tc.p.Trust.Accounts[a].ID] = tc.p.Trust.Accounts[a].JWT
		}
		if d := cmp.Diff(want, c["resolver_preload"]); d != "" {
			t.Errorf("%s of %v: %s", tc.node, tc.want, d)
		}
		resolver := map[string]any{"type": "full", "dir": tc.p.Node(tc.node).Dir + "/jwt", "allow_delete": true, "interval": "2m"}
		if d := cmp.Diff(resolver, c["resolver"]); d != "" || c["operator"] != "/clusters/all/creds/operator.jwt" || c["system_account"] != tc.p.Trust.Accounts["SYS"].ID {
			t.Errorf("%s: operator %v, system account %v, resolver: %s", tc.node, c["operator"], c["system_account"], d)
		}
	}
}
