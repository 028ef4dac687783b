package cli

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kingpin/v2"
)

// zeroes are the flags that accept the number 0, for example as "no limit", "at
// once" or the first of several. Every other numeric flag requires a positive
// number, and none accepts a negative one or NaN.
var zeroes = []string{
	"drain", "grace", "jitter", "max-series", "min-interval", "notice", "rate", "serve", "slot", "think", "top", "verify", "warmup",
}

// given is a flag or an argument with the value that the command line gives it.
type given struct {
	name  string // as typed: "--limit", "<delay>"
	text  string
	value kingpin.Value
	zero  bool // 0 is valid
}

// refuseValues rejects values that the parser accepts but that make no sense.
func refuseValues(kp *kingpin.Application, args []string, path string) error {
	pc, err := kp.ParseContext(args)
	if err != nil {
		return err
	}
	for _, el := range pc.Elements {
		g, ok := givenBy(el)
		if !ok {
			continue
		}
		if !strings.HasPrefix(path, "context ") { // in a saved context, an empty value removes the setting
			err = g.refuseBlank()
		}
		if err == nil {
			err = g.refuseNumber()
		}
		if err != nil {
			return InCommand{UsageError{err}, path}
		}
	}
	return nil
}

// givenBy returns the value in a parsed element, if it has one.
func givenBy(el *kingpin.ParseElement) (given, bool) {
	if el.Value == nil {
		return given{}, false
	}
	switch c := el.Clause.(type) {
	case *kingpin.FlagClause:
		m := c.Model()
		return given{"--" + m.Name, *el.Value, m.Value, slices.Contains(zeroes, m.Name)}, true
	case *kingpin.ArgClause:
		m := c.Model()
		return given{"<" + m.Name + ">", *el.Value, m.Value, false}, true
	}
	return given{}, false
}

// refuseBlank rejects an empty value: most often an unset shell variable, which
// would select more than intended.
func (g given) refuseBlank() error {
	switch {
	case strings.TrimSpace(g.text) != "", strings.HasPrefix(g.name, "--web."), g.name == "--prefix":
		return nil
	case strings.HasPrefix(g.name, "--"):
		return fmt.Errorf("%s has no value; is a shell variable not set?", g.name)
	}
	return fmt.Errorf("the argument %s is empty; is a shell variable not set?", g.name)
}

// refuseNumber rejects numbers and durations that are out of range.
func (g given) refuseNumber() error {
	value, ok := g.value.(kingpin.Getter)
	if !ok {
		return nil
	}
	var n float64
	least := "must be more than 0"
	switch v := value.Get().(type) {
	case int:
		n, least = float64(v), "must be 1 or more"
	case float64:
		n = v
	case time.Duration:
		n = float64(v)
	default:
		return nil
	}
	switch {
	case math.IsNaN(n), math.IsInf(n, 0):
		return fmt.Errorf("%s: invalid number %q", g.name, g.text)
	case n < 0 && g.zero:
		return fmt.Errorf("%s: %s is too small; must be 0 or more", g.name, g.text)
	case n <= 0 && !g.zero:
		return fmt.Errorf("%s: %s is too small; %s", g.name, g.text, least)
	}
	return nil
}
