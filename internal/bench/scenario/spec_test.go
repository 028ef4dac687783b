package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestNormalize fills in what each workload needs, and drops the parts of the
// others.
func TestNormalize(t *testing.T) {
	parts := func(s Spec) Spec {
		s.Request, s.JS, s.KV = &Service{Serve: 3}, &Stream{}, &Bucket{}
		return s
	}
	for name, c := range map[string]struct {
		in   Spec
		want string
	}{
		"pub": {Spec{Workload: Pub}, `{"workload":"pub","subjects":1,"dist":"sequential","pubs":1,"sizes":[128],"payload":"random","load":{"mode":"max","window":1},"warmup":"2s","duration":"10s","timeout":"5s","driver":"auto","verify":1024}`},
		"pubsub, open": {
			Spec{Workload: PubSub, Load: Load{Rate: 5, Window: 9}, Warmup: -1, Msgs: 70},
			`{"workload":"pubsub","subjects":1,"dist":"sequential","pubs":1,"subs":1,"sizes":[128],"payload":"random","load":{"mode":"open","rate":5,"arrival":"constant"},"warmup":"0s","duration":"0s","msgs":70,"timeout":"5s","driver":"auto","verify":1024}`,
		},
		"request": {Spec{Workload: Request, Pubs: 4, Load: Load{Window: 8}}, `{"workload":"request","subjects":1,"dist":"sequential","pubs":4,"sizes":[128],"payload":"random","load":{"mode":"max","window":8},"warmup":"2s","duration":"10s","timeout":"5s","driver":"auto","verify":1024,"request":{"serve":3}}`},
		"js-pub":  {Spec{Workload: JSPub, Load: Load{Window: 8}}, `{"workload":"js-pub","subjects":1,"dist":"sequential","pubs":1,"sizes":[128],"payload":"random","load":{"mode":"max","window":8},"warmup":"2s","duration":"10s","timeout":"5s","driver":"auto","verify":1024,"js":{"storage":"file","replicas":1,"ack":"window","batch":500,"mode":"consume","cons_ack":"explicit"}}`},
		"js-e2e":  {Spec{Workload: JSE2E, Load: Load{Ramp: []float64{1, 2}}}, `{"workload":"js-e2e","subjects":1,"dist":"sequential","pubs":1,"subs":1,"sizes":[128],"payload":"random","load":{"mode":"open","arrival":"constant","ramp":[1,2]},"warmup":"2s","duration":"10s","timeout":"5s","driver":"auto","verify":1024,"js":{"storage":"file","replicas":1,"ack":"window","batch":500,"mode":"consume","cons_ack":"explicit"}}`},
		"js-consume": {
			Spec{Workload: JSConsume, Pubs: 9, Warmup: 7, Duration: 7},
			`{"workload":"js-consume","subjects":1,"dist":"sequential","pubs":1,"subs":1,"sizes":[128],"payload":"random","load":{"mode":"max","window":1},"warmup":"0s","duration":"0s","msgs":100000,"timeout":"5s","driver":"auto","verify":1024,"js":{"storage":"file","replicas":1,"ack":"window","batch":500,"mode":"consume","cons_ack":"explicit","backlog":100000}}`,
		},
		"kv": {Spec{Workload: KV, Load: Load{Steps: []float64{3}}}, `{"workload":"kv","subjects":1,"dist":"sequential","pubs":1,"sizes":[128],"payload":"random","load":{"mode":"open","arrival":"constant","steps":[3]},"warmup":"2s","duration":"10s","timeout":"5s","driver":"auto","verify":1024,"kv":{"storage":"file","replicas":1,"keys":1000,"get":80,"put":18,"cas":2}}`},
	} {
		got, err := parts(c.in).Normalize()
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		b, err := json.Marshal(got)
		if err != nil || string(b) != c.want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, b, c.want)
		}
		again, err := got.Normalize()
		if err != nil || name != "pubsub, open" && !reflect.DeepEqual(again, got) { // no warm-up is written as 0
			t.Errorf("%s: normalized twice: %+v, %v", name, again, err)
		}
	}
	for _, mix := range []Bucket{{Get: 1}, {Put: 1}, {CAS: 1}, {Get: 2, Put: 2}, {Get: 2, CAS: 2}, {Put: 2, CAS: 2}} {
		s, err := Spec{Workload: KV, KV: &mix}.Normalize()
		if err != nil || s.KV.Get != mix.Get || s.KV.Put != mix.Put || s.KV.CAS != mix.CAS {
			t.Errorf("the mix %+v became %+v, %v", mix, s.KV, err)
		}
	}
	sync, err := Spec{Workload: JSPub, JS: &Stream{Ack: "sync"}, Load: Load{Window: 50}}.Normalize()
	if err != nil || sync.Load.Window != 1 {
		t.Errorf("sync with a window of %d, %v", sync.Load.Window, err)
	}
}

