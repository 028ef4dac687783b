package endpoint

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"runtime"
	"strings"
	"testing"

	"github.com/klauspost/compress/s2"
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/fleet"
)

func packed(t testing.TB, encoding string, body []byte) *nats.Msg {
	t.Helper()
	var out bytes.Buffer
	var err error
	switch encoding {
	case "gzip":
		w := gzip.NewWriter(&out)
		_, err = w.Write(body)
		err = errors.Join(err, w.Close())
	case "s2", "snappy":
		w := s2.NewWriter(&out)
		_, err = w.Write(body)
		err = errors.Join(err, w.Close())
	default:
		out.Write(body)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &nats.Msg{Data: out.Bytes(), Header: nats.Header{"Content-Encoding": {encoding}}}
}

// TestBody reads every encoding, small and large, and masks what is in it.
func TestBody(t *testing.T) {
	for _, encoding := range []string{"", "identity", "gzip", "s2", "snappy"} {
		for _, size := range []int{0, 1, 1 << 20, 1<<20 + 1, 3 << 20} {
			want := `{"url":"nats://********@h","x":"` + strings.Repeat("x", size) + `"}`
			got, err := Body(packed(t, encoding, []byte(strings.Replace(want, mask, "u:p", 1))))
			if err != nil || string(got) != want {
				t.Errorf("%q, %d bytes: %d bytes, %v", encoding, size, len(got), err)
			}
		}
	}
	if _, err := Body(packed(t, "zip", []byte("{}"))); err == nil {
		t.Error("an encoding that nobody asked for is read")
	}
	for _, data := range []string{"", "x", "no gzip at all"} {
		if got, err := Body(&nats.Msg{Data: []byte(data), Header: nats.Header{"Content-Encoding": {"gzip"}}}); err == nil {
			t.Errorf("%q became %q", data, got)
		}
	}
	damaged := packed(t, "gzip", []byte(`{"a":1}`))
	damaged.Data[len(damaged.Data)-8]++ // its checksum; the size is right
	if got, err := Body(damaged); err == nil {
		t.Errorf("a body with a wrong checksum was accepted: %q", got)
	}
}

// TestBombs refuses answers that unpack to more than any server sends, and those
// that lie about their size, without taking the memory.
func TestBombs(t *testing.T) {
	large := make([]byte, MaxAnswer+1)
	lies := func(m *nats.Msg, size uint32) *nats.Msg {
		binary.LittleEndian.PutUint32(m.Data[len(m.Data)-4:], size)
		return m
	}
	for name, msg := range map[string]*nats.Msg{
		"gzip":                   packed(t, "gzip", large),
		"s2":                     packed(t, "s2", large),
		"gzip that says less":    lies(packed(t, "gzip", large), 1000),
		"gzip that says nothing": lies(packed(t, "gzip", large), 0),
		"gzip that says more":    lies(packed(t, "gzip", []byte("{}")), 1<<20),
		"gzip cut in the middle": {Data: packed(t, "gzip", large).Data[:2000], Header: nats.Header{"Content-Encoding": {"gzip"}}},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		got, err := Body(msg)
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Errorf("%s: %d bytes", name, len(got))
		}
		if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 8 {
			t.Errorf("%s: %d MB were taken", name, mb)
		}
		if (name == "gzip" || name == "s2") && !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got, err := Body(packed(t, "gzip", large[:MaxAnswer])); err != nil || len(got) != MaxAnswer {
		t.Errorf("the largest that is allowed: %d bytes, %v", len(got), err)
	}
}

// TestCost is at least the memory of what is decoded, for structures that stand
// in the least text.
func TestCost(t *testing.T) {
	connz, varz := Lookup(string(fleet.Connz)), Lookup(string(fleet.Varz))
	tiny := []byte(`{"data":{"connections":[` + strings.Repeat("{},", 100_000) + `{}]}}`)
	if c := connz.Cost(tiny); c < 100_000*600 {
		t.Errorf("100,000 connections cost %d", c)
	}
	if v, c := varz.Cost(tiny), connz.Cost(tiny); v >= c {
		t.Errorf("any object costs %d, a connection %d", v, c)
	}
	if c := varz.Cost([]byte(`"text"`)); c != 6 {
		t.Errorf("text costs %d", c)
	}
}

// TestReadIsBounded reads no more than is needed to refuse an answer, or to learn who sent it, and believes no size before it has
// been read.
func TestReadIsBounded(t *testing.T) {
	cut := packed(t, "s2", make([]byte, MaxAnswer+8<<20))
	cut.Data = append(cut.Data[:len(cut.Data)-10], "no s2 at all"...)
	if _, err := Size(cut); !errors.Is(err, ErrTooLarge) {
		t.Errorf("it was read beyond the limit: %v", err)
	}
	lie := packed(t, "gzip", []byte("{}"))
	binary.LittleEndian.PutUint32(lie.Data[len(lie.Data)-4:], 60<<20)
	if n, err := Size(lie); err == nil {
		t.Errorf("two bytes that claim to be 60 MB are %d", n)
	}
	if head := Head(packed(t, "", make([]byte, 1<<20))); len(head) != 64<<10 {
		t.Errorf("the head of 1 MB has %d bytes", len(head))
	}
	if head := Head(packed(t, "gzip", make([]byte, MaxAnswer+1))); len(head) != 64<<10 {
		t.Errorf("the head of what is too large has %d bytes", len(head))
	}
}
