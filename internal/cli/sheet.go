package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/natsctl/natsctl/internal/view"
)

// Sheet is names and values for people, one pair a line; a name of "" continues
// the one above. The zero value is empty and ready to use.
type Sheet struct{ lines [][2]string }

// Add adds a value, unless it is empty.
func (s *Sheet) Add(name, value string) {
	if value != "" {
		s.lines = append(s.lines, [2]string{name, value})
	}
}

// List adds the values one below the other.
func (s *Sheet) List(name string, values []string) {
	for _, v := range values {
		s.lines = append(s.lines, [2]string{name, v})
		name = ""
	}
}

// Write writes the pairs. Every value is made safe for a terminal here.
func (s *Sheet) Write(w io.Writer) error {
	for _, l := range s.lines {
		if _, err := fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%-18s %s", l[0], view.Text(l[1])), " ")); err != nil {
			return err
		}
	}
	return nil
}
