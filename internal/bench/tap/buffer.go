package tap

// batchBytes is what a server reads at once.
const batchBytes = 64 << 10

// Buffer collects messages that ask for a reply and writes many of them at
// once. Messages are not sent until Flush. It is not safe for concurrent use.
type Buffer struct {
	tap *Tap
	buf []byte
}

// NewBuffer returns a buffer that writes to the connection of a tap.
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

// Flush sends everything that was added. After an error, some or all of it is lost.
func (p *Buffer) Flush() error {
	if len(p.buf) == 0 {
		return nil
	}
	err := p.tap.Write(p.buf)
	p.buf = p.buf[:0]
	return err
}
