package clustercmd

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/cli"
	natsctx "github.com/natsctl/natsctl/internal/context"
)

// surroundings is a console with an empty store of contexts.
func surroundings(t *testing.T) (*cli.Env, *natsctx.Store) {
	t.Helper()
	dir := t.TempDir()
	e := &cli.Env{Getenv: func(name string) string {
		return map[string]string{"HOME": dir, "XDG_CONFIG_HOME": dir}[name]
	}}
	store, err := e.Store()
	if err != nil {
		t.Fatal(err)
	}
	return e, store
}

// twoUsers is a cluster with a system user and two others.
func twoUsers() broker.Record {
	return broker.Record{
		Name: "mm", Nodes: []broker.Place{{Name: "mm-1", Cluster: "mm", ClientURL: "nats://127.0.0.1:4301"}},
		Identities: []plan.Identity{
			{Account: "SYS", User: "sys", Password: "p0"}, {Account: "APP", User: "app", Password: "p1"}, {Account: "APP", User: "web", Password: "p2"},
		},
	}
}

// TestContextsOfOthersStay makes the contexts of a cluster, and neither plans to
// write over one that is not of it nor removes one.
func TestContextsOfOthersStay(t *testing.T) {
	e, store := surroundings(t)
	r := twoUsers()
	want := []string{"mm", "mm-sys", "mm-web"}
	names, err := planContexts(e, r)
	if err != nil || !slices.Equal(names, want) {
		t.Fatalf("%q, %v", names, err)
	}
	foreign := &natsctx.Context{Name: "mm-web", Settings: natsctx.Settings{URL: "nats://mine.example.net"}}
	if err := store.Create(foreign); err != nil {
		t.Fatal(err)
	}
	if names, err := planContexts(e, r); !errors.Is(err, natsctx.ErrExists) || !strings.Contains(err.Error(), `"mm-web"`) {
		t.Errorf("one is not of this cluster: %q, %v", names, err)
	}
	r.Contexts = want
	if names, err := planContexts(e, r); err != nil || !slices.Equal(names, want) {
		t.Errorf("all are of this cluster: %q, %v", names, err)
	}
	if err := makeContexts(e, r); err != nil {
		t.Fatal(err)
	}
	for name, user := range map[string]string{"mm": "app", "mm-sys": "sys", "mm-web": "web"} {
		c, err := store.Load(name)
		if err != nil || c.User != user || c.URL != "nats://127.0.0.1:4301" || c.Password != map[string]string{"app": "p1", "sys": "p0", "web": "p2"}[user] {
			t.Errorf("%s: %v, %v", name, c, err)
		}
	}
	if err := store.Create(&natsctx.Context{Name: "other", Settings: natsctx.Settings{URL: "nats://b"}}); err != nil {
		t.Fatal(err)
	}
	if err := removeContexts(e, []string{"mm", "gone", "mm-sys"}); err != nil {
		t.Errorf("one is gone already: %v", err)
	}
	if left, err := store.Names(); err != nil || !slices.Equal(left, []string{"mm-web", "other"}) {
		t.Errorf("left: %q, %v", left, err)
	}
	if err := store.Select("mm-web"); err != nil {
		t.Fatal(err)
	}
	if err := removeContexts(e, []string{"../x", "mm-web"}); err == nil || store.Known("mm-web") == nil {
		t.Errorf("the first cannot be removed, the second is the selected one: %v", err)
	}
}

// TestVariablesHoldSecretsWhenAsked prints what proves an identity with
// --show-secrets only, and that of the user that was named.
func TestVariablesHoldSecretsWhenAsked(t *testing.T) {
	r := twoUsers()
	r.Identities[2] = plan.Identity{Account: "APP", User: "web", Seed: "/s/web.nk", Creds: "/s/web.creds", CA: "/s/ca.pem", Cert: "/s/web.pem", Key: "/s/web.key"}
	for _, tt := range []struct {
		user    string
		secrets bool
		want    string
	}{
		{"", false, "NATS_CONTEXT=mm"},
		{"app", false, "NATS_CONTEXT=mm"},
		{"sys", false, "NATS_CONTEXT=mm-sys"},
		{"", true, "NATS_CONTEXT=mm NATS_URL=nats://127.0.0.1:4301 NATS_USER=app NATS_PASSWORD=p1"},
		{"sys", true, "NATS_CONTEXT=mm-sys NATS_URL=nats://127.0.0.1:4301 NATS_USER=sys NATS_PASSWORD=p0"},
		{"web", true, "NATS_CONTEXT=mm-web NATS_URL=nats://127.0.0.1:4301 NATS_NKEY=/s/web.nk NATS_CREDS=/s/web.creds NATS_CA=/s/ca.pem NATS_CERT=/s/web.pem NATS_KEY=/s/web.key"},
	} {
		vars, err := (&clusterEnv{secrets: tt.secrets}).vars(r, tt.user)
		var got []string
		for _, v := range vars {
			got = append(got, v[0]+"="+v[1])
		}
		if err != nil || strings.Join(got, " ") != tt.want {
			t.Errorf("%q, %v: %q, %v, want %q", tt.user, tt.secrets, got, err, tt.want)
		}
	}
	if vars, err := (&clusterEnv{}).vars(r, "nobody"); !errors.Is(err, plan.ErrUser) || len(vars) > 0 {
		t.Errorf("an unknown user: %q, %v", vars, err)
	}
}
