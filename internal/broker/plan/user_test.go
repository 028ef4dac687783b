package plan

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// TestAddedUsers keeps users that were made one by one through changes of the specification, as long as it has their account and
// role.
func TestAddedUsers(t *testing.T) {
	t.Parallel()
	sp := spectest.Everything(spec.AuthOperator, spec.TLSMutual)
	sp.Accounts[0].SigningKeys = []spec.SigningKey{{Role: "member", Permissions: spec.Permissions{Sub: []string{"m"}}}}
	p := drawn(t, sp, nil)
	before := fmt.Sprint(p.Spec, p.Identities, p.Added, len(p.PKI.Files))
	next := p
	carol, err := next.AddUser("CHAT", spec.User{Name: "carol", Role: "member"})
	if err != nil || carol.Account != "CHAT" || carol.Creds == "" || carol.Cert == "" || !strings.Contains(carol.Secret, "BEGIN NATS USER JWT") {
		t.Fatalf("%+v %v", carol, err)
	}
	if _, err := next.AddUser("PRESS", spec.User{Name: "dave"}); err != nil {
		t.Fatal(err)
	}
	if after := fmt.Sprint(p.Spec, p.Identities, p.Added, len(p.PKI.Files)); after != before {
		t.Error("the plan before was changed")
	}
	if len(next.IdentityFiles(carol)) != 3 {
		t.Errorf("%d files", len(next.IdentityFiles(carol)))
	}
	for name, c := range map[string]struct {
		change func(*spec.Spec)
		want   string
	}{
		"same":         {func(*spec.Spec) {}, "carol dave"},
		"no account":   {func(s *spec.Spec) { s.Accounts = s.Accounts[:1]; s.Leafs = nil }, "carol"},
		"no role":      {func(s *spec.Spec) { s.Accounts[0].SigningKeys = nil }, "dave"},
		"other role":   {func(s *spec.Spec) { s.Accounts[0].SigningKeys[0].Role = "guest" }, "dave"},
		"another mode": {func(s *spec.Spec) { s.Auth, s.Accounts[0].SigningKeys = spec.AuthUsers, nil }, ""},
		"said there": {func(s *spec.Spec) {
			s.Accounts[1].Users = []spec.User{{Name: "dave", Permissions: spec.Permissions{Pub: []string{"p"}}}}
		}, "carol"},
		"in two places": {func(s *spec.Spec) { s.Accounts[0].Users = append(s.Accounts[0].Users, spec.User{Name: "dave"}) }, "carol"},
	} {
		other := spectest.Everything(spec.AuthOperator, spec.TLSMutual)
		other.Accounts[0].SigningKeys = slices.Clone(sp.Accounts[0].SigningKeys)
		c.change(&other)
		other = spectest.Must(other.Complete())
		kept := next.KeepAdded(other)
		var got []string
		for _, user := range []string{"carol", "dave"} {
			if kept.User(user).Name != "" && other.User(user).Name == "" {
				got = append(got, user)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: kept %v", name, got)
		}
		if _, err := kept.Complete(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	kept := next.KeepAdded(p.Spec)
	if got := strings.Join(next.KeptUsers(kept), "; "); got != "= accounts[CHAT].users[carol]: kept, it was added to the running cluster; = accounts[PRESS].users[dave]: kept, it was added to the running cluster" {
		t.Errorf("got %s", got)
	}
	again := drawn(t, kept, &next)
	if !slices.Equal(again.Added, []string{"carol", "dave"}) || again.identityOf("CHAT", "carol").Secret != carol.Secret {
		t.Errorf("planned again: %v", again.Added)
	}
	if gone := drawn(t, sp, &next); len(gone.Added) != 0 {
		t.Errorf("not in the specification: %v", gone.Added)
	}
}

// TestUsersOfAPlanRefused adds and revokes who cannot be: the plan stays as it is.
func TestUsersOfAPlanRefused(t *testing.T) {
	t.Parallel()
	op, users := drawn(t, spectest.Everything(spec.AuthOperator, spec.TLSNone), nil), drawn(t, spectest.Everything(spec.AuthUsers, spec.TLSNone), nil)
	for name, c := range map[string]struct {
		do   func(op, users *Plan) error
		want error
	}{
		"twice":       {func(op, _ *Plan) error { _, err := op.AddUser("CHAT", spec.User{Name: "alice"}); return err }, spec.ErrInvalid},
		"name":        {func(op, _ *Plan) error { _, err := op.AddUser("CHAT", spec.User{Name: "../x"}); return err }, spec.ErrInvalid},
		"no account":  {func(op, _ *Plan) error { _, err := op.AddUser("NOPE", spec.User{Name: "x"}); return err }, ErrUser},
		"system":      {func(op, _ *Plan) error { _, err := op.AddUser("SYS", spec.User{Name: "x"}); return err }, ErrUser},
		"no role":     {func(op, _ *Plan) error { _, err := op.AddUser("CHAT", spec.User{Name: "x", Role: "r"}); return err }, spec.ErrInvalid},
		"mode":        {func(_, users *Plan) error { _, err := users.AddUser("CHAT", spec.User{Name: "x"}); return err }, spec.ErrInvalid},
		"revoke none": {func(op, _ *Plan) error { _, err := op.Revoke("x"); return err }, ErrUser},
		"revoke sys":  {func(op, _ *Plan) error { _, err := op.Revoke("sys"); return err }, spec.ErrInvalid},
		"revoke mode": {func(_, users *Plan) error { _, err := users.Revoke("alice"); return err }, spec.ErrInvalid},
	} {
		a, b := op, users
		if err := c.do(&a, &b); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
		if !cmp.Equal(a.Spec, op.Spec, cmpopts.EquateEmpty()) || len(a.Identities) != len(op.Identities) || a.Trust != op.Trust || len(b.Identities) != len(users.Identities) {
			t.Errorf("%s: the plan was changed", name)
		}
	}
}
