package scenario

import "testing"

func FuzzParsers(f *testing.F) {
	for _, s := range []string{"ramp:1k:2k", "steps:1,2", "64,1k", "get=1,put=2", "1.5m/s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, _ = ParseSizes(s)
		_ = new(Load).ParseShape(s)
		_ = new(Bucket).ParseMix(s)
		_, _ = Parse([]byte(s), s)
		if v, err := ParseRate(s); err == nil && v < 0 {
			t.Errorf("rate %v of %q", v, s)
		}
	})
}
