package export

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// values is a part of the values of the official chart (nats/nats 1.x of https://nats-io.github.io/k8s).
type values = map[string]any

// release is one Helm release: a cluster, or one leaf node.
type release struct {
	name  string // a valid Kubernetes name, also that of its service
	group string // the cluster or leaf group
	nodes int
	leaf  *spec.Leaf
	node  string // of a leaf node: its name in the plan
}

// headless returns the host name of all pods of a release, also those that are not ready: JetStream servers are ready only when
// they have found each other.
func (r release) headless() string { return r.name + "-headless" }

// releases returns all releases of the plan, and an error if two would have the same Kubernetes name.
func (p exported) releases() ([]release, error) {
	var out []release
	for _, c := range p.Spec.Clusters {
		out = append(out, release{name: helmName(c.Name), group: c.Name, nodes: c.Nodes})
	}
	for _, n := range p.Nodes {
		if n.Leaf != nil {
			out = append(out, release{name: helmName(n.Name), group: n.Cluster, nodes: 1, leaf: n.Leaf, node: n.Name})
		}
	}
	seen := map[string]string{}
	for _, r := range out {
		if other, ok := seen[r.name]; ok {
			return nil, spec.Errorf("%s and %s would both be the release %q: Kubernetes knows lower case only", other, cmp.Or(r.node, r.group), r.name)
		}
		seen[r.name] = cmp.Or(r.node, r.group)
	}
	return out, nil
}

// helmName converts a name to a valid Kubernetes name.
func helmName(name string) string {
	return strings.Trim(strings.ReplaceAll(strings.ToLower(name), "_", "-"), "-")
}

// exportHelm returns the values of each release, and what else Kubernetes needs.
func (p exported) exportHelm(secrets bool) (map[string]string, error) {
	all, err := p.releases()
	if err != nil {
		return nil, err
	}
	out, env := map[string]string{"README.md": p.helmReadme(all, secrets)}, values{}
	for _, r := range all {
		if err := putYAML(out, r.name+".values.yaml", p.helmValues(r, env)); err != nil {
			return nil, err
		}
	}
	if !secrets {
		for name := range env {
			env[name] = p.masked(env[name].(string))
		}
	}
	if err := p.helmCredentials(out, secrets); err != nil {
		return nil, err
	}
	return out, putYAML(out, "secret.yaml", secretOf(p.helmSecret(), env))
}

func secretOf(name string, data values) values {
	return values{"apiVersion": "v1", "kind": "Secret", "metadata": values{"name": name}, "type": "Opaque", "stringData": data}
}

// helmCredentials adds the credentials of leaf nodes, as a secret, and those of clients, as files.
func (p exported) helmCredentials(out map[string]string, secrets bool) error {
	leafs := values{}
	for _, id := range p.LeafUsers {
		if id.Creds != "" {
			leafs[id.User+".creds"] = map[bool]string{true: id.Secret, false: SetMe}[secrets]
		}
	}
	for _, id := range p.Identities {
		if file := id.Creds + id.Seed; file != "" && secrets { // never both are set
			out["creds/"+filepath.Base(file)] = id.Secret
		}
	}
	if len(leafs) == 0 {
		return nil
	}
	return putYAML(out, "creds-secret.yaml", secretOf(p.helmSecret()+"-creds", leafs))
}

func putYAML(out map[string]string, name string, v any) error {
	text, err := yaml.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	out[name] = string(text)
	return nil
}

func (p exported) helmSecret() string { return "nats-" + helmName(p.Spec.Name) }

// variables are the environment variables of the servers: of all releases, since they share one secret, and of one release.
type variables struct{ all, own values }

// ref returns the reference to a variable in the chart's configuration; its value is quoted, because a server would read one that
// begins with a digit as a number.
func (v variables) ref(name, value string) string { return v.raw(name, plan.Quote(value)) }

// raw is ref for a value in configuration syntax. If another value has the name of the variable, a number is appended.
func (v variables) raw(name, text string) string {
	base := strings.ToUpper(strings.NewReplacer("-", "_", ".", "_").Replace(name))
	name = base
	for i := 2; v.all[name] != nil && v.all[name] != text; i++ {
		name = fmt.Sprintf("%s_%d", base, i)
	}
	v.all[name], v.own[name] = text, text
	return "<< $" + name + " >>"
}

