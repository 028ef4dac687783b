package plan

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/conf"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// TestConfigOfPermissions writes each list where it belongs, and none that is empty: an
// empty list of allowed subjects would allow none.
func TestConfigOfPermissions(t *testing.T) {
	t.Parallel()
	type block = map[string]any
	list := func(subjects ...any) []any { return subjects }
	for name, tc := range map[string]struct {
		p    spec.Permissions
		want any
	}{
		"none":              {spec.Permissions{}, nil},
		"publish":           {spec.Permissions{Pub: []string{"a"}}, block{"publish": block{"allow": list("a")}}},
		"not publish":       {spec.Permissions{DenyPub: []string{"b", "c"}}, block{"publish": block{"deny": list("b", "c")}}},
		"subscribe":         {spec.Permissions{Sub: []string{"d"}}, block{"subscribe": block{"allow": list("d")}}},
		"not subscribe":     {spec.Permissions{DenySub: []string{"e"}}, block{"subscribe": block{"deny": list("e")}}},
		"publish, not read": {spec.Permissions{Pub: []string{"a"}, DenySub: []string{"e"}}, block{"publish": block{"allow": list("a")}, "subscribe": block{"deny": list("e")}}},
		"everything": {
			spec.Permissions{Pub: []string{"a"}, DenyPub: []string{"b", "c"}, Sub: []string{"d", "f", "g"}, DenySub: []string{"e"}},
			block{"publish": block{"allow": list("a"), "deny": list("b", "c")}, "subscribe": block{"allow": list("d", "f", "g"), "deny": list("e")}},
		},
	} {
		w := &confWriter{}
		permissions(w, tc.p)
		c, err := conf.Parse(w.b.String())
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(tc.want, c["permissions"]); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

// TestDeletedUsersAreNotKept: a user of the specification that the next one does not have
// is deleted. Only those are kept that were added one by one.
func TestDeletedUsersAreNotKept(t *testing.T) {
	t.Parallel()
	sp := spectest.Everything(spec.AuthOperator, spec.TLSNone)
	p := drawn(t, sp, nil)
	if _, err := p.AddUser("CHAT", spec.User{Name: "carol"}); err != nil {
		t.Fatal(err)
	}
	next := spectest.Must(sp.Complete())
	next.Accounts = slices.Clone(next.Accounts)
	next.Accounts[0].Users = next.Accounts[0].Users[:1]
	kept := p.KeepAdded(next)
	var got []string
	for _, u := range kept.Accounts[0].Users {
		got = append(got, u.Name)
	}
	if !slices.Equal(got, []string{"alice", "carol"}) {
		t.Errorf("users %v", got)
	}
	if id, ok := drawn(t, kept, &p).Find("bob"); ok {
		t.Errorf("bob still has the identity %s", id.Public)
	}
}
