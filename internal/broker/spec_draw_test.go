package broker

import (
	"fmt"
	"slices"

	"pgregory.net/rapid"
)

// draw draws specifications. Names in one of them are unique, and no name is that of a node.
type draw struct {
	*rapid.T
	names int
}

// drawSpec draws a valid specification with everything that one can have.
func drawSpec(t *rapid.T) Spec {
	d := &draw{T: t}
	s := Spec{Name: d.name("n"), Auth: AuthMode(rapid.SampledFrom(AuthModes()).Draw(t, "auth")), Faults: d.yes(), TLS: d.tls()}
	for range rapid.IntRange(1, 3).Draw(t, "clusters") {
		s.Clusters = append(s.Clusters, ClusterSpec{
			Name: d.name("c"), Nodes: rapid.IntRange(1, 3).Draw(t, "nodes"), Tags: d.list("zone:[a-z]{1,4}"), Websocket: d.yes(), MQTT: d.yes(),
		})
	}
	s.Accounts = d.accounts(s.Auth)
	for range rapid.IntRange(0, 2).Draw(t, "leafs") {
		s.Leafs = append(s.Leafs, LeafSpec{
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

func (d *draw) tls() TLSSpec {
	t := TLSSpec{Mode: rapid.SampledFrom([]TLSMode{"", TLSNone, TLSServer, TLSMutual}).Draw(d.T, "tls")}
	if t.on() {
		t.CA = rapid.SampledFrom([]CAMode{"", CAShared, CAPerCluster}).Draw(d.T, "ca")
		t.Validity = rapid.SampledFrom([]string{"", "720h", "1h30m"}).Draw(d.T, "validity")
	}
	return t
}

func (d *draw) permissions() Permissions {
	const subject = `[a-z]{1,3}(\.[a-z]{1,3}){0,2}(\.\*|\.>)?`
	return Permissions{Pub: d.list(subject), Sub: d.list(subject), DenyPub: d.list(subject), DenySub: d.list(subject)}
}

func (d *draw) accounts(auth AuthMode) []Account {
	var out []Account
	for range rapid.IntRange(1, 3).Draw(d.T, "accounts") {
		a := Account{Name: d.name("A"), NoJetStream: d.yes()}
		if auth == AuthOperator && d.yes() {
			a.SigningKeys = []SigningKey{{Role: d.name("r"), Permissions: d.permissions()}}
		}
		for range rapid.IntRange(1, 3).Draw(d.T, "users") {
			u := User{Name: d.name("u"), Permissions: d.permissions()}
			if len(a.SigningKeys) > 0 && d.yes() {
				u.Role, u.Permissions = a.SigningKeys[0].Role, Permissions{}
			}
			a.Users = append(a.Users, u)
		}
		a.Exports = slices.Repeat([]Export{{Service: d.name("svc.")}, {Stream: d.name("str.")}}, rapid.IntRange(0, 1).Draw(d.T, "exports"))
		for _, other := range out {
			for _, x := range other.Exports {
				im := Import{Stream: x.Stream, Service: x.Service, From: other.Name}
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
