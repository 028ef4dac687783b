package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/broker"
)

// role is one row of the demo's cast: a client, where it connects and what it
// does until the demo ends.
type role struct {
	name string
	node string
	play func(ctx context.Context, nc *nats.Conn) error
}

// cast is who talks in the demo: orders are placed in the east and shipped in
// the west, a service answers across the gateway, a stream keeps everything,
// one reader lags behind, and sensors report over the leaf node.
func cast() []role {
	return []role{
		{"orders-api", "east-1", publish("orders.new", 256, 200)},
		{"orders-web", "east-2", publish("orders.new", 128, 80)},
		{"shipping-1", "west-1", subscribe("orders.>", "shipping")},
		{"shipping-2", "west-2", subscribe("orders.>", "shipping")},
		{"dashboard", "west-3", subscribe("orders.>", "")},
		{"prices", "west-1", respond("prices.get")},
		{"checkout", "east-3", request("prices.get", 20)},
		{"archive", "east-1", archive},
		{"audit", "east-2", audit},
		{"sensors", "edge", publish("sensors.hall.7", 64, 50)},
		{"climate", "east-1", subscribe("sensors.>", "")},
	}
}

// startTraffic connects the cast and lets it play until ctx ends. It returns
// when everybody is connected; stop waits until everybody has left.
func startTraffic(ctx context.Context, cluster *broker.Cluster) (stop func(), err error) {
	var conns []*nats.Conn
	closeAll := func() {
		for _, nc := range conns {
			nc.Close()
		}
	}
	for _, r := range cast() {
		node := cluster.Node(r.node)
		if node == nil {
			closeAll()
			return nil, fmt.Errorf("demo: no node %q", r.node)
		}
		nc, err := node.Connect("app", nats.Name(r.name), nats.MaxReconnects(-1))
		if err == nil {
			conns = append(conns, nc)
			err = r.play(ctx, nc)
		}
		if err != nil {
			closeAll()
			return nil, fmt.Errorf("demo client %s: %w", r.name, err)
		}
	}
	return closeAll, nil
}

// publish sends a message of size bytes rate times a second.
func publish(subject string, size, rate int) func(context.Context, *nats.Conn) error {
	return every(rate, func(nc *nats.Conn, payload []byte) error { return nc.Publish(subject, payload) }, size)
}

// request asks rate times a second and ignores a missing answer.
func request(subject string, rate int) func(context.Context, *nats.Conn) error {
	return every(rate, func(nc *nats.Conn, payload []byte) error {
		_, err := nc.Request(subject, payload, time.Second)
		return err
	}, 32)
}

// every repeats one operation at a steady rate until ctx ends or the
// connection is closed; a failed one is simply followed by the next.
func every(rate int, do func(*nats.Conn, []byte) error, size int) func(context.Context, *nats.Conn) error {
	return func(ctx context.Context, nc *nats.Conn) error {
		payload := make([]byte, size)
		go func() {
			ticker := time.NewTicker(time.Second / time.Duration(rate))
			defer ticker.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-ticker.C:
					if errors.Is(do(nc, payload), nats.ErrConnectionClosed) {
						return
					}
				}
			}
		}()
		return nil
	}
}

func subscribe(subject, queue string) func(context.Context, *nats.Conn) error {
	return func(_ context.Context, nc *nats.Conn) error {
		_, err := nc.QueueSubscribe(subject, queue, func(*nats.Msg) {})
		return err
	}
}

func respond(subject string) func(context.Context, *nats.Conn) error {
	return func(_ context.Context, nc *nats.Conn) error {
		_, err := nc.QueueSubscribe(subject, "prices", func(m *nats.Msg) { _ = m.Respond([]byte("42")) })
		return err
	}
}

// archive keeps every order in a replicated stream.
func archive(ctx context.Context, nc *nats.Conn) error {
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	_, err = js.CreateStream(ctx, jetstream.StreamConfig{
		Name: "ORDERS", Subjects: []string{"orders.>"}, Replicas: 3, MaxBytes: 32 << 20,
		Placement: &jetstream.Placement{Cluster: "east"},
	})
	return err
}

// audit reads the archive a message at a time and lags behind.
func audit(ctx context.Context, nc *nats.Conn) error {
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	consumer, err := js.CreateOrUpdateConsumer(ctx, "ORDERS", jetstream.ConsumerConfig{
		Durable: "audit", AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 100,
	})
	if err != nil {
		return err
	}
	return every(20, func(*nats.Conn, []byte) error {
		msg, err := consumer.Next(jetstream.FetchMaxWait(time.Second))
		if err != nil {
			return err
		}
		return msg.Ack()
	}, 0)(ctx, nc)
}
