package checks

import (
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

// someNames lists up to three servers, sorted, and counts the others.
func someNames(servers []*fleet.Server) string {
	var names []string
	for _, sv := range servers {
		names = append(names, sv.Info.Name)
	}
	slices.Sort(names)
	if more := len(names) - 3; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:3], ", "), more)
	}
	return strings.Join(names, ", ")
}

// someWords lists up to three words and counts the others.
func someWords(list []string) string {
	if more := len(list) - 3; more > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(list[:3], ", "), more)
	}
	return strings.Join(list, ", ")
}

func areOf(servers []*fleet.Server) string {
	if len(servers) == 1 {
		return "is"
	}
	return "are"
}

func percent(part, whole float64) float64 {
	if whole == 0 {
		return 0
	}
	return part / whole * 100
}