// TestNormalizeKeepsTheCallersParts changes copies only.
func TestNormalizeKeepsTheCallersParts(t *testing.T) {
	in := Spec{Workload: KV, KV: &Bucket{}}
	if _, err := in.Normalize(); err != nil || *in.KV != (Bucket{}) {
		t.Errorf("%+v, %v", in.KV, err)
	}
}

// full is a spec of the workload, with a value for every field.
func full(w Workload) Spec {
	s := Spec{
		Workload: w, Subject: "s", Subjects: 2, Dist: "uniform", Pubs: 3, Subs: 4, Queue: "q", Sizes: []int{64}, Payload: "text", Seed: 5,
		Load: Load{Mode: Open, Rate: 6, Arrival: "poisson"}, Warmup: 7, Duration: 8, Timeout: 9, Driver: "natsgo", Verify: 10,
		Request: &Service{Serve: 1, Think: 2, ReplySize: 3}, JS: &Stream{Name: "n", Storage: "memory", Replicas: 3, Ack: "sync", Batch: 4, Mode: "fetch", ConsAck: "all", Backlog: 5},
		KV: &Bucket{Name: "n", Storage: "memory", Replicas: 3, Keys: 4, Get: 1, Put: 2, CAS: 3},
	}
	return s
}

// TestHash changes one field at a time: of those that decide what is measured
// each makes another hash, names and the seed do not.
func TestHash(t *testing.T) {
	base := full(PubSub).Hash()
	if !strings.HasPrefix(base, "sha256:") || len(base) != 71 || full(PubSub).Hash() != base {
		t.Fatalf("hash %q", base)
	}
	free := []string{"Subject", "Seed", "JS.Name", "KV.Name"}
	seen := map[string]string{base: "nothing"}
	var change func(path string, s *Spec, v reflect.Value)
	check := func(path string, s *Spec) {
		h := s.Hash()
		other, known := seen[h]
		if slices.Contains(free, path) {
			if h != base {
				t.Errorf("%s makes another hash", path)
			}
		} else if known {
			t.Errorf("%s has the hash of %s", path, other)
		}
		seen[h] = path
	}
	change = func(path string, s *Spec, v reflect.Value) {
		switch v.Kind() {
		case reflect.Struct:
			for i := range v.NumField() {
				change(strings.TrimPrefix(path+"."+v.Type().Field(i).Name, "."), s, v.Field(i))
			}
			return
		case reflect.Pointer:
			change(path, s, v.Elem())
			return
		case reflect.Slice:
			old := v.Interface()
			v.Set(reflect.Append(v, reflect.Zero(v.Type().Elem())))
			check(path, s)
			v.Set(reflect.ValueOf(old))
			return
		}
		old := reflect.New(v.Type()).Elem()
		old.Set(v)
		switch v.Kind() {
		case reflect.String:
			v.SetString(v.String() + "x")
		case reflect.Float64:
			v.SetFloat(v.Float() + 0.5)
		case reflect.Uint64:
			v.SetUint(v.Uint() + 1)
		default:
			v.SetInt(v.Int() + 1)
		}
		check(path, s)
		v.Set(old)
	}
	s := full(PubSub)
	change("", &s, reflect.ValueOf(&s).Elem())
	if s.Hash() != base || s.JS.Name != "n" || s.Seed != 5 {
		t.Errorf("the spec was changed: %+v", s)
	}
	if len(seen) < 30 {
		t.Errorf("only %d different hashes", len(seen))
	}
}

