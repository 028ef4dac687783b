package hist

import (
	"io"
	"testing"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// FuzzDecode: whatever a result file holds, decoding does not panic, and what
// was decoded can be merged without losing a value.
func FuzzDecode(f *testing.F) {
	h := &Hist{}
	for _, v := range []int64{0, 1, 999, 1 << 20, Max, 2 * Max} {
		h.Record(v)
	}
	good, err := h.Encode()
	if err != nil {
		f.Fatal(err)
	}
	other, err := hdrhistogram.New(1, 1000, 1).Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{"", good, good[:len(good)/2], good + "AAAA", string(other), "HISTFAAAAAAAAAAA", "?"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := Decode(text)
		if err != nil {
			return
		}
		sum := &Hist{}
		sum.Merge(got)
		if sum.Count() != got.Count() {
			t.Errorf("%d of %d values are left", sum.Count(), got.Count())
		}
		if q := got.Quantile(0.5); q < 0 || q > 2*Max {
			t.Errorf("median %d", q)
		}
		if err := got.WritePercentiles(io.Discard); err != nil {
			t.Error(err)
		}
	})
}

// TestDecodeRefusesOtherGeometries: merging such a histogram would drop what
// does not fit.
func TestDecodeRefusesOtherGeometries(t *testing.T) {
	other := hdrhistogram.New(1, 2*Max, 2)
	if err := other.RecordValue(2 * Max); err != nil {
		t.Fatal(err)
	}
	text, err := other.Encode(hdrhistogram.V2CompressedEncodingCookieBase)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(string(text)); err == nil {
		t.Error("was decoded")
	}
}
