package exporter

import "github.com/nats-io/nats-server/v2/server"

func identConsumer(c *consumer, v []string) {
	identStream(c.stream, v)
	v[7] = c.c.Name
}

func eachConsumer(v *view, yield func(*consumer)) {
	for _, c := range v.consumers {
		yield(c)
	}
}

// one skips the sum of several consumers: the figure cannot be added up.
func one(value func(*server.ConsumerInfo) float64) func(*consumer) float64 {
	return func(c *consumer) float64 {
		if c.folded > 0 {
			return none
		}
		return value(c.c)
	}
}

// setting skips consumers whose configuration is not known.
func setting(value func(*server.ConsumerConfig) float64) func(*consumer) float64 {
	return func(c *consumer) float64 {
		if c.c.Config == nil {
			return none
		}
		return value(c.c.Config)
	}
}

var consumers = &group[*consumer]{
	set: Native, collector: "consumers", labels: with(streamLabels, "consumer"), each: eachConsumer, ident: identConsumer,
	rows: []row[*consumer]{
		{name: "nats_jetstream_consumer_pending_messages", help: "Messages of the stream that the consumer has yet to deliver.", value: func(c *consumer) float64 { return float64(c.c.NumPending) }},
		{name: "nats_jetstream_consumer_ack_pending_messages", help: "Messages delivered and not yet acknowledged.", value: func(c *consumer) float64 { return float64(c.c.NumAckPending) }},
		{name: "nats_jetstream_consumer_redelivered_messages", help: "Unacknowledged messages that were delivered more than once.", value: func(c *consumer) float64 { return float64(c.c.NumRedelivered) }},
		{name: "nats_jetstream_consumer_waiting_requests", help: "Pull requests that wait for messages.", value: func(c *consumer) float64 { return float64(c.c.NumWaiting) }},
		{name: "nats_jetstream_consumer_delivered_consumer_sequence", help: "How many deliveries the consumer has made, redeliveries included.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.Delivered.Consumer) })},
		{name: "nats_jetstream_consumer_delivered_stream_sequence", help: "The stream sequence of the last message delivered.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.Delivered.Stream) })},
		{name: "nats_jetstream_consumer_ack_floor_consumer_sequence", help: "The delivery up to which all is acknowledged.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.AckFloor.Consumer) })},
		{name: "nats_jetstream_consumer_ack_floor_stream_sequence", help: "The stream sequence up to which all is acknowledged.", value: one(func(c *server.ConsumerInfo) float64 { return float64(c.AckFloor.Stream) })},
		{name: "nats_jetstream_consumer_delivered_timestamp_seconds", help: "When the last message was delivered; absent if never.", value: one(func(c *server.ConsumerInfo) float64 { return lastOf(c.Delivered) })},
		{name: "nats_jetstream_consumer_ack_timestamp_seconds", help: "When the last acknowledgement came; absent if never.", value: one(func(c *server.ConsumerInfo) float64 { return lastOf(c.AckFloor) })},
		{name: "nats_jetstream_consumer_limit_ack_pending_messages", help: "The most messages delivered and not yet acknowledged; absent if not limited.", value: setting(func(c *server.ConsumerConfig) float64 { return positive(int64(c.MaxAckPending)) })},
		{name: "nats_jetstream_consumer_paused", help: "1 if the consumer is paused.", value: one(func(c *server.ConsumerInfo) float64 { return flag(c.Paused) })},
		{name: "nats_jetstream_consumer_bound", help: "1 if somebody listens to a push consumer; absent for pull consumers.", value: func(c *consumer) float64 {
			if c.c.Config == nil || c.c.Config.DeliverSubject == "" {
				return none
			}
			return flag(c.c.PushBound)
		}},
		{name: "nats_jetstream_consumer_leader", help: "1 on the server that leads the consumer.", value: func(c *consumer) float64 {
			if c.folded > 0 {
				return none
			}
			return flag(c.leads())
		}},
		{name: "nats_jetstream_consumer_folded", help: "Consumers that are summed under this name: the ephemeral ones of the stream, or those beyond the limit.", value: func(c *consumer) float64 { return positive(int64(c.folded)) }},
	},
}

func lastOf(s server.SequenceInfo) float64 {
	if s.Last == nil {
		return none
	}
	return unix(*s.Last)
}
