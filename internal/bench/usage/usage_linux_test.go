package usage

import (
	"testing"
	"time"
)

// TestBusyTime adds what processes have used, in ticks of 10 ms. Each column has a
// digit of its own.
func TestBusyTime(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"cpu  1 20 300 4000 50000 600000 7000000 80000000 900000000 1000000000\ncpu0 5 5 5": 80000321 * 10 * time.Millisecond,
		"cpu 1 20 300": 3210 * time.Millisecond, // an old kernel
		"cpu 1 x 300":  0,
		"cpu -1 20":    0,
		"":             0,
	} {
		if got := busyTime(text); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestResidentPages reads the second number.
func TestResidentPages(t *testing.T) {
	for text, want := range map[string]int64{"900 70 5 1 0 30 0\n": 70, "900 70": 70, "900": 0, "": 0, "900 x 5": 0} {
		if got := residentPages(text); got != want {
			t.Errorf("%q: %d, want %d", text, got, want)
		}
	}
}

// TestModelName reads the model of the first processor.
func TestModelName(t *testing.T) {
	for text, want := range map[string]string{
		"processor\t: 0\nmodel\t\t: 85\nmodel name\t: Fast One: 3 GHz\n\nmodel name\t: Other\n": "Fast One: 3 GHz",
		"processor\t: 0\n": "",
		"model name":       "",
	} {
		if got := modelName(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
