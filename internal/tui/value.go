package tui

import (
	"strconv"
	"time"
)

// blank turns an empty word into a value that was not reported.
func blank(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// span parses a duration as servers print it ("1.2ms"); nil when there is
// none.
func span(s string) any {
	if s == "" {
		return nil
	}
	d, err := time.ParseDuration(s)
	if err != nil {
		return nil
	}
	return d.Seconds()
}

// ratio is "2/3".
func ratio(have, need int) string {
	return strconv.Itoa(have) + "/" + strconv.Itoa(need)
}

// plural is "1 server", "2 servers".
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}
