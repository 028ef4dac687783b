package scenario

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"sigs.k8s.io/yaml"
)

// ResultSchema is the name of the form in which results are written. It changes
// when a field changes its meaning or goes away; fields may be added.
const ResultSchema = "natsctl.bench.result/v1"

// Parse reads a spec in YAML or JSON, or from a result, and applies changes of the
// form "load.rate=20000". Unknown fields are errors that wrap [ErrSpec].
func Parse(b []byte, set ...string) (Spec, error) {
	var s Spec
	doc := map[string]any{}
	if err := yaml.Unmarshal(b, &doc); err != nil {
		return s, fmt.Errorf("%w: %w", ErrSpec, err)
	}
	if spec, ok := doc["spec"].(map[string]any); ok && doc["schema"] == ResultSchema {
		doc = spec
	}
	for _, change := range set {
		if err := setField(doc, change); err != nil {
			return s, err
		}
	}
	body, err := json.Marshal(doc)
	if err != nil {
		return s, fmt.Errorf("%w: %w", ErrSpec, err)
	}
	if err := yaml.UnmarshalStrict(body, &s); err != nil {
		return s, fmt.Errorf("%w: %w", ErrSpec, err)
	}
	return s, nil
}

// setField applies "a.b=value" to a document; the value is YAML, so that
// numbers, lists and words all work.
func setField(doc map[string]any, change string) error {
	path, text, ok := strings.Cut(change, "=")
	if !ok {
		return fmt.Errorf("%w: invalid change %q (example: load.rate=20000)", ErrSpec, change)
	}
	var value any
	if err := yaml.Unmarshal([]byte(text), &value); err != nil {
		return fmt.Errorf("%w: %q: %w", ErrSpec, change, err)
	}
	fields := strings.Split(path, ".")
	for _, f := range fields[:len(fields)-1] {
		next, ok := doc[f].(map[string]any)
		if !ok {
			next = map[string]any{}
			doc[f] = next
		}
		doc = next
	}
	doc[fields[len(fields)-1]] = value
	return nil
}

// ParseMix reads "get=80,put=18,cas=2"; what is not named is 0.
func (k *Bucket) ParseMix(s string) error {
	k.Get, k.Put, k.CAS = 0, 0, 0
	fields := map[string]*int{"get": &k.Get, "put": &k.Put, "cas": &k.CAS}
	for part := range strings.SplitSeq(s, ",") {
		name, number, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(number)
		if fields[name] == nil || err != nil || n < 0 || n > 1000 {
			return fmt.Errorf("%w mix %q (example: get=80,put=18,cas=2)", ErrUnit, s)
		}
		*fields[name] = n
	}
	if k.Get+k.Put+k.CAS == 0 {
		return fmt.Errorf("%w mix %q: all shares are 0", ErrUnit, s)
	}
	return nil
}
