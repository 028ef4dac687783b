package proxy

import (
	"bufio"
	"bytes"
	"io"
	"slices"
	"strconv"
)

// Fault returns the frames that a client receives in the place of one frame: none, one or several. A frame is a MSG or HMSG of
// the client protocol with its line, headers and payload.
type Fault func(frame []byte) [][]byte

// Match chooses frames.
type Match func(frame []byte) bool

// Swallow loses the frames that match.
func Swallow(match Match) Fault {
	return func(frame []byte) [][]byte {
		if match(frame) {
			return nil
		}
		return [][]byte{frame}
	}
}

// Duplicate repeats the frames that match so many times.
func Duplicate(match Match, times int) Fault {
	return func(frame []byte) [][]byte {
		out := [][]byte{frame}
		if match(frame) {
			for range times {
				out = append(out, frame)
			}
		}
		return out
	}
}

// Reorder holds the frames that match back until right after the next frame that matches until.
func Reorder(match, until Match) Fault {
	var held [][]byte
	return func(frame []byte) [][]byte {
		switch {
		case match(frame):
			held = append(held, frame)
			return nil
		case until(frame):
			out := append([][]byte{frame}, held...)
			held = nil
			return out
		}
		return [][]byte{frame}
	}
}

// Corrupt flips the last bit of the payload of the frames that match.
func Corrupt(match Match) Fault {
	return func(frame []byte) [][]byte {
		if match(frame) {
			frame = bytes.Clone(frame)
			frame[len(frame)-len("\r\n")-1] ^= 1
		}
		return [][]byte{frame}
	}
}

// copyMessages copies the protocol from a server to a client, with the faults.
func (p *Proxy) copyMessages(client io.Writer, server io.Reader) {
	r := bufio.NewReaderSize(server, 64<<10)
	for {
		frame, isMessage, err := read(r)
		if err != nil {
			return
		}
		out := [][]byte{frame}
		if isMessage {
			out = p.apply(frame)
		}
		for _, b := range out {
			if _, err := client.Write(b); err != nil {
				return
			}
		}
	}
}

// read returns the next line of the protocol, with the payload if it is that of a message.
func read(r *bufio.Reader) (frame []byte, isMessage bool, err error) {
	line, err := r.ReadBytes('\n')
	if err != nil || !bytes.HasPrefix(line, []byte("MSG ")) && !bytes.HasPrefix(line, []byte("HMSG ")) {
		return line, false, err
	}
	fields := bytes.Fields(line)
	size, err := strconv.Atoi(string(fields[len(fields)-1]))
	if err != nil {
		return nil, false, err
	}
	frame = slices.Concat(line, make([]byte, size+len("\r\n")))
	_, err = io.ReadFull(r, frame[len(line):])
	return frame, true, err
}

// apply returns what the faults make of a message. Their state is shared by all connections.
func (p *Proxy) apply(frame []byte) [][]byte {
	p.faultMu.Lock()
	defer p.faultMu.Unlock()
	frames := [][]byte{frame}
	for _, fault := range p.faults {
		var out [][]byte
		for _, f := range frames {
			out = append(out, fault(f)...)
		}
		frames = out
	}
	return frames
}
