package bench

import "github.com/natsctl/natsctl/internal/bench/tap"

// pen writes messages that are to be answered with the raw driver: many of
// them with one write. What was written and not flushed is not sent yet. One
// goroutine uses it.
type pen struct {
	tap *tap.Tap
	buf []byte
}

// PublishRequest puts a message with a reply subject behind those that wait.
func (p *pen) PublishRequest(subject, reply string, payload []byte) error {
	p.buf = tap.AppendPub(p.buf, subject, reply, len(payload))
	p.buf = append(p.buf, payload...)
	p.buf = append(p.buf, "\r\n"...)
	if len(p.buf) < batchBytes {
		return nil
	}
	return p.flush()
}

// flush sends all that waits. After an error it is lost, or a part of it.
func (p *pen) flush() error {
	if len(p.buf) == 0 {
		return nil
	}
	err := p.tap.Write(p.buf)
	p.buf = p.buf[:0]
	return err
}
