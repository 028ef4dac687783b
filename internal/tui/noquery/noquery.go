// Package noquery keeps the dashboard's libraries from querying the terminal
// before the program has decided to.
//
// bubbletea asks the terminal for its background color while packages are
// initialised (tea_init.go), in every command of a program that merely contains
// a dashboard: it writes to the terminal, swallows what was typed ahead, and
// waits five seconds for a terminal that does not answer. It does not ask one
// that is called dumb. So this package calls it that until [Restore].
//
// Packages without dependencies are initialised before those with many, hence
// it must import nothing but os. It must not know anything else.
package noquery

import "os"

// term is what TERM was. Hiding it has to happen while packages are
// initialised, and nowhere else can a program get in before its libraries.
var term, wasSet = hide()

func hide() (before string, wasSet bool) {
	before, wasSet = os.LookupEnv("TERM")
	_ = os.Setenv("TERM", "dumb") // an error leaves things as bad as they were
	return before, wasSet
}

// Restore gives TERM back. It must be called before anything looks at it, and can
// be called again.
func Restore() {
	if wasSet {
		_ = os.Setenv("TERM", term)
		return
	}
	_ = os.Unsetenv("TERM")
}
