package live

import (
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
)

// TestFullWithinTenMinutes foretells a slow consumer within ten minutes, and no
// later one.
func TestFullWithinTenMinutes(t *testing.T) {
	growing := Trail{Pending: []float32{0, 10, 20, 30}} // 10 bytes a second
	for limit, want := range map[int64]time.Duration{40: time.Second, 6030: 10 * time.Minute, 6050: 0, 0: 0, 20: 0} {
		if got, ok := growing.FullIn(limit, time.Second); got != want || ok != (want > 0) {
			t.Errorf("limit %d: full in %s, %t, want %s", limit, got, ok, want)
		}
	}
}

// TestPointsOfCurves keeps an hour of a few servers, less of many, and never
// fewer than fit a graph.
func TestPointsOfCurves(t *testing.T) {
	for servers, want := range map[int]int{0: hourPoints, 1: hourPoints, 100: hourPoints, 1000: maxPoints / (int(seriesCount) * 1000), 100_000: fewPoints} {
		if got := limit(servers); got != want {
			t.Errorf("%d servers: %d points, want %d", servers, got, want)
		}
	}
}

// TestDetailsAreTakenOut leaves no details of one account in the snapshot that
// the pages see.
func TestDetailsAreTakenOut(t *testing.T) {
	key := fixture.AccountID("C")
	out := Details{}.extract(fixture.Tagged(fixture.Noon, key, map[string]string{key: "APP"}))
	for _, sv := range out.Servers {
		if sv.Accountz != nil {
			t.Errorf("%s still has them", sv.Info.Name)
		}
	}
}
