package recording

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/klauspost/compress/gzip"

	"github.com/natsctl/natsctl/internal/fleet"
)

// maxLine is the longest line that is read, in bytes: a snapshot of thousands
// of servers with all their connections stays below it. While a file is
// indexed, at most keptLine bytes of a line are kept; a longer line is
// identified by its beginning.
const (
	maxLine  = 256 << 20
	keptLine = 16 << 20
)

// Recording is a file of snapshots and events, indexed by time and decoded on
// demand. It is safe for concurrent use if its file is.
type Recording struct {
	file  io.ReaderAt
	size  int64
	gzip  bool
	index []recordedLine
	notes []fleet.Event
	cut   bool
	bad   int    // lines
	other string // the schema of a line that another version wrote

	damaged int // places
}

// recordedLine is the position of a snapshot: the start of its segment and the
// number of lines before it in the segment.
type recordedLine struct {
	offset int64
	skip   int
	time   time.Time
}

// Open indexes a recording: one pass over the file, which keeps times
// and events, not snapshots. A file that was cut short is read up to the cut.
// The errors wrap [ErrInvalid], or are those of file.
func Open(file io.ReaderAt, size int64) (*Recording, error) {
	r := &Recording{file: file, size: size}
	magic := make([]byte, 2)
	if n, err := file.ReadAt(magic, 0); err != nil && n < 2 {
		if errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("%w: the file is empty", ErrInvalid)
		}
		return nil, err
	}
	r.gzip = magic[0] == 0x1f && magic[1] == 0x8b
	var err error
	if r.gzip {
		err = r.indexMembers()
	} else {
		err = r.indexPlain()
	}
	if err != nil {
		return nil, err
	}
	if len(r.index) == 0 {
		if r.other != "" {
			return nil, fmt.Errorf("%w that this version reads: it holds %q, which another one wrote", ErrInvalid, r.other)
		}
		return nil, fmt.Errorf("%w: no snapshot in it", ErrInvalid)
	}
	return r, nil
}

// indexMembers reads the gzip members one after the other, so that each one's
// offset is known. Damaged data is skipped up to the next member.
func (r *Recording) indexMembers() error {
	var z gzip.Reader
	for offset := int64(0); offset < r.size; {
		read, err := r.indexMember(&z, offset)
		switch {
		case errors.Is(err, errLineTooLong):
			return err
		case err == nil:
			offset += read
			continue
		}
		next, err := r.nextMember(offset + 1)
		if err != nil {
			return err
		}
		if next < 0 {
			r.cut = true // half a member, or what a crash left behind
			return nil
		}
		r.damaged++
		offset = next
	}
	return nil
}

// indexMember notes the snapshots of the member at offset and returns its size
// in the file. Snapshots before damaged data are noted too.
func (r *Recording) indexMember(z *gzip.Reader, offset int64) (int64, error) {
	in := &countingReader{buf: bufio.NewReaderSize(io.NewSectionReader(r.file, offset, r.size-offset), 1<<16)}
	if err := z.Reset(in); err != nil {
		return 0, err
	}
	z.Multistream(false)
	err := r.indexLines(z, offset, false)
	return in.read, err
}

// nextMember finds the next place at or after offset where a member may begin,
// or -1.
func (r *Recording) nextMember(offset int64) (int64, error) {
	const chunk = 1 << 16
	magic := []byte{0x1f, 0x8b, 8} // RFC 1952: two bytes, and deflate
	buf := make([]byte, chunk)
	for ; offset < r.size; offset += chunk - int64(len(magic)) + 1 {
		n, err := r.file.ReadAt(buf[:min(chunk, r.size-offset)], offset)
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		if i := bytes.Index(buf[:n], magic); i >= 0 {
			return offset + int64(i), nil
		}
	}
	return -1, nil
}

