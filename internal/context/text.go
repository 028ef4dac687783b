package natsctx

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Mask stands for every secret, whatever its length.
const Mask = "********"

// seedPattern matches the seed of an nkey, which is 58 letters of base32: S, the kind
// of key, and the rest.
var seedPattern = regexp.MustCompile(`S[ACNOUX][A-Z2-7]{56}`)

// looksLikeSeed reports whether a value contains a seed instead of a path.
func looksLikeSeed(value string) bool { return seedPattern.MatchString(value) }

// invisible reports whether a rune does not show as itself (controls, bidi marks, odd separators).
func invisible(r rune) bool { return !unicode.IsPrint(r) }

// quotePath quotes a path only when it needs it, so that messages can be
// copied. A seed in the place of a path is masked.
func quotePath(path string) string {
	if looksLikeSeed(path) {
		return Mask
	}
	if strings.ContainsFunc(path, invisible) || !utf8.ValidString(path) || strings.ContainsAny(path, " \"'") {
		return strconv.Quote(path)
	}
	return path
}
