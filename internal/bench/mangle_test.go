package bench

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
)

// mangle copies the protocol from a server to a client and lets f decide what
// becomes of every MSG frame: none, one or several frames in its place.
func mangle(dst io.Writer, src io.Reader, f func(frame []byte) [][]byte) {
	r := bufio.NewReaderSize(src, 64<<10)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil {
			return
		}
		out := [][]byte{line}
		if bytes.HasPrefix(line, []byte("MSG ")) || bytes.HasPrefix(line, []byte("HMSG ")) {
			fields := bytes.Fields(line)
			size, err := strconv.Atoi(string(fields[len(fields)-1]))
			if err != nil {
				return
			}
			frame := append(line, make([]byte, size+2)...)
			if _, err := io.ReadFull(r, frame[len(line):]); err != nil {
				return
			}
			out = f(frame)
		}
		for _, b := range out {
			if _, err := dst.Write(b); err != nil {
				return
			}
		}
	}
}
