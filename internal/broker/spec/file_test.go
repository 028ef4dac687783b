package spec

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadSpec(t *testing.T) {
	got, err := Read(strings.NewReader(`
apiVersion: natsctl.dev/v1alpha1
kind: Cluster
name: demo
auth: operator
tls: {mode: mutual, ca: per-cluster}
clusters:
  - {name: east, nodes: 3, websocket: true}
  - {name: west, nodes: 3, mqtt: true, tags: [eu]}
leafnodes:
  - {name: edge, count: 2, remote: east, account: CHAT}
accounts:
  - name: ADMIN
    exports: [{service: chat.req.access}]
  - name: CHAT
    signingKeys: [{role: member, pub: ["chat.{{name()}}.>"], sub: ["chat.>"]}]
    imports: [{service: chat.req.access, from: ADMIN}]
    users: [{name: bootstrap, pub: [chat.req.access], sub: ["_INBOX.>"]}, {name: m, role: member}]
`))
	if err != nil {
		t.Fatal(err)
	}
	want := Spec{
		Name: "demo", Auth: AuthOperator, TLS: TLS{Mode: TLSMutual, CA: CAPerCluster}, Faults: true,
		Clusters: []Cluster{{Name: "east", Nodes: 3, Websocket: true}, {Name: "west", Nodes: 3, MQTT: true, Tags: []string{"eu"}}},
		Leafs:    []Leaf{{Name: "edge", Count: 2, Remote: "east", Account: "CHAT"}},
		Accounts: []Account{
			{Name: "ADMIN", Users: []User{{Name: "admin"}}, Exports: []Export{{Service: "chat.req.access"}}},
			{
				Name: "CHAT", Imports: []Import{{Service: "chat.req.access", From: "ADMIN"}},
				SigningKeys: []SigningKey{{Role: "member", Permissions: Permissions{Pub: []string{"chat.{{name()}}.>"}, Sub: []string{"chat.>"}}}},
				Users:       []User{{Name: "bootstrap", Permissions: Permissions{Pub: []string{"chat.req.access"}, Sub: []string{"_INBOX.>"}}}, {Name: "m", Role: "member"}},
			},
		},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if d := Diff(want, got); len(d) > 0 {
		t.Errorf("differs from itself: %v", d)
	}
}

func TestReadSpecRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                   "it is empty",
		"name: [":                            "line 1",
		"namee: x":                           `line 1: unknown key "namee", did you mean "name"?`,
		"name: x\nclusters:\n- node: 3":      `line 3: unknown key "clusters[0].node", did you mean "nodes"?`,
		"zzzzzz: 1":                          "known: accounts, apiVersion, auth",
		"clusters: 3":                        "line 1: clusters must be a list",
		"clusters: [{name: a, nodes: many}]": `line 1: clusters[0].nodes must be a number, not "many"`,
		`clusters: [{name: a, nodes: "3"}]`:  `clusters[0].nodes must be a number, not "3"`,
		"clusters: [{name: a, nodes: 3.5}]":  "must be a number",
		`faults: "true"`:                     `faults must be true or false, not "true"`,
		"faults: maybe":                      "faults must be true or false",
		"name:":                              "name has no value",
		"name: [x]":                          "name must be a single value",
		"- x":                                "the specification must have keys and values",
		"name: a\nname: b":                   `line 2: duplicate key "name"`,
		"name: a\n---\nname: b":              "more than one document",
		"apiVersion: v9":                     `apiVersion "v9" is unknown`,
		"kind: Pod":                          `kind "Pod" is unknown`,
		"tls: {mode: tls}":                   `TLS mode "tls" is unknown`,
		"noJetStream: true\nclusters: [{name: a, mqtt: true}]":                       "which needs JetStream",
		"accounts: [{name: A, signingKeys: [{role: r}]}]":                            "which need the authentication operator",
		"accounts: [{name: A, imports: [{service: x, from: B}]}, {name: B}]":         `account "A" imports x, which account "B" does not export`,
		"accounts: &a [{name: A}]\nclusters: *a":                                     "aliases are not possible",
		"accounts: [{name: A, exports: [{stream: x, service: y}]}]":                  "either a stream or a service",
		"auth: operator\naccounts: [{name: A, users: [{name: u, role: r}]}]":         "no signing key for",
		"auth: operator\naccounts: [{name: A, signingKeys: [{role: r}, {role: r}]}]": `duplicate role "r"`,
	} {
		_, err := Read(strings.NewReader(text))
		if !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
	}
}

func TestDiff(t *testing.T) {
	a, b := must(Nodes(3).Complete()), must(Nodes(4).Complete())
	b.Auth = AuthNKey
	b.Leafs = []Leaf{{Name: "edge"}}
	want := []string{"~ auth: users -> nkey", "~ clusters[dev].nodes: 3 -> 4", "+ leafnodes[edge]: {}"}
	if d := cmp.Diff(want, Diff(a, b)); d != "" {
		t.Error(d)
	}
}

func TestDocsSchema(t *testing.T) {
	const file = "../../../docs/cluster.schema.json"
	want, err := Schema()
	if err != nil {
		t.Fatal(err)
	}
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(file)
	if err != nil || string(got) != string(want) {
		t.Errorf("%s is not up to date (%v), run make docs", file, err)
	}
}
