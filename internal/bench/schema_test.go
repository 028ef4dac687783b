package bench

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// schemaFile is the published JSON Schema of a result.
const schemaFile = "../../docs/schema/bench-result-v1.json"

// schemaOf describes a type as JSON Schema. Fields may be added to a result, so
// unknown ones are allowed.
func schemaOf(t reflect.Type) map[string]any {
	switch {
	case t == reflect.TypeFor[scenario.Duration]():
		return map[string]any{"type": "string", "pattern": `^-?([0-9.]+(ns|us|µs|ms|s|m|h))+$`}
	case t.Kind() == reflect.Pointer:
		return schemaOf(t.Elem())
	case t.Kind() == reflect.Slice || t.Kind() == reflect.Array:
		return map[string]any{"type": "array", "items": schemaOf(t.Elem())}
	case t.Kind() == reflect.String:
		return map[string]any{"type": "string"}
	case t.Kind() == reflect.Bool:
		return map[string]any{"type": "boolean"}
	case t.Kind() == reflect.Float64:
		return map[string]any{"type": "number"}
	case t.Kind() != reflect.Struct:
		return map[string]any{"type": "integer"}
	}
	props, required := map[string]any{}, []string{}
	for f := range t.Fields() {
		name, opts, _ := strings.Cut(f.Tag.Get("json"), ",")
		props[name] = schemaOf(f.Type)
		if !strings.Contains(opts, "omitempty") {
			required = append(required, name)
		}
	}
	slices.Sort(required)
	return map[string]any{"type": "object", "properties": props, "required": required}
}

func resultSchema(t *testing.T) []byte {
	t.Helper()
	s := schemaOf(reflect.TypeFor[result.Result]())
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["$id"] = "https://github.com/natsctl/natsctl/docs/schema/bench-result-v1.json"
	s["title"] = result.Schema
	s["properties"].(map[string]any)["schema"] = map[string]any{"const": result.Schema}
	b, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return append(b, '\n')
}

// TestDocsSchema keeps the published schema equal to the types. UPDATE_DOCS=1
// rewrites it.
func TestDocsSchema(t *testing.T) {
	want := resultSchema(t)
	if os.Getenv("UPDATE_DOCS") != "" {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%s is not up to date (%v): UPDATE_DOCS=1 go test ./internal/bench -run TestDocsSchema", schemaFile, err)
	}
}

// TestDocsNameEveryField finds each field of a run in the page about results.
func TestDocsNameEveryField(t *testing.T) {
	page, err := os.ReadFile("../../docs/bench-result.md")
	if err != nil {
		t.Fatal(err)
	}
	var walk func(s map[string]any)
	walk = func(s map[string]any) {
		if items, ok := s["items"].(map[string]any); ok {
			walk(items)
		}
		props, _ := s["properties"].(map[string]any)
		for name, sub := range props {
			if !bytes.Contains(page, []byte("`"+name+"`")) {
				t.Errorf("docs/bench-result.md does not mention `%s`", name)
			}
			walk(sub.(map[string]any))
		}
	}
	walk(schemaOf(reflect.TypeFor[result.Result]()))
}

// TestRealResultsKeepTheSchema runs every workload and validates what it gives.
func TestRealResultsKeepTheSchema(t *testing.T) {
	t.Parallel()
	file, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var schema map[string]any
	if err := json.Unmarshal(file, &schema); err != nil {
		t.Fatal(err)
	}
	s := startServer(t)
	for _, spec := range []scenario.Spec{
		{Workload: scenario.Pub},
		{Workload: scenario.PubSub},
		{Workload: scenario.PubSub, Load: scenario.Load{Rate: 1000}},
		{Workload: scenario.Request, Request: &scenario.Service{Serve: 1}},
		{Workload: scenario.JSPub},
		{Workload: scenario.JSConsume, JS: &scenario.Stream{Backlog: 100}},
		{Workload: scenario.JSE2E, Load: scenario.Load{Rate: 1000}},
		{Workload: scenario.KV},
	} {
		spec.Msgs, spec.Warmup = 100, -1
		res, err := Execute(t.Context(), spec, to(s.ClientURL()))
		if err != nil {
			t.Fatal(err)
		}
		b, err := res.Encode()
		if err != nil {
			t.Fatal(err)
		}
		var doc any
		if err := json.Unmarshal(b, &doc); err != nil {
			t.Fatal(err)
		}
		for _, complaint := range validate("result", schema, doc) {
			t.Errorf("%s: %s", spec.Workload, complaint)
		}
		back, err := result.Decode(b)
		if err != nil || !reflect.DeepEqual(back.Spec, res.Spec) || back.SpecHash != back.Spec.Hash() {
			t.Errorf("%s: does not survive the round trip: %v", spec.Workload, err)
		}
	}
	if len(validate("result", schema, map[string]any{"schema": "other"})) < 5 {
		t.Error("nonsense is valid")
	}
}

// validate checks the parts of JSON Schema that ours uses.
func validate(path string, schema map[string]any, doc any) (out []string) {
	if c, ok := schema["const"]; ok && c != doc {
		return []string{fmt.Sprintf("%s is %v, want %v", path, doc, c)}
	}
	switch schema["type"] {
	case "object":
		m, ok := doc.(map[string]any)
		if !ok {
			return []string{fmt.Sprintf("%s is no object: %v", path, doc)}
		}
		for _, name := range schema["required"].([]any) {
			if _, ok := m[name.(string)]; !ok {
				out = append(out, fmt.Sprintf("%s has no %s", path, name))
			}
		}
		for name, sub := range schema["properties"].(map[string]any) {
			if v, ok := m[name]; ok {
				out = append(out, validate(path+"."+name, sub.(map[string]any), v)...)
			}
		}
	case "array":
		list, ok := doc.([]any)
		if !ok {
			return []string{fmt.Sprintf("%s is no list: %v", path, doc)}
		}
		for i, v := range list {
			out = append(out, validate(fmt.Sprintf("%s[%d]", path, i), schema["items"].(map[string]any), v)...)
		}
	case "string":
		if _, ok := doc.(string); !ok {
			out = append(out, fmt.Sprintf("%s is no string: %v", path, doc))
		}
	case "boolean":
		if _, ok := doc.(bool); !ok {
			out = append(out, fmt.Sprintf("%s is no boolean: %v", path, doc))
		}
	case "integer", "number":
		n, ok := doc.(float64)
		if !ok || schema["type"] == "integer" && n != float64(int64(n)) {
			out = append(out, fmt.Sprintf("%s is no %s: %v", path, schema["type"], doc))
		}
	}
	return out
}
