package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/conf"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/plan/plantest"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// chartKeys are the keys of the official chart's values that an export may use, from helm/charts/nats/values.yaml of
// https://github.com/nats-io/k8s (chart 2.x, image 2.14). Below a key that ends in .* the text is the servers' own, or names
// of our choice.
func chartKeys() []string {
	return []string{
		"fullnameOverride", "tlsCA.enabled", "tlsCA.secretName",
		"config.cluster.enabled", "config.cluster.replicas", "config.cluster.merge.*",
		"config.cluster.tls.enabled", "config.cluster.tls.secretName",
		"config.jetstream.enabled", "config.jetstream.fileStore.pvc.size", "config.jetstream.merge.*",
		"config.jetstream.memoryStore.enabled", "config.jetstream.memoryStore.maxSize",
		"config.nats.tls.enabled", "config.nats.tls.secretName", "config.nats.tls.merge.*",
		"config.leafnodes.enabled", "config.leafnodes.merge.*",
		"config.leafnodes.tls.enabled", "config.leafnodes.tls.secretName", "config.leafnodes.tls.merge.*",
		"config.gateway.enabled", "config.gateway.merge.*", "config.gateway.tls.enabled", "config.gateway.tls.secretName",
		"config.websocket.enabled", "config.websocket.tls.enabled", "config.websocket.tls.secretName", "config.websocket.tls.merge.*",
		"config.mqtt.enabled", "config.mqtt.tls.enabled", "config.mqtt.tls.secretName", "config.mqtt.tls.merge.*",
		"config.monitor.enabled", "config.resolver.enabled", "config.resolver.merge.*",
		"config.merge.*", "container.env.*", "container.patch", "podTemplate.patch",
	}
}

// keysOf are the paths of all values of a document, as chartKeys has them.
func keysOf(prefix string, v any) []string {
	m, ok := v.(map[string]any)
	if slices.Contains(chartKeys(), prefix+".*") {
		return []string{prefix + ".*"}
	}
	if !ok {
		return []string{prefix}
	}
	var out []string
	for _, key := range slices.Sorted(maps.Keys(m)) {
		out = append(out, keysOf(strings.TrimPrefix(prefix+"."+key, "."), m[key])...)
	}
	return out
}

// TestHelmKeys finds each value of an export for Kubernetes among those that the chart knows: it ignores others in silence.
func TestHelmKeys(t *testing.T) {
	t.Parallel()
	for _, auth := range spec.AuthModes() {
		for _, mode := range spectest.TLSModes() {
			for shape := range spectest.Shapes() {
				sp := spectest.Secured(shape, auth, mode)
				sp.Name = "k"
				p, err := plan.New(spectest.Must(sp.Complete()), t.TempDir(), func(int, int, plan.Role) int { return 1 }, nil)
				if err != nil {
					t.Fatal(err)
				}
				files, err := exported{p}.export(Helm, false)
				if err != nil {
					t.Fatal(err)
				}
				for name, text := range files {
					var v any
					if !strings.HasSuffix(name, ".values.yaml") {
						continue
					}
					if err := yaml.Unmarshal([]byte(text), &v); err != nil {
						t.Errorf("%s: %v", name, err)
					}
					for _, key := range keysOf("", v) {
						if !slices.Contains(chartKeys(), key) {
							t.Errorf("%s/%s/%s: the chart has no value %s", shape, auth, mode, key)
						}
					}
				}
			}
		}
	}
}

// released are the values of all releases of an export with secrets, and the variables of their environment.
func released(t failer, p plan.Plan) (all map[string]values, env map[string]string) {
	t.Helper()
	files, err := exported{p}.export(Helm, true)
	if err != nil {
		t.Fatal(err)
	}
	all, env = map[string]values{}, map[string]string{}
	for name, text := range files {
		var v values
		switch release, is := strings.CutSuffix(name, ".values.yaml"); {
		case is:
			if err := yaml.Unmarshal([]byte(text), &v); err != nil {
				t.Fatal(err)
			}
			all[release] = v
		case name == "secret.yaml":
			var s struct{ StringData map[string]string }
			if err := yaml.Unmarshal([]byte(text), &s); err != nil {
				t.Fatal(err)
			}
			env = s.StringData
		}
	}
	return all, env
}

