// Package spectest holds specifications for tests: drawn ones, and one with everything that a cluster can have. Only tests import
// it.
package spectest

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// draw draws specifications. Names in one of them are unique, and no name is that of a node.
type draw struct {
	*rapid.T
	names int
}

// Draw draws a valid specification with everything that one can have.
func Draw(t *rapid.T) spec.Spec {
	d := &draw{T: t}
	s := spec.Spec{Name: d.name("n"), Auth: spec.AuthMode(rapid.SampledFrom(spec.AuthModes()).Draw(t, "auth")), Faults: d.yes(), TLS: d.tls()}
	for range rapid.IntRange(1, 3).Draw(t, "clusters") {
		s.Clusters = append(s.Clusters, spec.Cluster{
			Name: d.name("c"), Nodes: rapid.IntRange(1, 3).Draw(t, "nodes"), Tags: d.list("zone:[a-z]{1,4}"), Websocket: d.yes(), MQTT: d.yes(),
		})
	}
	s.Accounts = d.accounts(s.Auth)
	for range rapid.IntRange(0, 2).Draw(t, "leafs") {
		s.Leafs = append(s.Leafs, spec.Leaf{
			Name: d.name("l"), Count: rapid.IntRange(1, 3).Draw(t, "count"), Remote: rapid.SampledFrom(s.Clusters).Draw(t, "remote").Name,
			Account: rapid.SampledFrom(s.Accounts).Draw(t, "bound").Name, Isolated: d.yes(), Tags: d.list("rack:[a-z]{1,4}"),
		})
	}
	if s.NoJetStream = d.yes(); s.NoJetStream {
		for i := range s.Clusters {
			s.Clusters[i].MQTT = false
		}
	}
	return s
}

func (d *draw) yes() bool { return rapid.Bool().Draw(d.T, "yes") }

func (d *draw) name(kind string) string {
	d.names++
	return fmt.Sprintf("%s%d%s", kind, d.names, rapid.StringMatching("[A-Za-z_-]{0,6}").Draw(d.T, "name"))
}

func (d *draw) list(pattern string) []string {
	return rapid.SliceOfNDistinct(rapid.StringMatching(pattern), 0, 2, rapid.ID[string]).Draw(d.T, "list")
}

func (d *draw) tls() spec.TLS {
	t := spec.TLS{Mode: rapid.SampledFrom([]spec.TLSMode{"", spec.TLSNone, spec.TLSServer, spec.TLSMutual}).Draw(d.T, "tls")}
	if t.Enabled() {
		t.CA = rapid.SampledFrom([]spec.CAMode{"", spec.CAShared, spec.CAPerCluster}).Draw(d.T, "ca")
		t.Validity = rapid.SampledFrom([]string{"", "720h", "1h30m"}).Draw(d.T, "validity")
	}
	return t
}

func (d *draw) permissions() spec.Permissions {
	const subject = `[a-z]{1,3}(\.[a-z]{1,3}){0,2}(\.\*|\.>)?`
	return spec.Permissions{Pub: d.list(subject), Sub: d.list(subject), DenyPub: d.list(subject), DenySub: d.list(subject)}
}

func (d *draw) accounts(auth spec.AuthMode) []spec.Account {
	var out []spec.Account
	for range rapid.IntRange(1, 3).Draw(d.T, "accounts") {
		a := spec.Account{Name: d.name("A"), NoJetStream: d.yes()}
		if auth == spec.AuthOperator && d.yes() {
			a.SigningKeys = []spec.SigningKey{{Role: d.name("r"), Permissions: d.permissions()}}
		}
		for range rapid.IntRange(1, 3).Draw(d.T, "users") {
			u := spec.User{Name: d.name("u"), Permissions: d.permissions()}
			if len(a.SigningKeys) > 0 && d.yes() {
				u.Role, u.Permissions = a.SigningKeys[0].Role, spec.Permissions{}
			}
			a.Users = append(a.Users, u)
		}
		a.Exports = slices.Repeat([]spec.Export{{Service: d.name("svc.")}, {Stream: d.name("str.")}}, rapid.IntRange(0, 1).Draw(d.T, "exports"))
		for _, other := range out {
			for _, x := range other.Exports {
				im := spec.Import{Stream: x.Stream, Service: x.Service, From: other.Name}
				if d.yes() {
					im.To = d.name("to.")
				}
				a.Imports = append(a.Imports, im)
			}
		}
		out = append(out, a)
	}
	return out
}
