package authcmd

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// sheet is names and values for people, one pair a line; a name of "" goes on
// with the one above.
type sheet struct{ lines [][2]string }

// add adds a value, unless it is empty.
func (s *sheet) add(name, value string) {
	if value != "" {
		s.lines = append(s.lines, [2]string{name, value})
	}
}

// list adds the values one below the other.
func (s *sheet) list(name string, values []string) {
	for _, v := range values {
		s.lines = append(s.lines, [2]string{name, v})
		name = ""
	}
}

// write writes the pairs. Every value is made safe for a terminal here.
func (s *sheet) write(w io.Writer) error {
	for _, l := range s.lines {
		if _, err := fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%-18s %s", l[0], view.Text(l[1])), " ")); err != nil {
			return err
		}
	}
	return nil
}

// moment formats a time of claims, with how far it is from now; "" for none.
func moment(unix int64, now time.Time) string {
	if unix == 0 {
		return ""
	}
	at := time.Unix(unix, 0).UTC()
	text := at.Format(time.DateTime) + "Z"
	if left := at.Sub(now); left > 0 {
		return text + ", in " + fleet.Lasting(left.Seconds())
	}
	return text + ", " + fleet.Lasting(now.Sub(at).Seconds()) + " ago"
}

// limit names a limit; "" if there is none.
func limit(name string, value int64, unit view.Unit) string {
	if value < 0 {
		return ""
	}
	return name + " " + unit.Format(value)
}

// parts joins the parts that are not empty.
func parts(list ...string) string {
	var out []string
	for _, p := range list {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, ", ")
}

// named is a name with its key, or the key alone.
func named(name, key string) string {
	if name == "" || name == key {
		return key
	}
	return name + " (" + key + ")"
}
