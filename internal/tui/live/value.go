package live

import (
	"strconv"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/view"
)

// NotEmpty converts an empty string to an unreported value.
func NotEmpty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// Seconds parses a duration as servers print it ("1.2ms"); nil if there is
// none.
func Seconds(s string) any {
	if s == "" {
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return nil
	}
	return d.Seconds()
}

// Ratio is "2/3".
func Ratio(have, need int) string {
	return strconv.Itoa(have) + "/" + strconv.Itoa(need)
}

// Plural is "1 server", "2 servers".
func Plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

// Compact removes the space between a number and its unit.
func Compact(s string) string {
	return strings.TrimSuffix(strings.Replace(s, " ", "", 1), "")
}

// AgeText is an age in whole seconds or larger units.
func AgeText(d time.Duration) string {
	return view.Duration(max(d, 0).Truncate(time.Second).Seconds())
}

// Filter returns the rows that pass.
func Filter[R any](rows []R, pass func(R) bool) []R {
	var out []R
	for _, r := range rows {
		if pass(r) {
			out = append(out, r)
		}
	}
	return out
}
