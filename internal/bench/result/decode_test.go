package result

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

func TestDecode(t *testing.T) {
	r := &Result{Schema: Schema, ID: "x", Spec: scenario.Spec{Workload: scenario.KV, Load: scenario.Load{Mode: scenario.Open, Rate: 3}}, SpecHash: "h", Runs: []Run{*figures()}, Search: &Curve{Best: 1}, Verdict: &Verdict{SLO: "s"}}
	b, err := r.Encode()
	if err != nil || b[len(b)-1] != '\n' || !strings.Contains(string(b), "\n  \"id\": \"x\"") {
		t.Fatalf("%v: %s", err, b)
	}
	back, err := Decode(b)
	if err != nil || !reflect.DeepEqual(back, r) {
		t.Errorf("%v\n got %+v\nwant %+v", err, back, r)
	}
	for _, bad := range []string{"", "[]", "{}", `{"schema":"natsctl.bench.result/v2"}`, `{"schema":5}`} {
		if _, err := Decode([]byte(bad)); !errors.Is(err, ErrFormat) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
