package spec

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Diff returns the changes from one specification to another, one per line, in the terms of a specification file: what is
// added, removed, and changed. No lines mean that they are equal.
func Diff(from, to Spec) []string {
	a, b := flatten(from), flatten(to)
	var out []string
	for _, key := range slices.Sorted(maps.Keys(union(a, b))) {
		was, had := a[key]
		is, has := b[key]
		switch {
		case !had:
			out = append(out, fmt.Sprintf("+ %s: %s", key, is))
		case !has:
			out = append(out, fmt.Sprintf("- %s: %s", key, was))
		case was != is:
			out = append(out, fmt.Sprintf("~ %s: %s -> %s", key, was, is))
		}
	}
	return out
}

func union(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// flatten returns a specification as paths with values; the path of a list element has its name if it has one.
func flatten(s Spec) map[string]string {
	data, err := json.Marshal(s)
	if err != nil {
		return nil // a Spec is plain data
	}
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		return nil
	}
	out := map[string]string{}
	flattenInto(out, "", v)
	return out
}

func flattenInto(out map[string]string, path string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, item := range v {
			flattenInto(out, join(path, key), item)
		}
	case []any:
		for i, item := range v {
			name := fmt.Sprint(i)
			if m, ok := item.(map[string]any); ok {
				for _, key := range []string{"name", "role"} {
					if s, ok := m[key].(string); ok && s != "" {
						name = s
						delete(m, key)
						break
					}
				}
				if len(m) == 0 {
					out[path+"["+name+"]"] = "{}"
				}
			}
			flattenInto(out, path+"["+name+"]", item)
		}
	default:
		out[path] = fmt.Sprint(v)
	}
}
