package spec

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// APIVersion and Kind are the optional type fields of a specification file.
const (
	APIVersion = "natsctl.dev/v1alpha1"
	Kind       = "Cluster"
)

// specFile is the format of a specification file.
type specFile struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Spec
}

// maxSpecFile bounds a specification, in bytes.
const maxSpecFile = 1 << 20

// Read reads a specification in YAML, strictly: an unknown key, a value of the wrong type, a key that is there twice and
// an alias are errors that wrap [ErrInvalid] and name the line, with a suggestion for a mistyped key. Links lead through proxies
// unless the file says otherwise.
func Read(r io.Reader) (Spec, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxSpecFile+1))
	if err != nil {
		return Spec{}, fmt.Errorf("read the specification: %w", err)
	}
	if len(data) > maxSpecFile {
		return Spec{}, Errorf("it is larger than %d bytes", maxSpecFile)
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	var doc yaml.Node
	if err := dec.Decode(&doc); errors.Is(err, io.EOF) {
		return Spec{}, Errorf("it is empty")
	} else if err != nil {
		return Spec{}, Errorf("%s", strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if err := dec.Decode(&yaml.Node{}); !errors.Is(err, io.EOF) {
		return Spec{}, Errorf("there is more than one document in it")
	}
	f := specFile{Spec: Spec{Faults: true}}
	if err := decode(doc.Content[0], reflect.ValueOf(&f).Elem(), ""); err != nil {
		return Spec{}, err
	}
	if f.APIVersion != "" && f.APIVersion != APIVersion {
		return Spec{}, Errorf("apiVersion %q is unknown: %s", f.APIVersion, APIVersion)
	}
	if f.Kind != "" && f.Kind != Kind {
		return Spec{}, Errorf("kind %q is unknown: %s", f.Kind, Kind)
	}
	return f.Complete()
}

// decode puts a node of YAML into a value.
func decode(n *yaml.Node, v reflect.Value, path string) error {
	if n.Kind == yaml.AliasNode {
		return lineErr(n, "%s: aliases are not possible here", place(path))
	}
	switch v.Kind() {
	case reflect.Struct:
		return decodeMap(n, v, path)
	case reflect.Slice:
		if n.Kind != yaml.SequenceNode {
			return lineErr(n, "%s must be a list", place(path))
		}
		v.Set(reflect.MakeSlice(v.Type(), len(n.Content), len(n.Content)))
		for i, item := range n.Content {
			if err := decode(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i)); err != nil {
				return err
			}
		}
		return nil
	}
	return decodeScalar(n, v, path)
}

func decodeScalar(n *yaml.Node, v reflect.Value, path string) error {
	if n.Kind != yaml.ScalarNode {
		return lineErr(n, "%s must be a single value", place(path))
	}
	switch v.Kind() {
	case reflect.Int:
		i, err := strconv.Atoi(n.Value)
		if err != nil || n.Tag != "!!int" {
			return lineErr(n, "%s must be a number, not %q", path, n.Value)
		}
		v.SetInt(int64(i))
	case reflect.Bool:
		if n.Tag != "!!bool" {
			return lineErr(n, "%s must be true or false, not %q", path, n.Value)
		}
		v.SetBool(strings.EqualFold(n.Value, "true"))
	default:
		if n.Tag == "!!null" {
			return lineErr(n, "%s has no value", path)
		}
		v.SetString(n.Value)
	}
	return nil
}

func decodeMap(n *yaml.Node, v reflect.Value, path string) error {
	if n.Kind != yaml.MappingNode {
		return lineErr(n, "%s must have keys and values", place(path))
	}
	fields, seen := keys(v), map[string]bool{}
	for i := 0; i < len(n.Content); i += 2 {
		key := n.Content[i]
		f, ok := fields[key.Value]
		if !ok {
			return lineErr(key, "unknown key %q%s", join(path, key.Value), suggestion(key.Value, slices.Sorted(maps.Keys(fields))))
		}
		if seen[key.Value] {
			return lineErr(key, "duplicate key %q", join(path, key.Value))
		}
		seen[key.Value] = true
		if err := decode(n.Content[i+1], f, join(path, key.Value)); err != nil {
			return err
		}
	}
	return nil
}

// keys are the fields of a struct by the name in their tag; those of an embedded struct are its own.
func keys(v reflect.Value) map[string]reflect.Value {
	out := map[string]reflect.Value{}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if f.Anonymous {
			maps.Copy(out, keys(v.Field(i)))
			continue
		}
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "-" {
			out[name] = v.Field(i)
		}
	}
	return out
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

func place(path string) string { return cmp.Or(path, "the specification") }

func lineErr(n *yaml.Node, format string, args ...any) error {
	return Errorf("line %d: "+format, append([]any{n.Line}, args...)...)
}

// suggestion returns the known word that is nearest to a mistyped one.
func suggestion(word string, known []string) string {
	best, least := "", 3 // with more changes it is a different word
	for _, k := range known {
		if d := distance(strings.ToLower(word), strings.ToLower(k)); d < least {
			best, least = k, d
		}
	}
	if best == "" {
		return "; known: " + strings.Join(known, ", ")
	}
	return fmt.Sprintf(", did you mean %q?", best)
}

// distance returns the Levenshtein distance of two words.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
