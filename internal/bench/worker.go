package bench

import (
	"context"
	"errors"
	"time"

	"github.com/natsctl/natsctl/internal/bench/hist"
)

// workload is what differs between the workloads. All methods are called from
// one goroutine, in the order listed here.
type workload interface {
	// setup connects, subscribes and creates streams and the like.
	setup(ctx context.Context) error
	// probe returns when messages of every sender reach their receivers.
	probe(ctx context.Context) error
	// workers returns the senders.
	workers(ctx context.Context) []worker
	// missing returns how many messages of the measurement are still in flight.
	// It is called while workers and receivers are running.
	missing(ctx context.Context) int64
	// addCounts adds the counts of the workload to the report. It is called after all
	// receivers have stopped.
	addCounts(ctx context.Context, rep *report)
}

// worker sends the messages of one phase after another; finish follows the last.
type worker interface {
	work(ctx context.Context, p phase) error
	finish(err error)
	counts() *ledger
}

func asWorkers[W worker](ws []W) []worker {
	var out []worker
	for _, w := range ws {
		out = append(out, w)
	}
	return out
}

// ledger holds the counts of a sending worker in the measurement.
type ledger struct {
	sendlag hist.Hist
	writer  *hist.Writer
	sent    int64 // attempts, and so the next number
	refused int64 // of those, not accepted by the client library
	onTime  int64 // sent before the measurement was over
	bytes   int64
	last    int64 // instant of the last send
	err     error
}

// send counts an attempt in a measurement that ends at the instant end.
func (l *ledger) send(at, now, size, end int64, refused bool) {
	l.sent++
	l.bytes += size
	l.last = now
	if now < end+tolerated {
		l.onTime++
	}
	if refused {
		l.refused++
	}
	l.sendlag.Record(now - at)
	l.writer.Sent(now, 1)
}

// tolerated is how late after the end of the measurement a send still counts as on
// time: a pause of the machine is not saturation.
const tolerated = int64(100 * time.Millisecond)

// errWarm ends a warm-up that cannot keep its rate: the rest is not sent.
var errWarm = errors.New("warm-up is over")

// floodBurst is how many messages share a reading of the clock at full speed.
const floodBurst = 64
