package spec

import (
	"errors"
	"testing"
)

// FuzzLeaf: a leaf group that is taken has servers and somewhere to go.
func FuzzLeaf(f *testing.F) {
	for _, seed := range []string{"", "@", "2@east", "2@east:APP", "-1@east", "0@e", "99999999999999999999@e", "1@:", "1@a:b:c", "NaN@e", " 1@e"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		leaf, err := parseLeaf(text)
		if err != nil && !errors.Is(err, ErrInvalid) || err == nil && (leaf.Count < 1 || leaf.Remote == "") {
			t.Errorf("%q: %+v, %v", text, leaf, err)
		}
	})
}
