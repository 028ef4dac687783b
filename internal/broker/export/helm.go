package export

import (
	"cmp"
	"fmt"
	"strings"

	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// values is a part of the values of the official chart (nats/nats 1.x of https://nats-io.github.io/k8s).
type values = map[string]any

// exportHelm is the values of a release for each cluster and leaf group, and what else Kubernetes needs.
func (p exported) exportHelm(secrets bool) (map[string]string, error) {
	out := map[string]string{"README.md": p.helmReadme()}
	env := values{}
	for _, c := range p.Spec.Clusters {
		v := p.helmValues(c.Name, c.Nodes, nil, env)
		v["config"].(values)["websocket"] = values{"enabled": c.Websocket}
		v["config"].(values)["mqtt"] = values{"enabled": c.MQTT}
		if err := putYAML(out, c.Name+".values.yaml", v); err != nil {
			return nil, err
		}
	}
	for _, l := range p.Spec.Leafs {
		if err := putYAML(out, l.Name+".values.yaml", p.helmValues(l.Name, l.Count, &l, env)); err != nil {
			return nil, err
		}
	}
	if !secrets {
		for name := range env {
			env[name] = p.masked(env[name].(string))
		}
	}
	return out, putYAML(out, "secret.yaml", values{
		"apiVersion": "v1", "kind": "Secret", "metadata": values{"name": p.helmSecret()}, "type": "Opaque", "stringData": env,
	})
}

func putYAML(out map[string]string, name string, v any) error {
	text, err := yaml.Marshal(v)
	if err != nil {
		return fmt.Errorf("encode %s: %w", name, err)
	}
	out[name] = string(text)
	return nil
}

func (p exported) helmSecret() string { return "nats-" + strings.ToLower(p.Spec.Name) }

// helmRef is how the chart's configuration refers to a variable of its environment; its value goes into env, quoted, for a
// server would take one that begins with a digit for a number.
func helmRef(env values, name, value string) string {
	name = strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	env[name] = plan.Quote(value)
	return "<< $" + name + " >>"
}

// helmValues is the values of one release.
func (p exported) helmValues(name string, nodes int, leaf *spec.Leaf, env values) values {
	used := values{}
	config := values{
		"serverNamePrefix": name + "-",
		"cluster":          values{"enabled": nodes > 1, "replicas": nodes, "merge": values{"name": name}},
		"monitor":          values{"enabled": true},
		"merge":            p.helmAccounts(used),
	}
	if !p.Spec.NoJetStream {
		js := values{"enabled": true, "fileStore": values{"pvc": values{"size": "10Gi"}}, "memoryStore": values{"enabled": true, "maxSize": "256Mi"}}
		if len(p.Spec.Leafs) > 0 {
			domain := "hub"
			if leaf != nil {
				domain = leaf.Name
			}
			js["merge"] = values{"domain": domain}
		}
		config["jetstream"] = js
	}
	if p.Trust != nil {
		config["resolver"] = values{"enabled": true, "merge": values{"type": "full", "allow_delete": true, "interval": "2m"}}
	}
	if p.Spec.TLS.Enabled() {
		tls := values{"enabled": true, "secretName": p.helmSecret() + "-tls"}
		if p.Spec.TLS.Mode == spec.TLSMutual {
			tls["merge"] = values{"verify": true}
			if p.MapsCertificates() {
				tls["merge"] = values{"verify_and_map": true}
			}
		}
		config["nats"] = values{"tls": tls}
	}
	p.helmLinks(config, name, leaf, used)
	v := values{"config": config}
	if p.Spec.TLS.Enabled() {
		v["tlsCA"] = values{"enabled": true, "secretName": p.helmSecret() + "-tls"}
	}
	refs := values{}
	for name, value := range used {
		env[name] = value
		refs[name] = values{"valueFrom": values{"secretKeyRef": values{"name": p.helmSecret(), "key": name}}}
	}
	v["container"] = values{"env": refs}
	return v
}

// helmLinks is the gateways and leaf connections of a release.
func (p exported) helmLinks(config values, name string, leaf *spec.Leaf, used values) {
	if leaf != nil {
		var remotes []values
		for _, a := range leaf.Accounts() {
			id := p.LinkIdentity(a)
			r := values{"account": p.AccountName(a), "url": "nats-leaf://" + leaf.Remote + "-nats:7422"}
			if id.Password != "" {
				r["url"] = helmRef(used, "REMOTE_"+a, "nats-leaf://"+id.User+":"+id.Password+"@"+leaf.Remote+"-nats:7422")
			} else {
				r["credentials"] = "/etc/nats-creds/" + id.User + ".creds"
			}
			remotes = append(remotes, r)
		}
		config["leafnodes"] = values{"enabled": true, "merge": values{"remotes": remotes}}
		return
	}
	if len(p.Spec.Clusters) > 1 {
		var others []values
		for _, c := range p.Spec.Clusters {
			if c.Name != name {
				others = append(others, values{"name": c.Name, "url": "nats://" + c.Name + "-nats:7222"})
			}
		}
		config["gateway"] = values{"enabled": true, "merge": values{"name": name, "gateways": others}}
	}
	if accounts := p.LeafAccounts(name); len(accounts) > 0 {
		leafs := values{"enabled": true}
		if p.Trust == nil {
			var users []values
			for _, a := range accounts {
				id := p.LinkIdentity(a)
				users = append(users, values{"user": id.User, "password": helmRef(used, id.User+"_PASSWORD", id.Password), "account": a})
			}
			leafs["merge"] = values{"authorization": values{"users": users}}
		}
		config["leafnodes"] = leafs
	}
}

// helmAccounts is the accounts, or what a server needs to know of AuthOperator.
func (p exported) helmAccounts(used values) values {
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
			exports = append(exports, one("stream", x.Stream, "service", x.Service))
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

// one is the pair that has a value.
func one(k1, v1, k2, v2 string) values {
	if v1 != "" {
		return values{k1: v1}
	}
	return values{k2: v2}
}

func put(v values, key string, list []values) {
	if len(list) > 0 {
		v[key] = list
	}
}

func (p exported) helmUsers(a spec.Account, used values) []values {
	var out []values
	for _, u := range a.Users {
		id, _ := p.Find(u.Name)
		v := values{}
		switch {
		case id.Public != "":
			v["nkey"] = id.Public
		case id.Password != "":
			v["user"], v["password"] = u.Name, helmRef(used, u.Name+"_PASSWORD", id.Password)
		default:
			v["user"] = u.Name
		}
		if !u.IsEmpty() {
			v["permissions"] = values{"publish": values{"allow": u.Pub, "deny": u.DenyPub}, "subscribe": values{"allow": u.Sub, "deny": u.DenySub}}
		}
		out = append(out, v)
	}
	return out
}

func (p exported) helmReadme() string {
	var b strings.Builder
	fmt.Fprintf(&b, "# Cluster %s on Kubernetes\n\n    helm repo add nats https://nats-io.github.io/k8s/helm/charts/\n    kubectl apply -f secret.yaml\n", p.Spec.Name)
	for _, c := range p.Spec.Clusters {
		fmt.Fprintf(&b, "    helm install %s nats/nats -f %s.values.yaml\n", c.Name, c.Name)
	}
	for _, l := range p.Spec.Leafs {
		fmt.Fprintf(&b, "    helm install %s nats/nats -f %s.values.yaml\n", l.Name, l.Name)
	}
	fmt.Fprintf(&b, "\nAddresses are those of releases in one namespace. Put your own secrets in place of %s in secret.yaml.\n", SetMe)
	if p.Spec.TLS.Enabled() {
		fmt.Fprintf(&b, "TLS takes its files tls.crt, tls.key and ca.crt from the secret %s-tls, which cert-manager can make; routes, gateways and leaf connections are without TLS here.\n", p.helmSecret())
	}
	if p.Trust != nil {
		b.WriteString("Leaf nodes expect their credentials in /etc/nats-creds.\n")
	}
	return b.String()
}