// failer is a test, or one drawn by rapid.
type failer interface {
	Helper()
	Errorf(format string, args ...any)
	Fatal(args ...any)
}

// refRE is a variable in the values of the chart, which takes it out of its quotes.
var refRE = regexp.MustCompile(`"<< \$([A-Z0-9_]+) >>"`)

// rawJSON is a value as the chart writes it: "<" and ">" as they are.
func rawJSON(t failer, v any) string {
	t.Helper()
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// rights are what each user may do, by account and name or key, as a server reads it.
func rights(t failer, text string) map[string]string {
	t.Helper()
	o := &server.Options{}
	if err := o.ProcessConfigString(text); err != nil {
		t.Fatal(err)
	}
	side := func(s *server.SubjectPermission) string {
		if s == nil {
			return "all"
		}
		return fmt.Sprint(s.Allow, s.Allow == nil, s.Deny)
	}
	out := map[string]string{"no_auth_user": o.NoAuthUser, "system": o.SystemAccount}
	add := func(key string, p *server.Permissions) {
		out[key] = "all all"
		if p != nil {
			out[key] = side(p.Publish) + " " + side(p.Subscribe)
		}
	}
	for _, u := range o.Users {
		add(u.Account.Name+" "+u.Username+" "+u.Password, u.Permissions)
	}
	for _, u := range o.Nkeys {
		add(u.Account.Name+" "+u.Nkey, u.Permissions)
	}
	return out
}

// TestHelmGivesTheSameRights reads the accounts of a release as its servers do: every user has the secret and the permissions that
// it has locally, and what accounts export and import is the same.
func TestHelmGivesTheSameRights(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := spectest.Draw(t)
		if s.Auth == spec.AuthOperator {
			s.Auth, s.Accounts = spec.AuthUsers, spectest.Chat()
			s.Leafs = nil
		}
		s.TLS = spec.TLS{}
		p, err := plan.New(spectest.Must(s.Complete()), "/dir", plantest.Port, nil)
		if err != nil {
			t.Fatal(err)
		}
		local := spectest.Must(conf.Parse(p.Config(p.Nodes[0])))
		all, env := released(t, p)
		for name, v := range all {
			merge := v["config"].(values)["merge"].(values)
			delete(merge, "leafnodes")
			text := refRE.ReplaceAllStringFunc(rawJSON(t, merge), func(ref string) string {
				value, ok := env[refRE.FindStringSubmatch(ref)[1]]
				if !ok {
					t.Fatal("no variable ", ref)
				}
				return value
			})
			want := values{}
			for _, key := range []string{"accounts", "system_account", "no_auth_user"} {
				if local[key] != nil {
					want[key] = local[key]
				}
			}
			here := rights(t, rawJSON(t, want))
			if d := cmp.Diff(here, rights(t, text)); d != "" {
				t.Fatalf("%s: %s", name, d)
			}
			there := spectest.Must(conf.Parse(text))
			for account, a := range local["accounts"].(values) {
				for _, key := range []string{"exports", "imports", "jetstream"} {
					if d := cmp.Diff(a.(values)[key], there["accounts"].(values)[account].(values)[key]); d != "" {
						t.Fatalf("%s: %s of %s: %s", name, key, account, d)
					}
				}
			}
		}
	})
}

