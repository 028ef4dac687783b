package bench

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"
	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// TestToken finds the number of a request again at the end of its reply
// subject.
func TestToken(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		inbox := "_INBOX.x."
		a := &client{reply: append([]byte(inbox), make([]byte, tokenLen)...)}
		seq := rapid.Uint64Range(0, 1<<60-1).Draw(t, "number")
		subject := a.token(seq)
		if !strings.HasPrefix(subject, inbox) || len(subject) != len(inbox)+tokenLen || strings.ContainsAny(subject[len(inbox):], " .*>") {
			t.Fatalf("subject %q", subject)
		}
		if got, ok := number(subject); got != seq || !ok {
			t.Fatalf("%q: %d, %v, want %d", subject, got, ok, seq)
		}
		if got, ok := number([]byte(subject)); got != seq || !ok {
			t.Fatalf("%q as bytes: %d, %v, want %d", subject, got, ok, seq)
		}
	})
	for _, bad := range []string{"", "00000000000", "00000000000w", "00000000000V", "0000000000.0", "00000000000/", "00000000000:", "00000000000`"} {
		if n, ok := number(bad); ok {
			t.Errorf("%q is %d", bad, n)
		}
	}
}

func reply(data string, header ...string) *nats.Msg {
	m := &nats.Msg{Data: []byte(data)}
	for i := 0; i < len(header); i += 2 {
		if m.Header == nil {
			m.Header = nats.Header{}
		}
		m.Header.Set(header[i], header[i+1])
	}
	return m
}

func TestReadAck(t *testing.T) {
	for data, want := range map[string]struct {
		seq uint64
		dup bool
		err string
	}{
		`{"stream":"S","seq":17}`:                   {17, false, ""},
		`{"stream":"S", "seq": 18, "domain":"D"}`:   {18, false, ""},
		`{"stream":"S","seq":19,"duplicate": true}`: {19, true, ""},
		`{"stream":"duplicate","seq":20}`:           {20, false, ""},
		`{"stream":"S","seq":0}`:                    {0, false, "not an acknowledgement"},
		`{"stream":"S"}`:                            {0, false, "not an acknowledgement"},
		``:                                          {0, false, "not an acknowledgement"},
		`{"error":{"code":400,"err_code":10071,"description":"wrong last sequence: 5"},"stream":"S","seq":0}`: {0, false, "jetstream: wrong last sequence: 5 (10071)"},
		`{"error":"odd"}`: {0, false, "not an acknowledgement"},
		`{"error":null}`:  {0, false, "not an acknowledgement"},
	} {
		seq, dup, err := readAck(reply(data))
		if seq != want.seq || dup != want.dup || (err == nil) != (want.err == "") || err != nil && !strings.Contains(err.Error(), want.err) {
			t.Errorf("%s: %d, %v, %v, want %+v", data, seq, dup, err, want)
		}
	}
	if _, _, err := readAck(reply(`{"seq":5}`, "Status", "503")); !errors.Is(err, ErrNoResponders) {
		t.Errorf("nobody there: %v", err)
	}
}

func TestReplyError(t *testing.T) {
	for want, m := range map[string]*nats.Msg{
		"":                            reply("ok"),
		"service error 500: it broke": reply("", "Nats-Service-Error-Code", "500", "Nats-Service-Error", "it broke"),
		"no responders":               reply("", "Status", "503"),
	} {
		if err := replyError(m); (err == nil) != (want == "") || err != nil && err.Error() != want {
			t.Errorf("%v, want %q", err, want)
		}
	}
	if err := replyError(reply("", "Status", "404")); err != nil {
		t.Errorf("another status: %v", err)
	}
}

// TestRequestActionAnswer checks replies that are the request.
func TestRequestActionAnswer(t *testing.T) {
	payload := make([]byte, 64)
	stamp.NewCoder(7).Put(payload, stamp.Stamp{Seq: 5}, stamp.Sum(payload[stamp.Full:]))
	good, bad := &nats.Msg{Data: payload}, &nats.Msg{Data: slices.Clone(payload)}
	bad.Data[50]++
	for name, c := range map[string]struct {
		a        requestAction
		m        *nats.Msg
		measured bool
		corrupt  int64
	}{
		"intact":           {requestAction{echo: true}, good, true, 0},
		"damaged":          {requestAction{echo: true}, bad, true, 1},
		"in the warm-up":   {requestAction{echo: true}, bad, false, 0},
		"not ours to tell": {requestAction{}, bad, true, 0},
	} {
		if err := c.a.answer(c.m, 0, c.measured); err != nil || c.a.corrupt != c.corrupt {
			t.Errorf("%s: corrupt %d, %v", name, c.a.corrupt, err)
		}
	}
	a := requestAction{echo: true}
	if err := a.answer(reply("", "Status", "503"), 0, true); !errors.Is(err, ErrNoResponders) || a.corrupt != 0 {
		t.Errorf("%v, corrupt %d", err, a.corrupt)
	}
}

