package roster

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/atomicfile"
)

// schema names the format of the file.
const schema = "natsctl.exporter.state/v1"

// ErrUnknown is wrapped by [Forget] if the file does not have the server.
var ErrUnknown = errors.New("no such server")

// content is the file.
type content struct {
	Schema    string    `json:"schema"`
	Servers   []*member `json:"servers"`
	Forgotten []*member `json:"forgotten,omitempty"` // somebody said that they are gone for good
}

// file is where the memory is kept; it is read again when somebody else changed
// it. With an empty path there is none.
type file struct {
	path    string
	changed time.Time // the modification time that was read or written last
	size    int64
}

// read adds what the file has to the memory, if it changed.
func (r *Roster) read(now time.Time) error {
	f := &r.file
	if f.path == "" {
		return nil
	}
	info, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if info.ModTime().Equal(f.changed) && info.Size() == f.size {
		return nil
	}
	c, err := load(f.path)
	if err != nil {
		return err
	}
	f.changed, f.size = info.ModTime(), info.Size()
	for _, m := range c.Servers {
		at := place{m.Name, m.Cluster}
		if r.members[at] == nil && len(r.members) < maxServers {
			m.times = 2
			r.members[at] = m
		}
	}
	for _, m := range c.Forgotten {
		at := place{m.Name, m.Cluster}
		if old := r.members[at]; old != nil && !old.Seen.After(m.Seen) {
			delete(r.members, at)
		}
		r.forget(m, now)
	}
	return nil
}

// forget reports a server as departed since it was forgotten.
func (r *Roster) forget(m *member, now time.Time) {
	known := slices.ContainsFunc(r.departed, func(d *scrape.Departure) bool { return d.ID == m.ID && d.How == Forgotten })
	if !known && now.Sub(m.Seen) < departMemory {
		r.departed = append(r.departed, &scrape.Departure{ID: m.ID, Name: m.Name, Cluster: m.Cluster, How: Forgotten, At: m.Seen, Received: m.Seen})
	}
}

// load reads a file; one that does not exist is empty.
func load(path string) (content, error) {
	var c content
	body, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return content{Schema: schema}, nil
	}
	if err != nil {
		return c, err
	}
	if err := json.Unmarshal(body, &c); err != nil {
		return c, fmt.Errorf("%s is not a file of the exporter's state: %w", path, err)
	}
	if c.Schema != schema {
		return c, fmt.Errorf("%s: unknown schema %q, want %s", path, c.Schema, schema)
	}
	c.Servers = slices.DeleteFunc(c.Servers, func(m *member) bool { return m == nil || m.Name == "" })
	c.Forgotten = slices.DeleteFunc(c.Forgotten, func(m *member) bool { return m == nil || m.Name == "" })
	return c, nil
}

func (c content) save(path string) error {
	body, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	return atomicfile.Write(path, append(body, '\n'), 0o600)
}

// write replaces the file.
func (f *file) write(members map[place]*member, departed []*scrape.Departure) error {
	if f.path == "" {
		return nil
	}
	c := content{Schema: schema, Servers: []*member{}}
	for _, m := range members {
		if m.times >= 2 {
			c.Servers = append(c.Servers, m)
		}
	}
	for _, d := range departed {
		if d.How == Forgotten {
			c.Forgotten = append(c.Forgotten, &member{Name: d.Name, Cluster: d.Cluster, ID: d.ID, Seen: d.At})
		}
	}
	slices.SortFunc(c.Servers, byPlace)
	if err := c.save(f.path); err != nil {
		return err
	}
	info, err := os.Stat(f.path)
	if err == nil {
		f.changed, f.size = info.ModTime(), info.Size()
	}
	return err
}

func byPlace(a, b *member) int {
	return strings.Compare(a.Cluster+"\x00"+a.Name, b.Cluster+"\x00"+b.Name)
}

// Forget records in the file that servers are gone for good: an exporter that
// uses the file misses them no longer. Unless each name is one of the file's,
// nothing changes and the error wraps [ErrUnknown].
func Forget(path string, names []string, now time.Time) error {
	c, err := load(path)
	if err != nil {
		return err
	}
	for _, name := range names {
		found := false
		c.Servers = slices.DeleteFunc(c.Servers, func(m *member) bool {
			if m.Name != name {
				return false
			}
			found = true
			c.Forgotten = append(c.Forgotten, &member{Name: m.Name, Cluster: m.Cluster, ID: m.ID, Seen: now})
			return true
		})
		if !found {
			return fmt.Errorf("%w: %q is not in %s", ErrUnknown, name, path)
		}
	}
	return c.save(path)
}

// Names returns the servers that the file has.
func Names(path string) ([]string, error) {
	c, err := load(path)
	var out []string
	for _, m := range c.Servers {
		out = append(out, m.Name)
	}
	return out, err
}