// TestHelmLinks is the exact values of what connects releases.
func TestHelmLinks(t *testing.T) {
	t.Parallel()
	s := spectest.Everything(spec.AuthUsers, spec.TLSMutual)
	s.Name, s.Clusters[0].Name, s.Leafs[1].Remote = "My_nats", "East_nats", "East_nats"
	p := plantest.Of(t, s)
	all, env := released(t, p)
	if got := slices.Sorted(maps.Keys(all)); !slices.Equal(got, []string{"east-nats", "edge-1", "edge-2", "rim", "west"}) {
		t.Fatalf("releases %v", got)
	}
	link, secret := p.Link, "nats-my-nats-tls"
	tls := func(merge values) values {
		out := values{"enabled": true, "secretName": secret}
		if merge != nil {
			out["merge"] = merge
		}
		return out
	}
	mapped := values{"verify_and_map": true}
	east := all["east-nats"]["config"].(values)
	for key, want := range map[string]values{
		"cluster": {"enabled": true, "replicas": 2.0, "tls": tls(nil), "merge": values{"name": "East_nats", "routes": "<< $ROUTES_EAST_NATS >>", "authorization": values{"user": "route", "password": "<< $LINK_PASSWORD >>"}}},
		"gateway": {"enabled": true, "tls": tls(nil), "merge": values{
			"name": "East_nats", "authorization": values{"user": "gateway", "password": "<< $LINK_PASSWORD >>"},
			"gateways": []any{values{"name": "west", "url": "<< $GATEWAY_WEST >>"}},
		}},
		"nats": {"tls": tls(mapped)}, "websocket": {"enabled": true, "tls": tls(mapped)}, "mqtt": {"enabled": true, "tls": tls(mapped)},
		"leafnodes": {"enabled": true, "tls": tls(values{"verify": true}), "merge": values{"authorization": values{"users": []any{values{"user": "leaf-PRESS", "password": "<< $LEAF_PRESS_PASSWORD >>", "account": "PRESS"}}}}},
	} {
		if key == "leafnodes" {
			want["merge"] = values{"authorization": values{"users": []any{values{"user": "leaf-CHAT", "password": "<< $LEAF_CHAT_PASSWORD >>", "account": "CHAT"}}}}
		}
		if d := cmp.Diff(want, east[key]); d != "" {
			t.Errorf("%s: %s", key, d)
		}
	}
	for name, want := range map[string]string{
		"LINK_PASSWORD":    fmt.Sprintf("%q", link),
		"ROUTES_EAST_NATS": fmt.Sprintf("[%q, %q]", "nats://route:"+link+"@east-nats-0.east-nats-headless:6222", "nats://route:"+link+"@east-nats-1.east-nats-headless:6222"),
		"GATEWAY_WEST":     fmt.Sprintf("%q", "nats://gateway:"+link+"@west-headless:7222"),
		"REMOTE_CHAT":      fmt.Sprintf("%q", "nats-leaf://leaf-CHAT:"+p.LinkIdentity("CHAT").Password+"@east-nats:7422"),
	} {
		if env[name] != want {
			t.Errorf("%s is %s, want %s", name, env[name], want)
		}
	}
	edge := all["edge-2"]["config"].(values)
	if edge["leafnodes"] != nil || edge["cluster"] != nil || edge["jetstream"].(values)["merge"].(values)["domain"] != "edge-2" {
		t.Errorf("a leaf node: %v", edge)
	}
	files := values{"cert_file": "/etc/nats-certs/nats/tls.crt", "key_file": "/etc/nats-certs/nats/tls.key", "ca_file": "/etc/nats-ca-cert/ca.crt"}
	want := values{"remotes": []any{values{"account": "SYS", "url": "<< $REMOTE_SYS >>", "tls": files}, values{"account": "PRESS", "url": "<< $REMOTE_PRESS >>", "tls": files}}}
	if d := cmp.Diff(want, edge["merge"].(values)["leafnodes"]); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]any{"leaf:edge", "rack:7"}, edge["merge"].(values)["server_tags"]); d != "" {
		t.Error(d)
	}
	if all["east-nats"]["fullnameOverride"] != "east-nats" {
		t.Errorf("%v", all["east-nats"]["fullnameOverride"])
	}
}

