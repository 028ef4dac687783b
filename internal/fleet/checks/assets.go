package checks

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/fleet"
)

// findReplicas reports missing replicas of streams and consumers. Those without
// a known leader are skipped.
func findReplicas(c *checkup) {
	for _, r := range c.streams() {
		if r.Known && r.Wanted > 0 {
			c.countObject()
			c.measure("replicas_missing", float64(r.Missing), Finding{
				Object: r.Name, Where: r.Account,
				What:  fmt.Sprintf("stream %s in account %s has %d of its %d replicas", r.Name, r.Account, r.Replicas, r.Wanted),
				About: onStream(r),
			})
		}
	}
	for _, r := range c.consumers() {
		if r.Known && r.Wanted > 0 {
			c.countObject()
			c.measure("replicas_missing", float64(r.Missing), Finding{
				Object: r.Name, Where: r.Account + " " + r.Stream,
				What:  fmt.Sprintf("consumer %s of stream %s in account %s has %d of its %d replicas", r.Name, r.Stream, r.Account, r.Replicas(), r.Wanted),
				About: onConsumer(r),
			})
		}
	}
}

func findOrigins(c *checkup) {
	for _, o := range c.origins() {
		c.countObject()
		if o.Level == fleet.OK {
			continue
		}
		f := Finding{
			Level: o.Level, Object: o.Stream, Where: o.Account,
			What:  fmt.Sprintf("stream %s in account %s gets nothing from %s, its %s: %s", o.Stream, o.Account, o.Name, o.Role, o.State),
			About: Subject{Servers: []ServerRef{RefOf(o.Server)}, Account: o.AccountID, Stream: o.Stream},
		}
		if o.Heard && o.Error == "" {
			f.Value, f.Unit = o.IdleSeconds, "seconds"
		}
		if o.External != "" {
			f.What += fmt.Sprintf(" (through %s)", o.External)
		}
		c.add(f)
	}
}

func findUnread(c *checkup) {
	for _, r := range c.consumers() {
		if !r.Known || !r.Rates.Pending.Known {
			continue
		}
		c.countObject()
		if !r.Unread(c.Snapshot) {
			continue
		}
		c.measure("unread_messages", float64(r.Info.NumPending), Finding{
			Object: r.Name, Where: r.Account + " " + r.Stream,
			What: fmt.Sprintf("nobody reads consumer %s of stream %s in account %s: %d messages are pending, %.1f a second more",
				r.Name, r.Stream, r.Account, r.Info.NumPending, r.Rates.Pending.PerSecond),
			About: onConsumer(r),
		})
	}
}
