package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// TestAdviceOfChecksExists finds every command that a check advises.
func TestAdviceOfChecksExists(t *testing.T) {
	command := regexp.MustCompile("`natsctl ([^`]+)`")
	for _, c := range checks.All() {
		for _, m := range command.FindAllStringSubmatch(c.Next, -1) {
			list := commands()
			for _, word := range strings.Fields(m[1]) {
				if len(list) == 0 {
					break // flags and arguments
				}
				i := slices.IndexFunc(list, func(e cli.Entry) bool { return e.Name == word })
				if i < 0 {
					t.Errorf("check %s advises `natsctl %s`, and there is no %q", c.Name, m[1], word)
					break
				}
				list = list[i].Sub
			}
		}
	}
}