// helmValues returns the values of one release.
func (p exported) helmValues(r release, env values) values {
	used := variables{env, values{}}
	config := values{"monitor": values{"enabled": true}, "nats": values{"tls": p.helmTLS(plainClients)}, "merge": p.helmAccounts(used)}
	config["merge"].(values)["server_tags"] = p.tagsOf(r)
	if !p.Spec.NoJetStream {
		js := values{"enabled": true, "fileStore": values{"pvc": values{"size": "10Gi"}}, "memoryStore": values{"enabled": true, "maxSize": "256Mi"}}
		if len(p.Spec.Leafs) > 0 {
			js["merge"] = values{"domain": cmp.Or(r.node, "hub")}
		}
		config["jetstream"] = js
	}
	if p.Trust != nil {
		config["resolver"] = values{"enabled": true, "merge": values{"type": "full", "allow_delete": true, "interval": "2m"}}
	}
	v := values{"fullnameOverride": r.name, "config": config}
	if r.leaf != nil {
		p.helmRemotes(v, r, used)
	} else {
		p.helmLinks(config, r, used)
	}
	if p.Spec.TLS.Enabled() {
		v["tlsCA"] = values{"enabled": true, "secretName": p.helmSecret() + "-tls"}
	}
	refs := values{}
	for name := range used.own {
		refs[name] = values{"valueFrom": values{"secretKeyRef": values{"name": p.helmSecret(), "key": name}}}
	}
	container(v)["env"] = refs
	return v
}

// container returns the values of the server's container.
func container(v values) values {
	if v["container"] == nil {
		v["container"] = values{}
	}
	return v["container"].(values)
}

// tagsOf returns the server tags of a release.
func (p exported) tagsOf(r release) []string {
	for _, n := range p.Nodes {
		if n.Cluster == r.group {
			return n.Tags
		}
	}
	return nil
}

// The kinds of peers of a TLS listener.
const (
	plainClients = "clients" // with mutual TLS they present a certificate, which may identify the user
	leafClients  = "leafs"   // with mutual TLS they present a certificate
	peers        = "peers"   // servers always require a certificate of each other
)

// helmTLS returns the TLS values of a listener. The chart mounts the same secret for each.
func (p exported) helmTLS(who string) values {
	if !p.Spec.TLS.Enabled() {
		return values{"enabled": false}
	}
	tls := values{"enabled": true, "secretName": p.helmSecret() + "-tls"}
	switch {
	case who == plainClients && p.MapsCertificates():
		tls["merge"] = values{"verify_and_map": true}
	case who != peers && p.Spec.TLS.Mode == spec.TLSMutual:
		tls["merge"] = values{"verify": true}
	}
	return tls
}

// helmLinks adds the routes, gateways and listeners of a cluster.
func (p exported) helmLinks(config values, r release, used variables) {
	c := p.Spec.Cluster(r.group)
	config["websocket"] = values{"enabled": c.Websocket, "tls": p.helmTLS(plainClients)}
	config["mqtt"] = values{"enabled": c.MQTT, "tls": p.helmTLS(plainClients)}
	if p.Spec.CoreNodes() > 1 {
		var routes []string
		for i := range r.nodes {
			routes = append(routes, p.helmURL("nats", "route", fmt.Sprintf("%s-%d.%s:6222", r.name, i, r.headless())))
		}
		config["cluster"] = values{"enabled": true, "replicas": r.nodes, "tls": p.helmTLS(peers), "merge": values{
			"name": r.group, "authorization": p.helmPeer("route", used), "routes": used.raw("ROUTES_"+r.group, "["+plan.QuoteList(routes)+"]"),
		}}
	}
	if len(p.Spec.Clusters) > 1 {
		var others []values
		for _, o := range p.Spec.Clusters {
			if o.Name != r.group {
				url := p.helmURL("nats", "gateway", release{name: helmName(o.Name)}.headless()+":7222")
				others = append(others, values{"name": o.Name, "url": used.ref("GATEWAY_"+o.Name, url)})
			}
		}
		config["gateway"] = values{"enabled": true, "tls": p.helmTLS(peers), "merge": values{"name": r.group, "authorization": p.helmPeer("gateway", used), "gateways": others}}
	}
	if accounts := p.LeafAccounts(r.group); len(accounts) > 0 {
		leafs := values{"enabled": true, "tls": p.helmTLS(leafClients)}
		if p.Trust == nil {
			var users []values
			for _, a := range accounts {
				id := p.LinkIdentity(a)
				users = append(users, values{"user": id.User, "password": used.ref(id.User+"_PASSWORD", id.Password), "account": a})
			}
			leafs["merge"] = values{"authorization": values{"users": users}}
		}
		config["leafnodes"] = leafs
	}
}

// helmURL returns the URL by which servers connect to others, with the password of links.
func (p exported) helmURL(scheme, user, host string) string {
	return scheme + "://" + user + ":" + p.Link + "@" + host
}