func TestSpecString(t *testing.T) {
	for want, s := range map[string]Spec{
		"pub, 1 publisher, 128 B, as fast as possible":                                {Workload: Pub, Pubs: 1, Sizes: []int{128}, Load: Load{Mode: Max, Window: 1}},
		"pubsub, 2 publishers, 1 subscriber, queue group g, 3 subjects, [1 2] B, 5/s": {Workload: PubSub, Pubs: 2, Subs: 1, Queue: "g", Subjects: 3, Sizes: []int{1, 2}, Load: Load{Mode: Open, Rate: 5}},
		"request, 1 client, 1 B, as fast as possible, window 7":                       {Workload: Request, Pubs: 1, Sizes: []int{1}, Load: Load{Mode: Max, Window: 7}},
		"kv, 4 clients, 1 B, 2k/s at random (Poisson)":                                {Workload: KV, Pubs: 4, Sizes: []int{1}, Load: Load{Mode: Open, Rate: 2000, Arrival: "poisson"}},
		"js-pub, 4 publishers, 1 B, from 1k/s to 2k/s":                                {Workload: JSPub, Pubs: 4, Sizes: []int{1}, Load: Load{Mode: Open, Ramp: []float64{1000, 2000}}},
		"js-e2e, 1 publisher, 2 consumers, 1 B, in steps of 1k, 5/s":                  {Workload: JSE2E, Pubs: 1, Subs: 2, Sizes: []int{1}, Load: Load{Mode: Open, Steps: []float64{1000, 5}}},
		"js-consume, 2 consumers, 1 B, as fast as possible":                           {Workload: JSConsume, Pubs: 9, Subs: 2, Sizes: []int{1}, Load: Load{Mode: Max, Window: 1}},
	} {
		if got := s.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestCheck refuses one impossible thing at a time, with words about it.
func TestCheck(t *testing.T) {
	js := func(change func(*Stream)) *Stream {
		s := &Stream{}
		change(s)
		return s
	}
	for want, s := range map[string]Spec{
		"workload":           {Workload: "pubs"},
		"dist":               {Workload: Pub, Dist: "normal"},
		"payload":            {Workload: Pub, Payload: "ones"},
		"driver":             {Workload: Pub, Driver: "fast"},
		"load.mode":          {Workload: Pub, Load: Load{Mode: "min"}},
		"load.arrival":       {Workload: Pub, Load: Load{Rate: 10, Arrival: "never"}},
		"js.storage":         {Workload: JSPub, JS: js(func(s *Stream) { s.Storage = "tape" })},
		"js.ack \"some\"":    {Workload: JSPub, JS: js(func(s *Stream) { s.Ack = "some" })},
		"js.mode":            {Workload: JSE2E, Load: Load{Rate: 9}, JS: js(func(s *Stream) { s.Mode = "push" })},
		"js.cons_ack":        {Workload: JSConsume, JS: js(func(s *Stream) { s.ConsAck = "some" })},
		"kv.storage":         {Workload: KV, KV: &Bucket{Storage: "tape"}},
		"pubs, subs":         {Workload: Pub, Pubs: -1},
		"subs and":           {Workload: PubSub, Subs: -1},
		"and subjects":       {Workload: Pub, Subjects: -1},
		"duration or msgs":   {Workload: Pub, Duration: -1},
		"timeout":            {Workload: Pub, Timeout: -1},
		"sizes must":         {Workload: Pub, Sizes: []int{128, -1}},
		"wildcards":          {Workload: Pub, Subject: "a.*"},
		"does not support":   {Workload: JSE2E, Load: Load{Rate: 9}, JS: js(func(s *Stream) { s.Ack = "batch" })},
		"needs a rate":       {Workload: JSE2E, JS: js(func(s *Stream) { s.Ack = "none" })},
		"driver raw":         {Workload: Pub, Driver: "raw", Load: Load{Rate: 9}},
		"2 to 1000":          {Workload: JSPub, JS: js(func(s *Stream) { s.Ack, s.Batch = "batch", 1001 })},
		"js.batch":           {Workload: JSPub, JS: js(func(s *Stream) { s.Ack, s.Batch = "batch", 1 })},
		"shares":             {Workload: KV, KV: &Bucket{Get: -1, Put: 5}},
		"4194304":            {Workload: KV, KV: &Bucket{Keys: 1<<22 + 1}},
		"number of clients":  {Workload: KV, Pubs: 3, KV: &Bucket{Keys: 2}},
		"256 publishers":     {Workload: PubSub, Pubs: 257, Sizes: []int{64, 16}},
		"takes no rate":      {Workload: Pub, Load: Load{Mode: Max, Rate: 5}},
		"window of at least": {Workload: Pub, Load: Load{Mode: Max, Window: -1}},
		"from and to":        {Workload: Pub, Load: Load{Ramp: []float64{1, 2, 3}}},
		"invalid load":       {Workload: Pub, Load: Load{Rate: -5}},
		"use js-e2e":         {Workload: JSConsume, Load: Load{Rate: 5, Mode: Open}},
		"no message is due":  {Workload: Pub, Load: Load{Rate: 1e-9}, Duration: 1},
	} {
		if _, err := s.Normalize(); !errors.Is(err, ErrSpec) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", want, err)
		}
	}
	for name, s := range map[string]Spec{
		"batch of 2":    {Workload: JSPub, JS: &Stream{Ack: "batch", Batch: 2}},
		"batch of 1000": {Workload: JSPub, JS: &Stream{Ack: "batch", Batch: 1000}},
		"256 pubs":      {Workload: PubSub, Pubs: 256, Sizes: []int{16}},
		"keys":          {Workload: KV, Pubs: 3, KV: &Bucket{Keys: 3}},
		"most keys":     {Workload: KV, KV: &Bucket{Keys: 1 << 22}},
		"empty payload": {Workload: PubSub, Sizes: []int{0}},
		"e2e, no acks":  {Workload: JSE2E, Load: Load{Rate: 5}, JS: &Stream{Ack: "none"}},
		"raw":           {Workload: Pub, Driver: "raw"},
		"only reads":    {Workload: KV, KV: &Bucket{Get: 1}},
		"only writes":   {Workload: KV, KV: &Bucket{Put: 1}},
		"only swaps":    {Workload: KV, KV: &Bucket{CAS: 1}},
		"one message":   {Workload: Pub, Load: Load{Rate: 1}, Duration: 1e9},
		"only messages": {Workload: Pub, Msgs: 1, Duration: -1},
	} {
		if _, err := s.Normalize(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, subject := range []string{"a b", "a\tb", "a.>", "a\r", "a\n"} {
		if _, err := (Spec{Workload: Pub, Subject: subject}).Normalize(); !errors.Is(err, ErrSpec) {
			t.Errorf("%q: %v", subject, err)
		}
	}
}

// TestRawDriver is chosen for closed loops of some workloads.
func TestRawDriver(t *testing.T) {
	for _, c := range []struct {
		s            Spec
		fits, wanted bool
	}{
		{Spec{Workload: Pub}, true, true},
		{Spec{Workload: PubSub}, true, true},
		{Spec{Workload: Request}, true, false},
		{Spec{Workload: Request, Load: Load{Window: 2}}, true, true},
		{Spec{Workload: Request, Driver: DriverRaw}, true, true},
		{Spec{Workload: JSPub, Load: Load{Window: 2}}, true, true},
		{Spec{Workload: JSPub, JS: &Stream{Ack: "sync"}}, true, false},
		{Spec{Workload: JSPub, JS: &Stream{Ack: "batch"}, Load: Load{Window: 2}}, false, false},
		{Spec{Workload: JSPub, JS: &Stream{Ack: "none"}}, false, false},
		{Spec{Workload: KV, Load: Load{Window: 2}}, false, false},
		{Spec{Workload: JSE2E}, false, false},
		{Spec{Workload: JSConsume}, false, false},
		{Spec{Workload: Pub, Driver: DriverNatsGo}, true, false},
		{Spec{Workload: Pub, Load: Load{Rate: 5}}, false, false},
		{Spec{Workload: PubSub, Load: Load{Rate: 5}}, false, false},
		{Spec{Workload: Request, Load: Load{Rate: 5}}, false, false},
		{Spec{Workload: JSPub, Load: Load{Rate: 5}}, false, false},
	} {
		s, err := c.s.Normalize()
		if err != nil || s.FitsRaw() != c.fits || s.UsesRaw() != c.wanted {
			t.Errorf("%v, driver %s: fits %v, wanted %v, %v", s, s.Driver, s.FitsRaw(), s.UsesRaw(), err)
		}
	}
}

func TestCounted(t *testing.T) {
	for want, sizes := range map[bool][]int{true: {128, 15}, false: {16, 128}} {
		if got := (Spec{Sizes: sizes}).Unstamped(); got != want {
			t.Errorf("%v: %v", sizes, got)
		}
	}
}

// TestMeasure is how long a measurement takes.
func TestMeasure(t *testing.T) {
	const d = Duration(30 * time.Second)
	for want, s := range map[time.Duration]Spec{
		30 * time.Second: {Duration: d, Load: Load{Mode: Open, Rate: 100}},
		31 * time.Second: {Duration: d + Duration(time.Second), Msgs: 5, Load: Load{Mode: Max}},
		5 * time.Second:  {Duration: d, Msgs: 500, Load: Load{Mode: Open, Rate: 100}},
		4 * time.Second:  {Msgs: 800, Load: Load{Mode: Open, Ramp: []float64{100, 300}}},
		6 * time.Second:  {Msgs: 1200, Load: Load{Mode: Open, Steps: []float64{100, 200, 300}}},
		0:                {Msgs: 1200, Load: Load{Mode: Open}},
	} {
		if got := s.Length(); got.Round(time.Microsecond) != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// TestWarm warms up with the rate with which the measurement begins.
func TestWarm(t *testing.T) {
	for want, l := range map[float64]Load{
		100: {Rate: 100}, 50: {Ramp: []float64{50, 200}}, 2: {Ramp: []float64{0, 200}}, 70: {Steps: []float64{70, 900}},
	} {
		s, err := l.WarmShape(time.Second)
		if err != nil || s.Mean() != want {
			t.Errorf("%+v: %v/s, %v, want %v", l, s.Mean(), err, want)
		}
	}
	for want, l := range map[float64]Load{100: {Rate: 100}, 150: {Ramp: []float64{100, 200}}, 40: {Steps: []float64{30, 50}}} {
		s, err := l.Shape(time.Second)
		if err != nil || s.Mean() != want {
			t.Errorf("%+v: %v/s, %v, want %v", l, s.Mean(), err, want)
		}
	}
}

// TestSchedule deals sends out to the publishers, evenly or at random.
func TestSchedule(t *testing.T) {
	s := Spec{Pubs: 4, Seed: 3, Load: Load{Mode: Open, Rate: 1000, Arrival: "constant"}}
	shape, err := s.Load.Shape(time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := s.Schedule(shape, 3).Next(); at != int64(3*time.Millisecond) || !ok {
		t.Errorf("worker 3 begins at %v", time.Duration(at))
	}
	s.Load.Arrival = "poisson"
	first, _ := s.Schedule(shape, 3).Next()
	again, _ := s.Schedule(shape, 3).Next()
	s.Seed = 4
	other, _ := s.Schedule(shape, 3).Next()
	if first != again || first == other || first == int64(3*time.Millisecond) {
		t.Errorf("random arrivals %d, %d, with another seed %d", first, again, other)
	}
}

func TestParse(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		set  []string
		want string // of the rate, the sizes and the batch
	}{
		"yaml":      {"workload: js-pub\nload: {rate: 5}\nsizes: [1, 2]\njs: {batch: 3}", nil, "5 [1 2] 3"},
		"json":      {`{"workload":"js-pub","load":{"rate":5},"sizes":[1,2],"js":{"batch":3}}`, nil, "5 [1 2] 3"},
		"result":    {`{"schema":"natsctl.bench.result/v1","spec":{"workload":"js-pub","load":{"rate":5},"sizes":[1],"js":{"batch":3}}}`, nil, "5 [1] 3"},
		"changed":   {"workload: js-pub\nload: {rate: 5}\njs: {batch: 3}", []string{"load.rate=7", "sizes=[4]"}, "7 [4] 3"},
		"made":      {"workload: js-pub", []string{"load.rate=7", "js.batch=9"}, "7 [] 9"},
		"no object": {"workload: js-pub\njs: 5", []string{"js.batch=9"}, "0 [] 9"},
		"last wins": {"workload: js-pub", []string{"js.batch=1", "js.batch=2"}, "0 [] 2"},
	} {
		s, err := Parse([]byte(c.text), c.set...)
		if err != nil || s.Workload != JSPub {
			t.Errorf("%s: %+v, %v", name, s, err)
			continue
		}
		if got := fmt.Sprint(s.Load.Rate, s.Sizes, s.JS.Batch); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
	for text, set := range map[string][]string{
		"workload: [": nil, "workloads: pub": nil, "load: {rates: 5}": nil, "pubs: many": nil, "warmup: 5": nil,
		"workload: pub": {"pubs"}, "workload: pubsub": {"pubs=["}, "pubs: 1": {"load.speed=1"},
		`{"schema":"other","spec":{"workload":"pub"}}`: nil,
	} {
		if s, err := Parse([]byte(text), set...); !errors.Is(err, ErrSpec) {
			t.Errorf("%q with %q: %+v, %v", text, set, s, err)
		}
	}
}
