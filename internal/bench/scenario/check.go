package scenario

import (
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// choices lists the fields of a spec that hold one of a few words.
func (s Spec) choices() []choice {
	c := []choice{
		{"workload", string(s.Workload), []string{"pub", "pubsub", "request", "js-pub", "js-consume", "js-e2e", "kv"}},
		{"dist", s.Dist, []string{"sequential", "uniform", "zipf"}},
		{"payload", s.Payload, []string{stamp.Random, stamp.Zeros, stamp.Text}},
		{"driver", s.Driver, []string{DriverNatsGo, DriverRaw, DriverAuto}},
		{"load.mode", s.Load.Mode, []string{Open, Max}},
	}
	if s.Load.Mode == Open {
		c = append(c, choice{"load.arrival", s.Load.Arrival, []string{"constant", "poisson"}})
	}
	if s.JS != nil {
		c = append(c,
			choice{"js.storage", s.JS.Storage, []string{"file", "memory"}},
			choice{"js.ack", s.JS.Ack, []string{"sync", "window", "batch", "none"}},
			choice{"js.mode", s.JS.Mode, []string{"fetch", "consume", "ordered"}},
			choice{"js.cons_ack", s.JS.ConsAck, []string{"explicit", "all", "none", "double"}})
	}
	if s.KV != nil {
		c = append(c, choice{"kv.storage", s.KV.Storage, []string{"file", "memory"}})
	}
	return c
}

type choice struct {
	field, value string
	of           []string
}

// check returns the first problem of a normalized spec.
func (s Spec) check() error {
	for _, c := range s.choices() {
		if !slices.Contains(c.of, c.value) {
			return fmt.Errorf("%w: invalid %s %q (one of: %s)", ErrSpec, c.field, c.value, strings.Join(c.of, ", "))
		}
	}
	for _, c := range []struct {
		bad  bool
		what string
	}{
		{s.Pubs < 1 || s.Subs < 0 || s.Subjects < 1, "pubs, subs and subjects must be positive"},
		{s.Duration <= 0 && s.Msgs <= 0, "duration or msgs must be positive"},
		{s.Timeout <= 0, "timeout must be positive"},
		{slices.Min(s.Sizes) < 0, "sizes must not be negative"},
		{strings.ContainsAny(s.Subject, " \t\r\n*>"), "subject must not contain wildcards or spaces"},
		{s.Workload == JSE2E && s.JS.Ack == "batch", "js-e2e does not support js.ack batch"},
		{s.Workload == JSE2E && s.Load.Mode == Max && s.JS.Ack == "none", "js-e2e with js.ack none needs a rate: at full speed the stream drops messages"},
		{s.Driver == DriverRaw && !s.FitsRaw(), "driver raw supports load.mode max with pub, pubsub, request, and js-pub with js.ack window or sync"},
		{s.JS != nil && s.JS.Ack == "batch" && (s.JS.Batch < 2 || s.JS.Batch > 1000), "js.batch must be 2 to 1000"},
		{s.KV != nil && (s.KV.Get < 0 || s.KV.Put < 0 || s.KV.CAS < 0), "shares of the mix must not be negative"},
		{s.KV != nil && s.KV.Keys > 1<<22, "kv.keys must be at most 4194304"},
		{s.KV != nil && s.KV.Keys < s.Pubs, "kv.keys must be at least the number of clients"},
	} {
		if c.bad {
			return fmt.Errorf("%w: %s", ErrSpec, c.what)
		}
	}
	if most := stamp.Workers(slices.Min(s.Sizes)); s.Pubs > most {
		return fmt.Errorf("%w: stamps in payloads of %d bytes distinguish %d publishers, not %d: use 32 bytes or more",
			ErrSpec, slices.Min(s.Sizes), most, s.Pubs)
	}
	return s.Load.check(s)
}

// Unstamped reports whether payloads are too small for a stamp: such messages are
// counted, but not timed, and lost ones cannot be told from others.
func (s Spec) Unstamped() bool { return stamp.Size(slices.Min(s.Sizes)) == 0 }
