package result

import (
	"errors"
	"testing"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

func TestSLO(t *testing.T) {
	run := &Run{Lost: 3, Rate: Rate{Received: 5000}, Latency: Latency{Response: &Distribution{P50: 100, P99: 12_000}}}
	for text, missed := range map[string]int{
		"p99<10ms": 1, "p99<=12ms": 0, "p50<1ms,p99<1s": 0, "lost=0": 1, "lost<=3": 0, "rate>4.9k": 0, "rate>=6k,lost=0,p99<1ms": 3,
	} {
		o, err := ParseSLO(text)
		if err != nil || len(o.Missed(run)) != missed {
			t.Errorf("%s: %v, %v", text, o.Missed(run), err)
		}
	}
	run.Saturated = &Saturation{}
	if o, _ := ParseSLO("p99<1h"); len(o.Missed(run)) != 1 {
		t.Error("a saturated run has a p99")
	}
	for _, bad := range []string{"", "p99", "p98<1ms", "p99<fast", "lost=some", "p99<10"} {
		if _, err := ParseSLO(bad); !errors.Is(err, scenario.ErrUnit) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzLimits(f *testing.F) {
	for _, s := range []string{"p99<10ms,lost=0", "rate>+5%"} {
		f.Add(s)
	}
	f.Fuzz(func(_ *testing.T, s string) {
		_, _ = ParseSLO(s)
		_, _ = ParseFailOn(s)
		_, _ = Decode([]byte(s))
	})
}
