package authcmd

import (
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// sheet is what a document says to people.
type sheet struct{ cli.Sheet }

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
