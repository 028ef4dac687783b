package spec

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// schemaHelp describes each key of a specification file, by the type that it belongs to.
var schemaHelp = map[string]string{
	"specFile.apiVersion": "The version of this format.",
	"specFile.kind":       "What the file describes.",
	"Spec.name":           "Name of the whole cluster (default dev).",
	"Spec.clusters":       "Clusters of servers; several are connected by gateways (default: one cluster of one node, with the name of the whole).",
	"Spec.leafnodes":      "Groups of leaf nodes, each joining a cluster.",
	"Spec.auth":           "How clients authenticate (default users).",
	"Spec.tls":            "TLS with a certificate authority that is made for the cluster (default none).",
	"Spec.accounts":       "Accounts and their users (default: APP with the user app). The system account SYS with the user sys is always there.",
	"Spec.noJetStream":    "Servers without JetStream.",
	"Spec.faults":         "Lead the links between servers through proxies where faults can disturb them (default true).",
	"Cluster.name":        "Name of the cluster; its nodes are NAME-1, NAME-2 and so on.",
	"Cluster.nodes":       "How many servers, 1 to 9 (default 1).",
	"Cluster.tags":        "Tags of each server, beside cluster:NAME.",
	"Cluster.websocket":   "Listen for websocket clients too.",
	"Cluster.mqtt":        "Listen for MQTT clients too; needs JetStream.",
	"Leaf.name":           "Name of the group (default leaf); its nodes are NAME, or NAME-1, NAME-2 when there are several.",
	"Leaf.count":          "How many servers, 1 to 9 (default 1).",
	"Leaf.remote":         "The cluster that they join (default the first).",
	"Leaf.account":        "The account that they join (default the first).",
	"Leaf.isolated":       "Do not join the system account: the leaf answers no system request from outside.",
	"Leaf.tags":           "Tags of each server, beside leaf:NAME.",
	"TLS.mode":            "none; server: servers show a certificate; mutual: clients too, and with auth users it says who they are.",
	"TLS.ca":              "One shared certificate authority (default), or one per cluster and leaf group.",
	"TLS.validity":        "How long certificates are valid, for example 720h (default a year). Negative: they have expired already.",
	"Account.name":        "Name of the account.",
	"Account.users":       "Its users (default one, named as the account in lower case).",
	"Account.exports":     "What other accounts may import.",
	"Account.imports":     "What it has of other accounts; they must export it.",
	"Account.signingKeys": "Keys that make users with fixed permissions; auth operator only.",
	"Account.noJetStream": "An account without JetStream.",
	"User.name":           "Name of the user, unique in the whole file. Its secret is made, never written here.",
	"User.role":           "The signing key whose permissions it has; auth operator only.",
	"Permissions.pub":     "Subjects that may be published to (default all).",
	"Permissions.sub":     "Subjects that may be subscribed to (default all).",
	"Permissions.denyPub": "Subjects that may not be published to.",
	"Permissions.denySub": "Subjects that may not be subscribed to.",
	"Export.stream":       "Subject of a stream of messages; either this or service.",
	"Export.service":      "Subject of a service that answers requests.",
	"Import.stream":       "Subject of the stream as it is exported; either this or service.",
	"Import.service":      "Subject of the service as it is exported.",
	"Import.from":         "The account that exports it.",
	"Import.to":           "Its subject in this account (default the same).",
	"SigningKey.role":     "Name of the role.",
}

// schemaEnum lists the values of keys with fixed values.
var schemaEnum = map[string][]string{
	"specFile.apiVersion": {APIVersion},
	"specFile.kind":       {Kind},
	"Spec.auth":           {string(AuthNone), string(AuthUsers), string(AuthNKey), string(AuthOperator)},
	"TLS.mode":            {string(TLSNone), string(TLSServer), string(TLSMutual)},
	"TLS.ca":              {string(CAShared), string(CAPerCluster)},
}

// Schema is the JSON Schema of a specification file, for editors. It is made from the types that [Read] fills.
func Schema() ([]byte, error) {
	doc, err := schemaOf(reflect.TypeFor[specFile]())
	if err != nil {
		return nil, err
	}
	doc["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	doc["title"] = "natsctl cluster specification"
	out, err := json.MarshalIndent(doc, "", "  ")
	return append(out, '\n'), err
}

func schemaOf(t reflect.Type) (map[string]any, error) {
	switch t.Kind() {
	case reflect.Struct:
		props := map[string]any{}
		if err := schemaFields(t, props); err != nil {
			return nil, err
		}
		return map[string]any{"type": "object", "additionalProperties": false, "properties": props}, nil
	case reflect.Slice:
		items, err := schemaOf(t.Elem())
		return map[string]any{"type": "array", "items": items}, err
	case reflect.Int:
		return map[string]any{"type": "integer"}, nil
	case reflect.Bool:
		return map[string]any{"type": "boolean"}, nil
	}
	return map[string]any{"type": "string"}, nil
}

// schemaFields adds the fields of a struct, those of an embedded one as its own.
func schemaFields(t reflect.Type, into map[string]any) error {
	for i := range t.NumField() {
		f := t.Field(i)
		if f.Anonymous {
			if err := schemaFields(f.Type, into); err != nil {
				return err
			}
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" {
			continue
		}
		key := t.Name() + "." + name
		s, err := schemaOf(f.Type)
		if err != nil {
			return err
		}
		help, ok := schemaHelp[key]
		if !ok {
			return fmt.Errorf("the key %s has no description", key)
		}
		s["description"] = help
		if enum, ok := schemaEnum[key]; ok {
			s["enum"] = enum
		}
		into[name] = s
	}
	return nil
}