// TestHelmOperator writes the credentials of leaf nodes and of clients with secrets, and none without.
func TestHelmOperator(t *testing.T) {
	t.Parallel()
	p := plantest.Of(t, spectest.Everything(spec.AuthOperator, spec.TLSNone))
	for _, secrets := range []bool{true, false} {
		files, err := exported{p}.export(Helm, secrets)
		if err != nil {
			t.Fatal(err)
		}
		if has := strings.Contains(files["creds-secret.yaml"], "BEGIN NATS USER JWT"); has != secrets || !strings.Contains(files["creds-secret.yaml"], "leaf-CHAT.creds") {
			t.Errorf("secrets %v: %s", secrets, files["creds-secret.yaml"])
		}
		if _, has := files["creds/alice.creds"]; has != secrets {
			t.Errorf("secrets %v: credentials of a client %v", secrets, has)
		}
		if !strings.Contains(files["edge-1.values.yaml"], "secretName: nats-all-creds") || !strings.Contains(files["edge-1.values.yaml"], "credentials: /etc/nats-creds/leaf-PRESS.creds") {
			t.Errorf("%s", files["edge-1.values.yaml"])
		}
	}
}

// TestHelmRefusesNames that Kubernetes cannot tell apart.
func TestHelmRefusesNames(t *testing.T) {
	t.Parallel()
	p := plantest.Of(t, spec.Super(1, "East", "east"))
	if _, err := (exported{p}).export(Helm, false); !errors.Is(err, spec.ErrInvalid) || !strings.Contains(err.Error(), `the release "east"`) {
		t.Errorf("got %v", err)
	}
}

// TestHelmListsWhatIsMissing names in the README what is not carried over.
func TestHelmListsWhatIsMissing(t *testing.T) {
	t.Parallel()
	s := spectest.Everything(spec.AuthNKey, spec.TLSMutual)
	s.Faults, s.TLS.CA = true, spec.CAPerCluster
	text := spectest.Must(exported{plantest.Of(t, s)}.export(Helm, false))["README.md"]
	for _, words := range []string{
		"helm install edge-2 nats/nats -f edge-2.values.yaml", "Replace SET-ME", "- Ports:", "- Server names:", "- JetStream limits:", "- Faults:", "- Certificates:",
		"- Certificate authorities:", `The client certificate of user alice: issue one with the DNS name "alice"`, "The secret of user bob (creds/bob.nk)",
	} {
		if !strings.Contains(text, words) {
			t.Errorf("the README does not say %q", words)
		}
	}
}

// TestHelmVariablesAreApart gives users whose names differ in what a variable cannot have, and leaf nodes of different clusters,
// variables of their own.
func TestHelmVariablesAreApart(t *testing.T) {
	t.Parallel()
	s := spec.Super(1, "east", "west").WithLeaf("edge", 1, "east").WithLeaf("rim", 1, "west")
	s.Accounts = []spec.Account{{Name: "APP", Users: []spec.User{{Name: "a-b"}, {Name: "a_b"}, {Name: "A-b"}}}}
	p := plantest.Of(t, s)
	all, env := released(t, p)
	for _, id := range p.Identities {
		if i := slices.IndexFunc(slices.Collect(maps.Values(env)), func(text string) bool { return text == plan.Quote(id.Password) }); i < 0 {
			t.Errorf("no variable has the password of %s", id.User)
		}
	}
	text := func(release string) string {
		remotes := all[release]["config"].(values)["merge"].(values)["leafnodes"].(values)["remotes"].([]any)
		return env[refRE.FindStringSubmatch(fmt.Sprintf("%q", remotes[1].(values)["url"]))[1]]
	}
	if !strings.Contains(text("edge"), "@east:7422") || !strings.Contains(text("rim"), "@west:7422") {
		t.Errorf("edge connects to %s, rim to %s", text("edge"), text("rim"))
	}
}