// helmPeer returns the user and password of links between servers.
func (p exported) helmPeer(user string, used variables) values {
	return values{"user": user, "password": used.ref("LINK_PASSWORD", p.Link)}
}

// helmRemotes adds the remotes of a leaf node. It does not accept leaf nodes itself, as in the local cluster.
func (p exported) helmRemotes(v values, r release, used variables) {
	var remotes []values
	creds := false
	for _, a := range r.leaf.Accounts() {
		id := p.LinkIdentity(a)
		host := helmName(r.leaf.Remote) + ":7422"
		remote := values{"account": p.AccountName(a), "url": "nats-leaf://" + host}
		if id.Password != "" {
			remote["url"] = used.ref("REMOTE_"+a, "nats-leaf://"+id.User+":"+id.Password+"@"+host)
		} else {
			remote["credentials"], creds = "/etc/nats-creds/"+id.User+".creds", true
		}
		if p.Spec.TLS.Enabled() {
			remote["tls"] = values{"cert_file": "/etc/nats-certs/nats/tls.crt", "key_file": "/etc/nats-certs/nats/tls.key", "ca_file": "/etc/nats-ca-cert/ca.crt"}
		}
		remotes = append(remotes, remote)
	}
	v["config"].(values)["merge"].(values)["leafnodes"] = values{"remotes": remotes}
	if creds {
		volume := values{"name": "leaf-creds", "secret": values{"secretName": p.helmSecret() + "-creds"}}
		v["podTemplate"] = values{"patch": []values{{"op": "add", "path": "/spec/volumes/-", "value": volume}}}
		container(v)["patch"] = []values{{"op": "add", "path": "/volumeMounts/-", "value": values{"name": "leaf-creds", "mountPath": "/etc/nats-creds"}}}
	}
}

// helmAccounts returns the accounts, or the operator settings for AuthOperator.
func (p exported) helmAccounts(used variables) values {
	if p.Trust != nil {
		preload := values{}
		for _, a := range p.Trust.Accounts {
			preload[a.ID] = a.JWT
		}
		return values{"operator": p.Trust.JWT, "system_account": p.AccountName(spec.SystemAccount), "resolver_preload": preload}
	}
	accounts := values{spec.SystemAccount: values{"users": p.helmUsers(spec.Account{Users: []spec.User{{Name: spec.SystemUser}}}, used)}}
	for _, a := range p.Spec.Accounts {
		v := values{"users": p.helmUsers(a, used)}
		if !p.Spec.NoJetStream && !a.NoJetStream {
			v["jetstream"] = "enabled"
		}
		var exports, imports []values
		for _, x := range a.Exports {
			if x.Service != "" {
				exports = append(exports, values{"service": x.Service, "response_type": "stream"})
			} else {
				exports = append(exports, values{"stream": x.Stream})
			}
		}
		for _, im := range a.Imports {
			from := values{"account": im.From, "subject": im.Stream + im.Service}
			kind := map[bool]string{true: "service", false: "stream"}[im.Service != ""]
			imports = append(imports, values{kind: from, "to": cmp.Or(im.To, im.Stream+im.Service)})
		}
		put(v, "exports", exports)
		put(v, "imports", imports)
		accounts[a.Name] = v
	}
	out := values{"system_account": spec.SystemAccount, "accounts": accounts}
	if p.Spec.Auth == spec.AuthNone {
		out["no_auth_user"] = p.Identities[1].User
	}
	return out
}

func put(v values, key string, list []values) {
	if len(list) > 0 {
		v[key] = list
	}
}

func (p exported) helmUsers(a spec.Account, used variables) []values {
	var out []values
	for _, u := range a.Users {
		id, _ := p.Find(u.Name)
		v := values{}
		switch {
		case id.Public != "":
			v["nkey"] = id.Public
		case id.Password != "":
			v["user"], v["password"] = u.Name, used.ref(u.Name+"_PASSWORD", id.Password)
		default:
			v["user"] = u.Name
		}
		if !u.IsEmpty() {
			v["permissions"] = helmPermissions(u.Permissions)
		}
		out = append(out, v)
	}
	return out
}

// helmPermissions omits empty permissions: an empty list of allowed subjects would allow none.
func helmPermissions(p spec.Permissions) values {
	out := values{}
	for key, lists := range map[string][2][]string{"publish": {p.Pub, p.DenyPub}, "subscribe": {p.Sub, p.DenySub}} {
		side := values{}
		for i, what := range []string{"allow", "deny"} {
			if len(lists[i]) > 0 {
				side[what] = lists[i]
			}
		}
		if len(side) > 0 {
			out[key] = side
		}
	}
	return out
}
