package hist

import "sync"

// Step is the length of a window of the timeline in nanoseconds.
const Step = int64(1e9)

// Window is one second of a run. Latencies are nanoseconds, to 1.6 %.
type Window struct {
	Second   int // since the start of the measurement
	Sent     int64
	Received int64
	P50      int64
	P99      int64
	Max      int64
}

// Timeline collects the windows of all workers. It is safe for concurrent use:
// each worker updates it once a second, through its own [Lane].
type Timeline struct {
	start   int64
	mu      sync.Mutex
	slots   []*slot
	writers []*Writer
	done    int // slots below this are complete
}

type slot struct {
	win  Window
	hist *coarse
}

// NewTimeline returns an empty timeline; [Timeline.Begin] starts it.
func NewTimeline() *Timeline { return &Timeline{} }

// Begin sets the instant of the run's clock at which the first window begins;
// earlier events count into it. It comes before the first event of any writer.
func (t *Timeline) Begin(start int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.start = start
	for _, l := range t.writers {
		l.end = start + Step
	}
}

// Start is the instant given to [Timeline.Begin]; 0 before.
func (t *Timeline) Start() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.start
}

// NewWriter returns a new writer for a worker.
func (t *Timeline) NewWriter() *Writer {
	l := &Writer{line: t, end: t.start + Step}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.writers = append(t.writers, l)
	return l
}

// Windows returns the timeline so far, without gaps. It is complete up to the
// last [Writer.Flush] of every writer.
func (t *Timeline) Windows() []Window {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := make([]Window, len(t.slots))
	for i, s := range t.slots {
		out[i] = s.reduced()
		out[i].Second = i
	}
	return out
}

func (s *slot) reduced() Window {
	w := s.win
	if s.hist != nil && s.hist.n > 0 {
		w.P50, w.P99, w.Max = s.hist.quantile(0.5), s.hist.quantile(0.99), s.hist.max
	}
	return w
}

// add adds a writer's window to its second and frees the histograms of seconds that
// no writer can add to any more.
func (t *Timeline) add(l *Writer, second, next int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for len(t.slots) <= second {
		t.slots = append(t.slots, &slot{})
	}
	s := t.slots[second]
	s.win.Sent += l.sent
	s.win.Received += l.received
	if l.hist.n > 0 {
		if s.hist == nil {
			s.hist = new(coarse)
		}
		s.hist.merge(&l.hist)
	}
	l.second = next
	oldest := next
	for _, o := range t.writers {
		oldest = min(oldest, o.second)
	}
	for ; t.done < min(oldest, len(t.slots)); t.done++ {
		d := t.slots[t.done]
		d.win, d.hist = d.reduced(), nil
	}
}

// Writer counts the events of one worker. It is not safe for concurrent use.
type Writer struct {
	line           *Timeline
	second         int // guarded by line.mu
	cur            int
	end            int64
	sent, received int64
	hist           coarse
}

// Sent counts n messages sent at the instant now.
func (w *Writer) Sent(now, n int64) {
	if now >= w.end {
		w.advance(now)
	}
	w.sent += n
}

// Received counts n messages of a latency, all received at the instant now.
func (w *Writer) Received(now, latency int64) {
	if now >= w.end {
		w.advance(now)
	}
	w.received++
	w.hist.record(latency)
}

// Arrived counts a message without latency.
func (w *Writer) Arrived(now int64) {
	if now >= w.end {
		w.advance(now)
	}
	w.received++
}

func (w *Writer) advance(now int64) {
	next := int((now - w.line.start) / Step)
	w.line.add(w, w.cur, next)
	w.cur, w.end = next, w.line.start+int64(next+1)*Step
	w.sent, w.received = 0, 0
	w.hist = coarse{}
}

// Flush adds what the writer still holds to the timeline; the worker must be idle.
func (w *Writer) Flush() {
	if w.sent|w.received != 0 {
		w.line.add(w, w.cur, w.cur)
		w.sent, w.received, w.hist = 0, 0, coarse{}
	}
}
