package spec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
	"sigs.k8s.io/yaml"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// TestSpecFileRoundTrip writes specifications to a file and reads them again.
func TestSpecFileRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := spectest.Draw(t)
		text, err := yaml.Marshal(struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
			spec.Spec
		}{spec.APIVersion, spec.Kind, want})
		if err != nil {
			t.Fatal(err)
		}
		if !want.Faults {
			text = append(text, "faults: false\n"...)
		}
		got, err := spec.Read(strings.NewReader(string(text)))
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("%s\n%s", d, text)
		}
		if d := spec.Diff(want, got); len(d) > 0 {
			t.Fatalf("differs: %v", d)
		}
	})
}

// TestDiffTurnsAround compares two specifications both ways: what is added one way is removed the other, and only equal ones
// have no difference.
func TestDiffTurnsAround(t *testing.T) {
	turn := func(line string) string {
		switch line[0] {
		case '+':
			return "-" + line[1:]
		case '-':
			return "+" + line[1:]
		}
		key, values, _ := strings.Cut(line, ": ")
		was, is, _ := strings.Cut(values, " -> ")
		return key + ": " + is + " -> " + was
	}
	rapid.Check(t, func(t *rapid.T) {
		a, b := spectest.Draw(t), spectest.Draw(t)
		if d := spec.Diff(a, a); len(d) > 0 {
			t.Fatalf("differs from itself: %v", d)
		}
		there, back := spec.Diff(a, b), spec.Diff(b, a)
		for i := range there {
			there[i] = turn(there[i])
		}
		slices.Sort(there)
		slices.Sort(back)
		if !slices.Equal(there, back) {
			t.Fatalf("there\n%s\nback\n%s", strings.Join(there, "\n"), strings.Join(back, "\n"))
		}
		if same := cmp.Equal(a, b, cmpopts.EquateEmpty()); same != (len(there) == 0) {
			t.Fatalf("equal %v, but %v", same, there)
		}
	})
}
