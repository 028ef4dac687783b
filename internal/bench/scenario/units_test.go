package scenario

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestParseRate(t *testing.T) {
	for text, want := range map[string]float64{
		"0": 0, "500": 500, "0.5": 0.5, "20k": 20_000, "1.5m": 1.5e6, "1.5M": 1.5e6, "2g": 2e9, " 7 k ": 7000, "3k/s": 3000, "4/s": 4, "1e3": 1000,
	} {
		if got, err := ParseRate(text); err != nil || got != want {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "k", "fast", "-1", "-1k", "NaN", "Inf", "1e400", "1kk", "1kib", "1 2"} {
		if got, err := ParseRate(bad); !errors.Is(err, ErrUnit) {
			t.Errorf("%q: %v, %v", bad, got, err)
		}
	}
}

func TestParseCount(t *testing.T) {
	for text, want := range map[string]int64{"0": 0, "1000": 1000, "50k": 50_000, "1.5k": 1500, "5m": 5e6, "1g": 1e9, "9007199254740992": 1 << 53} {
		if got, err := ParseCount(text); err != nil || got != want {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "1.5", "-1", "9007199254740994", "x", "1kib"} {
		if got, err := ParseCount(bad); !errors.Is(err, ErrUnit) {
			t.Errorf("%q: %v, %v", bad, got, err)
		}
	}
}

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int{
		"0": 0, "128": 128, "1k": 1024, "1KiB": 1024, "64kB": 64_000, "2m": 2 << 20, "2MiB": 2 << 20, "3MB": 3e6,
		"1g": 1 << 30, "1GiB": 1 << 30, "1GB": 1e9, "17b": 17, "0.5k": 512,
	} {
		if got, err := ParseSize(text); err != nil || got != want {
			t.Errorf("%q: %v, %v, want %v", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "-1", "0.3", "1.1g", "2g", "1 tb", "x", "1mk", "1 m k"} {
		if got, err := ParseSize(bad); !errors.Is(err, ErrUnit) {
			t.Errorf("%q: %v, %v", bad, got, err)
		}
	}
	if got, err := ParseSizes("64, 1k,8k"); err != nil || !slices.Equal(got, []int{64, 1024, 8192}) {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := ParseSizes("64,,8k"); !errors.Is(err, ErrUnit) {
		t.Errorf("an empty size: %v", err)
	}
}

func TestParseShape(t *testing.T) {
	var l Load
	if err := l.ParseShape("ramp:1k:2.5k"); err != nil || !slices.Equal(l.Ramp, []float64{1000, 2500}) || l.Steps != nil {
		t.Errorf("%+v, %v", l, err)
	}
	l = Load{}
	if err := l.ParseShape("steps:1k,5,7m"); err != nil || !slices.Equal(l.Steps, []float64{1000, 5, 7e6}) || l.Ramp != nil {
		t.Errorf("%+v, %v", l, err)
	}
	for _, bad := range []string{"", "ramp", "ramp:1", "ramp:1:2:3", "ramp:1,2", "steps:", "steps:1:2", "sine:1:2", "steps:1,x"} {
		l = Load{}
		if err := l.ParseShape(bad); !errors.Is(err, ErrUnit) || l.Ramp != nil || l.Steps != nil {
			t.Errorf("%q: %+v, %v", bad, l, err)
		}
	}
}

func TestParseMix(t *testing.T) {
	k := Bucket{Get: 1, Put: 2, CAS: 3}
	if err := k.ParseMix("put=18,get=80"); err != nil || k.Get != 80 || k.Put != 18 || k.CAS != 0 {
		t.Errorf("%+v, %v", k, err)
	}
	for text, want := range map[string]Bucket{
		"cas=1000":          {CAS: 1000},
		"get=0,put=1":       {Put: 1},
		"get=1,put=1":       {Get: 1, Put: 1},
		"get=3,cas=3":       {Get: 3, CAS: 3},
		"get=1,put=2,cas=3": {Get: 1, Put: 2, CAS: 3},
	} {
		if err := k.ParseMix(text); err != nil || k != want {
			t.Errorf("%q: %+v, %v", text, k, err)
		}
	}
	for _, bad := range []string{"", "get", "get=-1", "get=1001", "del=1", "get=0,put=0", "get=1,"} {
		if err := new(Bucket).ParseMix(bad); !errors.Is(err, ErrUnit) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// TestFormatRate writes what ParseRate reads, to three digits.
func TestFormatRate(t *testing.T) {
	for want, v := range map[string]float64{"0": 0, "0.5": 0.5, "999": 999, "1k": 999.5, "12.3k": 12_345, "1M": 999_600, "2.5M": 2.5e6, "1G": 1e9, "50G": 5e10} {
		if got := FormatRate(v); got != want {
			t.Errorf("%v: %q, want %q", v, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		v := math.Exp(rapid.Float64Range(0, 25).Draw(t, "log of the rate"))
		back, err := ParseRate(FormatRate(v))
		if err != nil || math.Abs(back-v) > 0.0051*v {
			t.Fatalf("%v: %q reads as %v, %v", v, FormatRate(v), back, err)
		}
	})
}

func TestDuration(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Duration(rapid.Int64().Draw(t, "nanoseconds"))
		b, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		var back Duration
		if err := json.Unmarshal(b, &back); err != nil || back != d {
			t.Fatalf("%s: %v, %v", b, back, err)
		}
	})
	if b, err := json.Marshal(Duration(90 * time.Second)); err != nil || string(b) != `"1m30s"` {
		t.Errorf("%s, %v", b, err)
	}
	for _, bad := range []string{`5`, `"5"`, `"soon"`, `null1`} {
		d := Duration(7)
		if err := d.UnmarshalJSON([]byte(bad)); !errors.Is(err, ErrUnit) || d != 7 {
			t.Errorf("%s: %v, %v", bad, d, err)
		}
	}
}