// TestStoreActionAnswer counts acknowledgements: of a batch once for each of its
// messages.
func TestStoreActionAnswer(t *testing.T) {
	s := &storeAction{batch: 1}
	for _, data := range []string{`{"seq":5}`, `{"seq":7}`, `{"seq":6}`, `{"seq":7,"duplicate":true}`, `{"seq":8}`, `{"seq":8}`} {
		if err := s.answer(reply(data), 0, true); err != nil {
			t.Errorf("%s: %v", data, err)
		}
	}
	if s.acked != 6 || s.dups != 1 || s.reordered != 2 || s.lastSeq != 8 {
		t.Errorf("%+v", s)
	}
	if err := s.answer(reply(`{"error":{"description":"full"}}`), 0, true); err == nil || s.acked != 6 {
		t.Errorf("%v, acknowledged %d", err, s.acked)
	}
	s = &storeAction{batch: 3}
	for _, m := range []*nats.Msg{reply(`{"seq":3}`), reply(`{"error":{"description":"full"}}`), reply(`{"seq":6}`)} {
		failed := m.Data[2] == 'e'
		for range 3 {
			if err := s.answer(m, 0, true); (err != nil) != failed {
				t.Errorf("%s: %v", m.Data, err)
			}
		}
	}
	if s.acked != 6 || s.reordered != 0 || s.dups != 0 {
		t.Errorf("%+v", s)
	}
}

// TestPacked keeps operation, key and revision of a request for its answer.
func TestPacked(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.IntRange(1, 200).Draw(t, "keys")
		k := &keyAction{mix: []uint8{opGet, opPut, opCAS}, puts: make([]string, keys)}
		k.keys = &subjects{names: k.puts}
		k.revisions = counters(keys, 1000)
		for n := range uint64(3 * keys) {
			op, key, revision := unpack(k.aux(n))
			if op != int(k.mix[n%3]) || key != int(n)%keys || revision != uint64(1000+key) {
				t.Fatalf("request %d: operation %d, key %d, revision %d", n, op, key, revision)
			}
		}
	})
}

