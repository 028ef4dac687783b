package tap

// batchBytes is what a server reads at once.
const batchBytes = 64 << 10

// Buffer collects messages that ask for a reply and writes many of them at
// once. What was added and not flushed is not sent yet. One goroutine uses it.
type Buffer struct {
	tap *Tap
	buf []byte
}

// NewBuffer writes to the connection of a tap.
func NewBuffer(t *Tap) *Buffer { return &Buffer{tap: t} }

// PublishRequest adds a message with a reply subject.
func (p *Buffer) PublishRequest(subject, reply string, payload []byte) error {
	p.buf = AppendPub(p.buf, subject, reply, len(payload))
	p.buf = append(p.buf, payload...)
	p.buf = append(p.buf, "\r\n"...)
	if len(p.buf) < batchBytes {
		return nil
	}
	return p.Flush()
}

// Flush sends everything that was added. After an error it is lost, or a part of it.
func (p *Buffer) Flush() error {
	if len(p.buf) == 0 {
		return nil
	}
	err := p.tap.Write(p.buf)
	p.buf = p.buf[:0]
	return err
}
