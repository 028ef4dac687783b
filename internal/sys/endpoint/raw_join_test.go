package endpoint

import (
	"bytes"
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
)

// TestJoinedOnce joins pages of odd names and values: the document is valid, in the
// order of its names, and written once, in memory of its own size.
func TestJoinedOnce(t *testing.T) {
	for _, tc := range []struct {
		name   string
		fields map[string]json.RawMessage
		items  int
		want   string
	}{
		{name: "a list", fields: map[string]json.RawMessage{"b": json.RawMessage("7"), "l": json.RawMessage("[]"), "a": json.RawMessage(`"x"`)}, items: 2, want: `{"a":"x","b":7,"l":[{"i":0},{"i":1}]}`},
		{name: "an empty list", fields: map[string]json.RawMessage{"l": json.RawMessage("[]")}, want: `{"l":[]}`},
		{name: "no list", fields: map[string]json.RawMessage{"a": json.RawMessage("1")}, want: `{"a":1}`},
		{name: "null", fields: map[string]json.RawMessage{"l": json.RawMessage("null")}, want: `{"l":null}`},
		{name: "null, then items", fields: map[string]json.RawMessage{"l": json.RawMessage("null")}, items: 1, want: `{"l":[{"i":0}]}`},
		{name: "none, then items", fields: map[string]json.RawMessage{}, items: 1, want: `{"l":[{"i":0}]}`},
		{name: "an odd name", fields: map[string]json.RawMessage{"\"\n<": json.RawMessage("1")}, want: `{"\"\n\u003c":1}`},
	} {
		a := &rawAnswer{fields: tc.fields, list: "l"}
		for i := range tc.items {
			a.items = append(a.items, json.RawMessage(fmt.Sprintf(`{"i":%d}`, i)))
		}
		for range 2 {
			if got, err := a.joined(); err != nil || string(got) != tc.want || !json.Valid(got) {
				t.Errorf("%s: %s %v, want %s", tc.name, got, err, tc.want)
			}
		}
	}
	big := &rawAnswer{fields: map[string]json.RawMessage{}, list: "l"}
	for range 8 {
		big.items = append(big.items, json.RawMessage(`"`+string(bytes.Repeat([]byte("x"), 1<<20))+`"`))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	got, err := big.joined()
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; err != nil || len(got) < 8<<20 || used > 9<<20 || big.items != nil {
		t.Errorf("%v: %d bytes were joined in %d bytes; items left: %d", err, len(got), used, len(big.items))
	}
}