// TestKeyActionAnswer tells conflicts from failures and old values from new ones.
func TestKeyActionAnswer(t *testing.T) {
	pack := func(op, key int, revision uint64) uint64 { return uint64(op) | uint64(key)<<2 | revision<<24 }
	conflict := `{"error":{"code":400,"err_code":10071,"description":"wrong last sequence"}}`
	payload := make([]byte, 64)
	stamp.NewCoder(7).Put(payload, stamp.Stamp{}, stamp.Sum(payload[stamp.Full:]))
	value := func(seq string) *nats.Msg { m := reply(string(payload), "Nats-Sequence", seq); return m }
	damaged := value("9")
	damaged.Data[40]++
	for name, c := range map[string]struct {
		op       int
		m        *nats.Msg
		measured bool
		fails    bool
		want     keyAction // done, conflicts, stale; revision of key 1
		corrupt  int64
		revision uint64
	}{
		"put":                 {opPut, reply(`{"seq":12}`), true, false, keyAction{done: [ops]int64{0, 1, 0}}, 0, 12},
		"an older put":        {opPut, reply(`{"seq":8}`), true, false, keyAction{done: [ops]int64{0, 1, 0}}, 0, 9},
		"put of the warm-up":  {opPut, reply(`{"seq":12}`), false, false, keyAction{}, 0, 12},
		"put refused":         {opPut, reply(`{"error":{"description":"full"}}`), true, true, keyAction{done: [ops]int64{0, 1, 0}}, 0, 9},
		"set":                 {opCAS, reply(`{"seq":12}`), true, false, keyAction{done: [ops]int64{0, 0, 1}}, 0, 12},
		"conflict":            {opCAS, reply(conflict), true, false, keyAction{done: [ops]int64{0, 0, 1}, conflicts: 1}, 0, 9},
		"conflict, warm-up":   {opCAS, reply(conflict), false, false, keyAction{}, 0, 9},
		"get":                 {opGet, value("9"), true, false, keyAction{done: [ops]int64{1, 0, 0}}, 0, 9},
		"get of a later put":  {opGet, value("10"), true, false, keyAction{done: [ops]int64{1, 0, 0}}, 0, 9},
		"get of an older put": {opGet, value("8"), true, false, keyAction{done: [ops]int64{1, 0, 0}, stale: 1}, 0, 9},
		"older, warm-up":      {opGet, value("8"), false, false, keyAction{}, 0, 9},
		"damaged":             {opGet, damaged, true, false, keyAction{done: [ops]int64{1, 0, 0}}, 1, 9},
		"damaged, warm-up":    {opGet, damaged, false, false, keyAction{}, 0, 9},
		"not found":           {opGet, reply("", "Status", "404", "Description", "Message Not Found"), true, true, keyAction{done: [ops]int64{1, 0, 0}}, 0, 9},
		"without a sequence":  {opGet, reply("x", "A", "b"), true, true, keyAction{done: [ops]int64{1, 0, 0}}, 0, 9},
	} {
		k := &keyAction{requestAction: &requestAction{}, revisions: counters(3, 8)}
		err := k.answer(c.m, pack(c.op, 1, 9), c.measured)
		if (err != nil) != c.fails || k.done != c.want.done || k.conflicts != c.want.conflicts || k.stale != c.want.stale || k.corrupt != c.corrupt {
			t.Errorf("%s: %v, done %v, conflicts %d, stale %d, corrupt %d", name, err, k.done, k.conflicts, k.stale, k.corrupt)
		}
		if got := k.revisions[1].Load(); got != c.revision || k.revisions[0].Load() != 8 || k.revisions[2].Load() != 10 {
			t.Errorf("%s: revision %d, want %d", name, got, c.revision)
		}
	}
}

// TestSubjects uses every subject: in turn, or at random and repeatably.
func TestSubjects(t *testing.T) {
	one := newSubjects("a", 1, "uniform", 1)
	for range 2 {
		if got := one.pick(); got != "a" {
			t.Errorf("one subject is %q", got)
		}
	}
	s := newSubjects("a", 3, "sequential", 1)
	for i := range 7 {
		if got, want := s.pick(), []string{"a.0", "a.1", "a.2"}[i%3]; got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
	count := func(dist string, seed uint64) (out [10]int) {
		s := newSubjects("a", 10, dist, seed)
		for range orderLen {
			out[s.index()]++
		}
		if first := s.index(); first != int(s.order[0]) {
			t.Errorf("%s: begins again with %d, want %d", dist, first, s.order[0])
		}
		return out
	}
	uniform, zipf := count("uniform", 1), count("zipf", 1)
	for i := range 10 {
		if uniform[i] < orderLen/11 || uniform[i] > orderLen/9 {
			t.Errorf("uniform: %v", uniform)
		}
		if i > 0 && zipf[i] >= zipf[i-1] || zipf[i] == 0 {
			t.Errorf("zipf: %v", zipf)
		}
	}
	if count("uniform", 1) != uniform || count("uniform", 2) == uniform {
		t.Error("the seed does not decide")
	}
	if (&run{subject: "a", spec: scenario.Spec{Subjects: 1}}).filter() != "a" || (&run{subject: "a", spec: scenario.Spec{Subjects: 2}}).filter() != "a.*" {
		t.Error("filter")
	}
}

func TestJSAPISubjects(t *testing.T) {
	for _, c := range []struct {
		api              JSAPI
		subjects, values string
	}{
		{JSAPI{}, "$JS.API.", ""},
		{JSAPI{Domain: "D"}, "$JS.D.API.", "$JS.D.API."},
		{JSAPI{Prefix: "JS.HUB"}, "JS.HUB.", "JS.HUB."},
		{JSAPI{Prefix: "JS.HUB.", Domain: "D"}, "JS.HUB.", "JS.HUB."},
	} {
		if s, v := c.api.subjects(), c.api.values(); s != c.subjects || v != c.values {
			t.Errorf("%+v: %q, %q", c.api, s, v)
		}
	}
}
