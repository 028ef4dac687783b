package testcluster

import "testing"

// Slow skips a test that waits or works for more than about a second under
// -short, which is for while one writes.
func Slow(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes more than a second")
	}
}