func (r *Recording) indexPlain() error {
	err := r.indexLines(io.NewSectionReader(r.file, 0, r.size), 0, true)
	if errors.Is(err, errCut) {
		r.cut, err = true, nil
	}
	return err
}

// errCut means that a segment ends in the middle of a line.
var errCut = errors.New("ends in the middle of a line")

// indexLines notes the snapshots of one segment, up to its end or to damaged
// data. In plain text a segment can start at any line.
func (r *Recording) indexLines(in io.Reader, offset int64, plain bool) error {
	lines := bufio.NewReaderSize(in, 1<<16)
	for skip := 0; ; skip++ {
		line, size, err := readLine(lines, keptLine)
		if err != nil {
			if !errors.Is(err, io.EOF) {
				return err
			}
			if len(line) > 0 {
				return errCut
			}
			return nil
		}
		at := recordedLine{offset: offset, skip: skip}
		if plain {
			at = recordedLine{offset: offset}
			offset += size
		}
		r.indexLine(line, size > int64(len(line)), at)
	}
}

// lineHead is the beginning of a line.
type lineHead struct {
	Schema string    `json:"schema"`
	Time   time.Time `json:"time"`
}

// indexLine indexes one line: a snapshot, an event, or something else, which is
// counted and skipped. A line is cut if it is too long to keep.
func (r *Recording) indexLine(line []byte, cut bool, at recordedLine) {
	if len(bytes.TrimSpace(line)) == 0 {
		return
	}
	var head lineHead
	err := json.Unmarshal(line, &head)
	if cut {
		head, err = readHead(line)
	}
	switch {
	case err == nil && head.Schema == fleet.Schema:
		at.time = head.Time
		r.index = append(r.index, at)
	case err == nil && head.Schema == EventSchema:
		var e recordedEvent
		if json.Unmarshal(line, &e) != nil {
			r.bad++
			return
		}
		r.notes = append(r.notes, e.Event)
	default:
		r.bad++
		if name, _, _ := strings.Cut(fleet.Schema, "/"); strings.HasPrefix(head.Schema, name+"/") {
			r.other = head.Schema
		}
	}
}

// readHead reads the schema and the time from the beginning of a line.
func readHead(line []byte) (head lineHead, err error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	if _, err = dec.Token(); err != nil {
		return head, err
	}
	for head.Schema == "" || head.Time.IsZero() {
		name, err := dec.Token()
		if err != nil {
			return head, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return head, err
		}
		switch name {
		case "schema":
			err = json.Unmarshal(value, &head.Schema)
		case "time":
			err = json.Unmarshal(value, &head.Time)
		}
		if err != nil {
			return head, err
		}
	}
	return head, nil
}

var errLineTooLong = fmt.Errorf("%w: a line of more than %d bytes", ErrInvalid, maxLine)

// readLine returns the next line with its newline, of which it keeps a limited
// number of bytes; a last line without a newline is returned with the error
// that ended it. Of a long line that is not a JSON object only the beginning is
// kept; size is that of the whole line.
func readLine(in *bufio.Reader, keep int) (line []byte, size int64, err error) {
	for {
		part, err := in.ReadSlice('\n')
		size += int64(len(part))
		if len(line) == 0 || len(line) < keep && bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("{")) {
			line = append(line, part[:min(len(part), max(keep-len(line), 0))]...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, size, err
		}
		if size > maxLine && (len(line) == 0 || bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("{"))) {
			return nil, size, errLineTooLong
		}
	}
}

// countingReader counts what a decompressor consumed. It is a ByteReader, so
// the decompressor does not read ahead of a member's end.
type countingReader struct {
	buf  *bufio.Reader
	read int64
}

// Read implements [io.Reader].
func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.buf.Read(p)
	c.read += int64(n)
	return n, err
}

// ReadByte implements [io.ByteReader].
func (c *countingReader) ReadByte() (byte, error) {
	b, err := c.buf.ReadByte()
	if err == nil {
		c.read++
	}
	return b, err
}
