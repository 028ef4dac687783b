package native

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
)

func identConsumer(c *scrape.Consumer, v []string) {
	identStream(c.Stream, v)
	v[7] = c.Info.Name
}

// EachConsumer iterates over the consumers that have series.
func EachConsumer(v *scrape.View, yield func(*scrape.Consumer)) {
	for _, c := range v.Consumers {
		yield(c)
	}
}

// One skips the sum of several consumers: the value cannot be added.
func One(value func(*server.ConsumerInfo) float64) func(*scrape.Consumer) float64 {
	return func(c *scrape.Consumer) float64 {
		if c.Folded > 0 {
			return number.None
		}
		return value(c.Info)
	}
}

// setting skips consumers whose configuration is unknown.
func setting(value func(*server.ConsumerConfig) float64) func(*scrape.Consumer) float64 {
	return func(c *scrape.Consumer) float64 {
		if c.Info.Config == nil {
			return number.None
		}
		return value(c.Info.Config)
	}
}

// Consumers has the consumers.
var Consumers = &table.Group[*scrape.Consumer]{
	Set: metric.Native, Collector: "consumers", Labels: With(streamLabels, "consumer"), Each: EachConsumer, Ident: identConsumer,
	Rows: []table.Row[*scrape.Consumer]{
		{Name: "nats_jetstream_consumer_pending_messages", Help: "Messages of the stream that the consumer has yet to deliver.", Value: func(c *scrape.Consumer) float64 { return float64(c.Info.NumPending) }},
		{Name: "nats_jetstream_consumer_ack_pending_messages", Help: "Messages delivered and not yet acknowledged.", Value: func(c *scrape.Consumer) float64 { return float64(c.Info.NumAckPending) }},
		{Name: "nats_jetstream_consumer_redelivered_messages", Help: "Unacknowledged messages that were delivered more than once.", Value: func(c *scrape.Consumer) float64 { return float64(c.Info.NumRedelivered) }},
		{Name: "nats_jetstream_consumer_waiting_requests", Help: "Pull requests waiting for messages.", Value: func(c *scrape.Consumer) float64 { return float64(c.Info.NumWaiting) }},
		{Name: "nats_jetstream_consumer_delivered_consumer_sequence", Help: "Deliveries by the consumer, redeliveries included.", Value: One(func(c *server.ConsumerInfo) float64 { return float64(c.Delivered.Consumer) })},
		{Name: "nats_jetstream_consumer_delivered_stream_sequence", Help: "The stream sequence of the last message delivered.", Value: One(func(c *server.ConsumerInfo) float64 { return float64(c.Delivered.Stream) })},
		{Name: "nats_jetstream_consumer_ack_floor_consumer_sequence", Help: "The delivery sequence up to which everything is acknowledged.", Value: One(func(c *server.ConsumerInfo) float64 { return float64(c.AckFloor.Consumer) })},
		{Name: "nats_jetstream_consumer_ack_floor_stream_sequence", Help: "The stream sequence up to which everything is acknowledged.", Value: One(func(c *server.ConsumerInfo) float64 { return float64(c.AckFloor.Stream) })},
		{Name: "nats_jetstream_consumer_delivered_timestamp_seconds", Help: "Time of the last delivery; absent if never.", Value: One(func(c *server.ConsumerInfo) float64 { return lastOf(c.Delivered) })},
		{Name: "nats_jetstream_consumer_ack_timestamp_seconds", Help: "Time of the last acknowledgement; absent if never.", Value: One(func(c *server.ConsumerInfo) float64 { return lastOf(c.AckFloor) })},
		{Name: "nats_jetstream_consumer_limit_ack_pending_messages", Help: "Maximum messages delivered and not yet acknowledged; absent if not limited.", Value: setting(func(c *server.ConsumerConfig) float64 { return number.Positive(int64(c.MaxAckPending)) })},
		{Name: "nats_jetstream_consumer_paused", Help: "1 if the consumer is paused.", Value: One(func(c *server.ConsumerInfo) float64 { return number.Flag(c.Paused) })},
		{Name: "nats_jetstream_consumer_bound", Help: "1 if a push consumer has a subscriber; absent for pull consumers.", Value: func(c *scrape.Consumer) float64 {
			if c.Info.Config == nil || c.Info.Config.DeliverSubject == "" {
				return number.None
			}
			return number.Flag(c.Info.PushBound)
		}},
		{Name: "nats_jetstream_consumer_leader", Help: "1 on the server that leads the consumer.", Value: func(c *scrape.Consumer) float64 {
			if c.Folded > 0 {
				return number.None
			}
			return number.Flag(c.Leads())
		}},
		{Name: "nats_jetstream_consumer_folded", Help: "Consumers summed under this name: the ephemeral ones of the stream, or those beyond the limit.", Value: func(c *scrape.Consumer) float64 { return number.Positive(int64(c.Folded)) }},
	},
}

func lastOf(s server.SequenceInfo) float64 {
	if s.Last == nil {
		return number.None
	}
	return number.Unix(*s.Last)
}
