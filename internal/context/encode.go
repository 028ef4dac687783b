package natsctx

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// maxFile is the maximum size of a context file in bytes. Embedded credentials are a few kilobytes.
const maxFile = 1 << 20

// member is a key of the file other than the 24, with its value untouched.
type member struct {
	key   string
	value json.RawMessage
}

// Context is one saved context.
type Context struct {
	Name string // never in the file: the file's name is the context's name
	Path string // the file that it was loaded from, "" for a new one
	Settings
	extra  []member
	access access // of the file at Path, when it was read
}

// Unknown returns the keys of the file other than the 24, in file order.
// They are kept when the context is saved.
func (c *Context) Unknown() []string {
	keys := make([]string, 0, len(c.extra))
	for _, m := range c.extra {
		keys = append(keys, m.key)
	}
	return keys
}

// Decode parses a context file. Its errors describe the JSON problem, and contain no
// value of the file.
func Decode(name string, data []byte) (*Context, error) {
	c := &Context{Name: name}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, errors.New("the file is empty")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		return nil, locate(data, err)
	}
	extra, err := members(data)
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(data, &c.Settings); err != nil {
		return nil, locate(data, err)
	}
	c.extra = extra
	return c, nil
}

// members returns the members of a JSON object that are not settings. The data is valid JSON.
func members(data []byte) ([]member, error) {
	dec := json.NewDecoder(bytes.NewReader(data))
	open, err := dec.Token()
	if err != nil {
		return nil, err
	}
	if open != json.Delim('{') {
		return nil, errors.New("not a JSON object")
	}
	var out []member
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		m := member{key: key.(string)} // an object's key is a string, or Token fails
		if err := dec.Decode(&m.value); err != nil {
			return nil, err
		}
		out = addMember(out, m)
	}
	return out, nil
}

// addMember adds an unknown member; of two with the same key the last one counts, as everywhere in JSON.
func addMember(all []member, m member) []member {
	if isSetting(m.key) {
		return all
	}
	all = slices.DeleteFunc(all, func(x member) bool { return x.key == m.key })
	return append(all, m)
}

// isSetting reports whether encoding/json puts a key into a setting (it ignores
// case), or whether it is "name", which the nats CLI prints and never saves.
func isSetting(key string) bool {
	return strings.EqualFold(key, "name") ||
		slices.ContainsFunc(fields, func(f Field) bool { return strings.EqualFold(f.Key, key) })
}

// locate puts line and column, or the key, in front of a JSON error.
func locate(data []byte, err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return fmt.Errorf("key %q must be a %s, not a %s", kind.Field, kind.Type, strings.Fields(kind.Value)[0])
	case errors.As(err, &syntax):
		upto := data[:max(0, min(int(syntax.Offset)-1, len(data)))] // the offset is behind the offending byte
		line := bytes.Count(upto, []byte("\n")) + 1
		return fmt.Errorf("line %d column %d: %w", line, len(upto)-bytes.LastIndexByte(upto, '\n'), syntax)
	}
	return err
}

// Encode returns the bytes of the context's file: indented by two spaces, all 24
// keys, then the unknown ones, no newline at the end. Without unknown keys this is
// byte for byte what the nats CLI writes.
func (c *Context) Encode() ([]byte, error) {
	known, err := json.Marshal(c.Settings)
	if err != nil {
		return nil, err
	}
	flat := bytes.NewBuffer(known[:len(known)-1])
	for _, m := range c.extra {
		key, err := json.Marshal(m.key)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(flat, ",%s:%s", key, m.value)
	}
	flat.WriteByte('}')
	var out bytes.Buffer
	if err := json.Indent(&out, flat.Bytes(), "", "  "); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
