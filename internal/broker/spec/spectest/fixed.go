package spectest

import "github.com/natsctl/natsctl/internal/broker/spec"

// Chat is two accounts: one offers a service and may say only some things, the other uses the service.
func Chat() []spec.Account {
	return []spec.Account{
		{
			Name: "CHAT", Users: []spec.User{{Name: "alice"}, {Name: "bob", Permissions: spec.Permissions{Pub: []string{"chat.>", "_INBOX.>"}, Sub: []string{"chat.>", "_INBOX.>"}}}},
			Exports: []spec.Export{{Service: "chat.help"}, {Stream: "chat.news"}},
		},
		{Name: "PRESS", Imports: []spec.Import{{Service: "chat.help", From: "CHAT", To: "help"}, {Stream: "chat.news", From: "CHAT"}}},
	}
}

// Shapes are all topologies, as small as they can be.
func Shapes() map[string]spec.Spec {
	return map[string]spec.Spec{
		"single":  spec.Single(),
		"cluster": spec.Nodes(2),
		"super":   spec.Super(1, "east", "west"),
		"hub":     spec.Nodes(2).WithLeaf("edge", 1, spec.DefaultName),
		"mixed":   spec.Super(1, "east", "west").WithLeaf("edge", 2, "east"),
	}
}

// TLSModes are all of them.
func TLSModes() []spec.TLSMode { return []spec.TLSMode{spec.TLSNone, spec.TLSServer, spec.TLSMutual} }

// Secured is a shape with authentication and TLS; the largest one has an authority for each cluster.
func Secured(shape string, auth string, mode spec.TLSMode) spec.Spec {
	sp := Shapes()[shape]
	sp.Auth, sp.TLS.Mode, sp.Accounts = spec.AuthMode(auth), mode, Chat()
	if mode != spec.TLSNone && shape == "mixed" {
		sp.TLS.CA = spec.CAPerCluster
	}
	return sp
}

// Everything is a specification with every feature of a cluster and a distinct value in each field.
func Everything(auth spec.AuthMode, tls spec.TLSMode) spec.Spec {
	s := spec.Spec{
		Name: "all", Auth: auth, TLS: spec.TLS{Mode: tls},
		Clusters: []spec.Cluster{{Name: "east", Nodes: 2, Tags: []string{"zone:a"}, Websocket: true, MQTT: true}, {Name: "west", Nodes: 3}},
		Leafs:    []spec.Leaf{{Name: "edge", Count: 2, Remote: "west", Account: "PRESS", Tags: []string{"rack:7"}}, {Name: "rim", Remote: "east", Isolated: true}},
		Accounts: Chat(),
	}
	return s
}

// Must returns the value of a call that must not fail in a test.
func Must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
