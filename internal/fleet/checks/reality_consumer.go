package checks

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// onConsumerRow is a finding about a consumer, without what was found.
func onConsumerRow(r *fleet.ConsumerRow) (f Finding, name string) {
	f = Finding{Object: r.Name, Where: r.Account + " " + r.Stream, About: onConsumer(r), Since: r.Info.Created}
	return f, fmt.Sprintf("consumer %s of stream %s in account %s", r.Name, r.Stream, r.Account)
}

// filtersOf returns the subjects that a consumer is limited to.
func filtersOf(config *server.ConsumerConfig) []string {
	if config.FilterSubject != "" {
		return []string{config.FilterSubject}
	}
	return config.FilterSubjects
}

// findFilters finds filters that no subject of the stream can match, and those
// that match none of many messages that the stream holds.
func findFilters(c *checkup) {
	c.eachDurable(func(r *fleet.ConsumerRow, of *fleet.StreamRow) {
		filters := filtersOf(r.Info.Config)
		if len(filters) == 0 {
			return
		}
		c.countObject()
		f, name := onConsumerRow(r)
		if wrong := unmatched(filters, of.Detail.Config); wrong != "" {
			subjects := of.Detail.Config.Subjects
			f.Level, f.What = fleet.Warn, fmt.Sprintf("%s filters %s, which no subject of the stream matches: %s", name, wrong, someWords(subjects))
			if near := fleet.Nearest(wrong, subjects); near != "" {
				f.Next = fmt.Sprintf("If %s is meant, set it as the filter: `nats consumer edit %s %s`.", near, r.Stream, r.Name)
			} else {
				f.Next = fmt.Sprintf("Correct the filter (`nats consumer edit %s %s`), or add %s to the subjects of the stream.", r.Stream, r.Name, wrong)
			}
			c.add(f)
			return
		}
		if n := passedOver(r, of); n > 0 {
			f.What = fmt.Sprintf("%s filters %s, and none of the %d messages of the stream matches", name, someWords(filters), n)
			c.measure("unmatched_messages", float64(n), f)
		}
	})
}

// unmatched returns the first filter that collides with no subject of a stream.
// What a stream copies from others or transforms may have any subject.
func unmatched(filters []string, of *server.StreamConfig) string {
	if of.Mirror != nil || len(of.Sources) > 0 || of.SubjectTransform != nil || len(of.Subjects) == 0 {
		return ""
	}
	for _, filter := range filters {
		if !slices.ContainsFunc(of.Subjects, func(s string) bool { return server.SubjectsCollide(s, filter) }) {
			return filter
		}
	}
	return ""
}

// passedOver returns how many messages of its stream a consumer should have got
// by its policy, when none of them matched its filter.
func passedOver(r *fleet.ConsumerRow, of *fleet.StreamRow) uint64 {
	state := of.Detail.State
	if r.Info.Paused || r.Info.Delivered.Consumer > 0 || r.Info.NumPending > 0 {
		return 0
	}
	switch r.Info.Config.DeliverPolicy {
	case server.DeliverAll:
	case server.DeliverNew:
		if !state.FirstTime.After(r.Info.Created) {
			return 0 // those before it are not for the consumer
		}
	default:
		return 0
	}
	return state.Msgs
}

// findDiscarded finds consumers without a filter that are behind the first
// message that their stream still holds. A purge moves consumers along with it.
func findDiscarded(c *checkup) {
	c.eachDurable(func(r *fleet.ConsumerRow, of *fleet.StreamRow) {
		config, state := of.Detail.Config, of.Detail.State
		if config.Retention != server.LimitsPolicy || len(filtersOf(r.Info.Config)) > 0 || r.Info.Delivered.Consumer == 0 {
			return
		}
		c.countObject()
		if r.Info.Delivered.Stream+1 >= state.FirstSeq {
			return
		}
		lost := state.FirstSeq - r.Info.Delivered.Stream - 1
		f, name := onConsumerRow(r)
		f.What = fmt.Sprintf("the stream discarded %d messages before %s got them: its limits are %s", lost, name, limitsOf(config))
		if last := r.Info.Delivered.Last; last != nil {
			f.Since = *last
			f.What += fmt.Sprintf("; the last delivery was %s before", fleet.Lasting(r.Server.Now(c.Snapshot).Sub(*last).Seconds()))
		}
		c.measure("discarded_messages", float64(lost), f)
	})
}

// limitsOf names the limits by which a stream discards messages.
func limitsOf(config *server.StreamConfig) string {
	var limits []string
	if config.MaxMsgs > 0 {
		limits = append(limits, fmt.Sprintf("max_msgs %d", config.MaxMsgs))
	}
	if config.MaxBytes > 0 {
		limits = append(limits, "max_bytes "+fleet.InBytes(config.MaxBytes))
	}
	if config.MaxAge > 0 {
		limits = append(limits, "max_age "+fleet.Lasting(config.MaxAge.Seconds()))
	}
	if config.MaxMsgsPer > 0 {
		limits = append(limits, fmt.Sprintf("max_msgs_per_subject %d", config.MaxMsgsPer))
	}
	return cmp.Or(strings.Join(limits, ", "), "none")
}

func findRedeliveries(c *checkup) {
	for _, r := range c.consumers() {
		if !r.Known || r.Info.Config == nil || r.Info.Config.AckPolicy == server.AckNone {
			continue
		}
		c.countObject()
		f, name := onConsumerRow(r)
		f.What = fmt.Sprintf("%d of the %d unacknowledged messages of %s were delivered more than once; its ack_wait is %s, max_deliver %s",
			r.Info.NumRedelivered, r.Info.NumAckPending, name, fleet.Lasting(r.Info.Config.AckWait.Seconds()), deliveries(r.Info.Config.MaxDeliver))
		c.measure("redelivered_messages", float64(r.Info.NumRedelivered), f)
	}
}

func deliveries(n int) string {
	if n <= 0 {
		return "not set"
	}
	return fmt.Sprint(n)
}

func findMaxWaiting(c *checkup) {
	for _, r := range c.consumers() {
		if !r.Known || r.Info.Config == nil || r.Info.Config.MaxWaiting <= 0 || r.Info.Config.DeliverSubject != "" {
			continue
		}
		c.countObject()
		if most := r.Info.Config.MaxWaiting; r.Info.NumWaiting >= most {
			f, name := onConsumerRow(r)
			f.Level, f.What = fleet.Warn, fmt.Sprintf("%d pull requests wait at %s, and it allows %d", r.Info.NumWaiting, name, most)
			f.Value, f.Limit, f.Unit = float64(r.Info.NumWaiting), float64(most), "count"
			c.add(f)
		}
	}
}
