package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/pace"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/usage"
)

// calibrationSizes are the payload sizes for which ceilings are measured.
var calibrationSizes = []int{16, 128, 1024, 8192}

// Calibrate measures the generator, and the round trip if connect is not nil.
// It takes about five seconds.
func Calibrate(ctx context.Context, connect Connect) (*result.Calibration, error) {
	meter := usage.Start(nil)
	c := &result.Calibration{Schema: result.CalibrationSchema, Precise: pace.Precise}
	var err error
	if c.TimerLag, err = timerLag(ctx, time.Second); err != nil {
		return nil, err
	}
	c.ClockNS = clockCost()
	if connect != nil {
		if c.RTT, err = roundTrips(ctx, connect); err != nil {
			return nil, err
		}
	}
	for _, driver := range []string{scenario.DriverNatsGo, scenario.DriverRaw} {
		for _, size := range calibrationSizes {
			perSec, err := FindCeiling(ctx, scenario.Spec{Workload: scenario.Pub, Sizes: []int{size}, Driver: driver}, 300*time.Millisecond)
			if err != nil {
				return nil, err
			}
			c.Ceilings = append(c.Ceilings, result.Ceiling{Driver: driver, Size: size, PerSec: perSec, BytesPS: perSec * float64(size)})
		}
	}
	var used result.ClientUse
	meter.Read(&used, 0)
	c.Foreign = used.ForeignCPU
	c.Env = clientEnv("", "")
	return c, nil
}

// timerLag measures the lag of a thousand empty sends per second.
func timerLag(ctx context.Context, d time.Duration) (*result.Distribution, error) {
	shape, err := pace.Constant(1000, d)
	if err != nil {
		return nil, fmt.Errorf("timer lag: %w", err)
	}
	var h hist.Hist
	done := make(chan error, 1)
	go func() { // a separate goroutine, since its thread is changed
		defer pace.Lock()()
		done <- pace.Run(ctx, pace.NewMonotonic(time.Now()), 0, pace.Even(shape, 0, 1), func(at, now int64) error {
			h.Record(now - at)
			return nil
		})
	}()
	if err := <-done; err != nil {
		return nil, err
	}
	return result.NewDistribution(&h), nil
}

// clockCost returns how long reading the clock takes, in nanoseconds.
func clockCost() float64 {
	const n = 1 << 16
	c := pace.NewMonotonic(time.Now())
	from := c.Now()
	for range n {
		c.Now()
	}
	return float64(c.Now()-from) / n
}

func roundTrips(ctx context.Context, connect Connect) (*result.Distribution, error) {
	r := newRun(scenario.Spec{Timeout: scenario.DefaultTimeout, Sizes: []int{0}}, connect, JSAPI{})
	defer func() { _ = r.close(ctx) }() // it created nothing
	l, err := r.link("calibrate")
	if err != nil {
		return nil, err
	}
	var h hist.Hist
	for range 200 {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		rtt, err := l.nc.RTT()
		if err != nil {
			return nil, fmt.Errorf("round trip: %w", err)
		}
		h.Record(int64(rtt))
	}
	return result.NewDistribution(&h), nil
}

// FindCeiling measures for d how fast the publishers of a closed-loop scenario
// fill a sink in this process that discards everything: the limit of the
// generator itself, in messages per second.
func FindCeiling(ctx context.Context, s scenario.Spec, d time.Duration) (float64, error) {
	sink, err := newNullSink()
	if err != nil {
		return 0, err
	}
	defer sink.close()
	s.Workload, s.Subject, s.Subs, s.Queue, s.Msgs = scenario.Pub, "ceiling", 0, "", 0
	s.Load = scenario.Load{Mode: scenario.Max}
	for range 3 {
		s.Warmup, s.Duration = scenario.Duration(d/4), scenario.Duration(d)
		res, err := Execute(ctx, s, func(opts ...nats.Option) (*nats.Conn, error) {
			return nats.Connect("nats://"+sink.l.Addr().String(), opts...)
		})
		if err != nil {
			return 0, fmt.Errorf("ceiling of the generator: %w", err)
		}
		if res.Runs[0].Sent > 0 {
			return res.Runs[0].Rate.Sent, nil
		}
		d *= 4 // the machine is so busy that not even the generator ran
	}
	return 0, fmt.Errorf("ceiling of the generator: %w", errTimeout)
}

// nullSink implements just enough of the protocol for a client to work, and
// discards what it publishes.
type nullSink struct {
	l     net.Listener
	group sync.WaitGroup
	mu    sync.Mutex
	conns []net.Conn
}

func newNullSink() (*nullSink, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("null sink: %w", err)
	}
	s := &nullSink{l: l}
	s.group.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			s.conns = append(s.conns, c)
			s.mu.Unlock()
			s.group.Go(func() {
				defer func() { _ = c.Close() }()
				_ = s.serve(c) // ends with its client
			})
		}
	})
	return s, nil
}

func (s *nullSink) close() {
	_ = s.l.Close()
	s.mu.Lock()
	for _, c := range s.conns {
		_ = c.Close()
	}
	s.mu.Unlock()
	s.group.Wait()
}

const sinkInfo = `INFO {"server_id":"null","server_name":"null","version":"2.15.0","proto":1,"headers":true,"max_payload":67108864}` + "\r\n"

// serve answers every PING, and skips the payload of every PUB.
func (s *nullSink) serve(c net.Conn) error {
	if _, err := io.WriteString(c, sinkInfo); err != nil {
		return err
	}
	r := bufio.NewReaderSize(c, batchBytes)
	for {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return err
		}
		switch line[0] {
		case 'P':
			if line[1] == 'I' {
				_, err = io.WriteString(c, "PONG\r\n")
			} else if line[1] == 'U' {
				err = skipPayload(r, line)
			}
		case 'C', 'S', 'U': // CONNECT, SUB, UNSUB
		default:
			err = errNotProtocol
		}
		if err != nil {
			return err
		}
	}
}

var errNotProtocol = errors.New("not the protocol")

func skipPayload(r *bufio.Reader, line []byte) error {
	n, unit := 0, 1
	for i := len(line) - 3; i >= 0 && line[i] != ' '; i-- {
		n += int(line[i]-'0') * unit
		unit *= 10
	}
	_, err := r.Discard(n + 2)
	return err
}
