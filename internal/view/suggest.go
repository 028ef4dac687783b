package view

import "github.com/natsctl/natsctl/internal/fleet"

// Suggest returns "; did you mean "x"?" for the candidate nearest to word, or
// nothing when none is near. Candidates may be untrusted: the result is safe to
// print.
func Suggest(word string, candidates []string) string {
	if near := fleet.Nearest(word, candidates); near != "" {
		return `; did you mean "` + Text(near) + `"?`
	}
	return ""
}
