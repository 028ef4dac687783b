package cli

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// typedLine is a command line up to the cursor, without the quoting of the
// shell.
type typedLine struct {
	shell   string
	before  []string
	current string
	cut     string // the part of the current word that the shell keeps when it inserts a candidate
	quote   byte   // the quote that is open in the current word, or 0
}

// foldWords makes a typedLine from the words of a shell. bash also splits words
// at = : and @, and inserts after the last of these.
func foldWords(shell string, words []string) typedLine {
	line := typedLine{shell: shell}
	if shell == "bash" {
		words, line.cut = joinBreaks(words)
	}
	last := words[len(words)-1]
	if last != "" && strings.ContainsRune(`'"`, rune(last[0])) {
		line.quote = last[0]
	}
	for _, w := range words {
		line.before = append(line.before, unquote(w))
	}
	line.current = line.before[len(line.before)-1]
	line.before = line.before[:len(line.before)-1]
	line.cut = unquote(line.cut)
	return line
}

// joinBreaks undoes bash's splitting at the characters that break words.
func joinBreaks(words []string) (joined []string, cut string) {
	isBreak := func(w string) bool { return w != "" && strings.Trim(w, "=:@") == "" }
	glue := false
	for i, w := range words {
		last := i == len(words)-1
		switch {
		case isBreak(w) && len(joined) > 0:
			joined[len(joined)-1] += w
			glue = true
			if last {
				cut = joined[len(joined)-1]
			}
		case glue:
			if last {
				cut = joined[len(joined)-1]
			}
			joined[len(joined)-1] += w
			glue = false
		default:
			joined = append(joined, w)
		}
	}
	return joined, cut
}

// unquote removes the quotes and backslashes of a shell from a word that may
// be incomplete. Variables and substitutions are left unchanged.
func unquote(word string) string {
	var b strings.Builder
	var quote, escape bool
	var mark rune
	for _, r := range word {
		switch {
		case escape:
			b.WriteRune(r)
			escape = false
		case r == '\\' && (!quote || mark == '"'):
			escape = true
		case quote && r == mark:
			quote = false
		case !quote && (r == '\'' || r == '"'):
			quote, mark = true, r
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// insert returns the text that the shell inserts for a candidate. Only bash inserts
// it verbatim, so for bash it is quoted and nothing in it can be executed. A
// candidate that cannot be typed, because it has control or invisible
// characters, is not offered anywhere.
func (l typedLine) insert(value string) (string, bool) {
	unprintable := func(r rune) bool { return !unicode.IsPrint(r) }
	if value == "" || !utf8.ValidString(value) || strings.ContainsFunc(value, unprintable) {
		return "", false
	}
	if l.shell != "bash" {
		return value, true
	}
	rest, found := strings.CutPrefix(value, l.cut)
	if !found || l.quote == '"' && strings.Contains(rest, "!") { // "!" cannot be quoted there
		return "", false
	}
	return bashQuote(rest, l.quote), true
}

// bashSafe are the characters that have no special meaning to bash anywhere in a word.
const bashSafe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:@%+=,"

// bashQuote quotes a text for use inside an open quote, or outside of quotes.
func bashQuote(text string, quote byte) string {
	special := map[byte]string{'"': "\"\\$`", '\'': ""}[quote]
	var b strings.Builder
	for _, r := range text {
		switch {
		case quote == '\'' && r == '\'':
			b.WriteString(`'\''`)
			continue
		case quote == 0 && r < utf8.RuneSelf && !strings.ContainsRune(bashSafe, r),
			quote != 0 && strings.ContainsRune(special, r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}
