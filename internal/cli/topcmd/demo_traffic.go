package topcmd

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nats.go/micro"

	"github.com/natsctl/natsctl/internal/broker"
)

// role is one client of the demo, where it connects and what it
// does until the demo ends.
type role struct {
	name string
	node string
	play func(ctx context.Context, nc *nats.Conn) error
}

// traffic is where the clients of the demo run: the names of subjects and streams, and the
// number of replicas of a stream.
type traffic struct {
	prefix, streams string
	replicas        int
	cluster         string // the cluster of the streams; empty: any
	domain, api     string // of JetStream, as a context says them
}

// jetStream returns the JetStream context for a client of the traffic.
func (s traffic) jetStream(nc *nats.Conn) (jetstream.JetStream, error) {
	switch {
	case s.domain != "":
		return jetstream.NewWithDomain(nc, s.domain)
	case s.api != "":
		return jetstream.NewWithAPIPrefix(nc, s.api)
	}
	return jetstream.New(nc)
}

// ownTraffic is the traffic in the demo's own super-cluster.
var ownTraffic = traffic{replicas: 3, cluster: "east"}

// clients lists the clients of the demo: orders are placed in the east and shipped
// in the west, a micro service runs in each cluster and gets requests in the
// east, and sensors report over the leaf node.
func (s traffic) clients() []role {
	orders, prices, sensors := s.prefix+"orders.", s.prefix+"prices.get", s.prefix+"sensors."
	return []role{
		{"orders-api", "east-1", publish(orders+"new", 256, 200)},
		{"orders-web", "east-2", publish(orders+"new", 128, 80)},
		{"shipping-1", "west-1", subscribe(orders+">", "shipping")},
		{"shipping-2", "west-2", subscribe(orders+">", "shipping")},
		{"dashboard", "west-3", subscribe(orders+">", "")},
		{"prices-east", "east-2", serve("prices", prices)},
		{"prices-west", "west-1", serve("prices", prices)},
		{"checkout", "east-3", request(prices, 20)},
		{"sensors", "edge", publish(sensors+"hall.7", 64, 50)},
		{"climate", "east-1", subscribe(sensors+">", "")},
	}
}

// jetStreamClients are the roles that need JetStream: a stream stores every order and
// another the newest readings; one reader keeps up and one lags behind.
func (s traffic) jetStreamClients() []role {
	orders, readings := s.streams+"ORDERS", s.streams+"READINGS"
	return []role{
		{"archive", "east-1", s.createStream(jetstream.StreamConfig{Name: orders, Subjects: []string{s.prefix + "orders.>"}, MaxBytes: 32 << 20})},
		{"history", "east-1", s.createStream(jetstream.StreamConfig{
			Name: readings, Subjects: []string{s.prefix + "sensors.>"}, MaxBytes: 4 << 20, MaxMsgsPerSubject: 1000, Storage: jetstream.MemoryStorage,
		})},
		{"billing", "east-3", s.consume(orders, "billing", 500)},
		{"audit", "east-2", s.consume(orders, "audit", 20)},
	}
}

// startTraffic connects the clients and runs them until ctx is done. It returns when
// all clients are connected; stop waits until all have ended.
func startTraffic(ctx context.Context, roles []role, connect func(role) (*nats.Conn, error)) (stop func(), err error) {
	var conns []*nats.Conn
	closeAll := func() {
		for _, nc := range conns {
			nc.Close()
		}
	}
	for _, r := range roles {
		nc, err := connect(r)
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

// at connects a client of the demo's own super-cluster.
func at(cluster *broker.Cluster) func(role) (*nats.Conn, error) {
	return func(r role) (*nats.Conn, error) {
		node := cluster.Node(r.node)
		if node == nil {
			return nil, fmt.Errorf("no node %q", r.node)
		}
		return node.Connect("app", nats.Name(r.name), nats.MaxReconnects(-1))
	}
}

// publish sends a message of size bytes rate times a second.
func publish(subject string, size, rate int) func(context.Context, *nats.Conn) error {
	return every(rate, func(nc *nats.Conn, payload []byte) error { return nc.Publish(subject, payload) }, size)
}

// request sends rate requests a second and ignores missing answers.
func request(subject string, rate int) func(context.Context, *nats.Conn) error {
	return every(rate, func(nc *nats.Conn, payload []byte) error {
		_, err := nc.Request(subject, payload, time.Second)
		return err
	}, 32)
}

// every repeats one operation at a steady rate until ctx is done or the
// connection is closed; errors are ignored.
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

// serve answers as an instance of a micro service.
func serve(name, subject string) func(context.Context, *nats.Conn) error {
	return func(_ context.Context, nc *nats.Conn) error {
		_, err := micro.AddService(nc, micro.Config{
			Name: name, Version: "1.0.0", Description: "Returns the price of an article",
			Endpoint: &micro.EndpointConfig{
				Subject: subject,
				Handler: micro.HandlerFunc(func(r micro.Request) { _ = r.Respond([]byte("42")) }), // the requester retries
			},
		})
		return err
	}
}

// createStream creates a stream.
func (s traffic) createStream(cfg jetstream.StreamConfig) func(context.Context, *nats.Conn) error {
	return func(ctx context.Context, nc *nats.Conn) error {
		js, err := s.jetStream(nc)
		if err != nil {
			return err
		}
		cfg.Replicas = s.replicas
		if s.cluster != "" {
			cfg.Placement = &jetstream.Placement{Cluster: s.cluster}
		}
		_, err = js.CreateStream(ctx, cfg)
		return err
	}
}

// consume consumes up to rate messages a second from a stream, one at a time.
func (s traffic) consume(stream, durable string, rate int) func(context.Context, *nats.Conn) error {
	return func(ctx context.Context, nc *nats.Conn) error {
		js, err := s.jetStream(nc)
		if err != nil {
			return err
		}
		consumer, err := js.CreateOrUpdateConsumer(ctx, stream, jetstream.ConsumerConfig{
			Durable: durable, AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 100,
		})
		if err != nil {
			return err
		}
		return every(rate, func(*nats.Conn, []byte) error {
			msg, err := consumer.Next(jetstream.FetchMaxWait(time.Second))
			if err != nil {
				return err
			}
			return msg.Ack()
		}, 0)(ctx, nc)
	}
}
