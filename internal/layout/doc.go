// Package layout holds the tests that read the source tree: how large packages
// and types may grow, and which words are used. It has no code of its own and
// nothing may import it.
package layout
