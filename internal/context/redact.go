package natsctx

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// Show returns the field's value for display: secrets are [Mask], inline data is
// masked, URLs lose their userinfo. References such as env://NAME and paths are not
// secrets. An unset field is "".
func (f Field) Show(s *Settings) string {
	switch f.Kind {
	case Flag:
		return strconv.FormatBool(s.TLSFirst)
	case List:
		return strings.Join(s.WinCAMatch, ",")
	case URL:
		return RedactURL(*f.text(s))
	case Secret, SecretFile:
		return redactRef(*f.text(s), f.Kind)
	default:
		return *f.text(s)
	}
}

// Value returns the field's value in clear text.
func (f Field) Value(s *Settings) string {
	switch f.Kind {
	case Flag, List:
		return f.Show(s)
	default:
		return *f.text(s)
	}
}

// Redacted returns a copy that may be shown, see [Field.Show].
func (s Settings) Redacted() Settings {
	out := s
	for _, f := range fields {
		if f.text != nil {
			*f.text(&out) = f.Show(&s)
		}
	}
	return out
}

// Format prints the redacted settings, so that no %v anywhere shows a secret.
func (s Settings) Format(w fmt.State, _ rune) {
	var parts []string
	for _, f := range fields {
		if f.IsSet(&s) {
			parts = append(parts, fmt.Sprintf("%s:%q", f.Key, f.Show(&s)))
		}
	}
	_, _ = fmt.Fprintf(w, "{%s}", strings.Join(parts, " "))
}

// redactRef masks the value of a field that holds a secret or names one.
func redactRef(value string, kind Kind) string {
	scheme, _ := splitRef(value)
	switch {
	case value == "":
		return ""
	case scheme == schemeData:
		return "data:" + Mask
	case scheme != "":
		return value
	case kind == Secret, looksLikeSeed(value):
		return Mask
	}
	return value
}

// RedactURL masks what may be a secret in a comma separated list of URLs: the
// password after a user, a single name before the host (a token), and, if the URL
// does not parse, everything that may be either. Where a comma may belong to a
// password, the URLs around it are masked as one.
func RedactURL(list string) string {
	parts := splitAtSchemes(list)
	for i, part := range parts {
		parts[i] = redactOne(part)
	}
	return strings.Join(parts, ",")
}

// splitAtSchemes splits a list at its commas. A part without a scheme that holds
// an @ stays together with the parts in front of it, up to the one with a
// scheme: the comma may belong to a password.
func splitAtSchemes(list string) []string {
	var out []string
	open := 0 // the part from which on there was no scheme
	for part := range strings.SplitSeq(list, ",") {
		switch {
		case hasScheme(part):
			open = len(out)
		case strings.Contains(part, "@"):
			part = strings.Join(append(out[open:len(out):len(out)], part), ",")
			out = out[:open]
		}
		out = append(out, part)
	}
	return out
}

// hasScheme reports whether a URL begins with one of the schemes.
func hasScheme(raw string) bool {
	scheme, _, found := strings.Cut(strings.TrimSpace(raw), "://")
	_, known := schemes[strings.ToLower(scheme)]
	return found && known
}

func redactOne(raw string) string {
	scheme, rest, found := strings.Cut(raw, "://")
	prefix := scheme + "://"
	if !found || !plainName(strings.TrimSpace(scheme)) {
		prefix, rest = "", raw
	}
	if at := strings.LastIndexByte(rest, '@'); at >= 0 {
		return prefix + redactUserinfo(rest[:at]) + rest[at:]
	}
	if _, err := url.Parse("x://" + strings.TrimSpace(rest)); err != nil {
		return prefix + redactUserinfo(rest)
	}
	if place, _, query := strings.Cut(raw, "?"); query { // of a websocket URL, where proxies look for keys
		return place + "?" + Mask
	}
	return raw
}

// redactUserinfo masks the password after a user, or everything if no user can be
// distinguished.
func redactUserinfo(info string) string {
	user, _, found := strings.Cut(info, ":")
	if !found || !plainName(user) {
		return Mask
	}
	return user + ":" + Mask
}

// plainName reports whether a word consists only of letters, digits and . _ -
func plainName(word string) bool {
	return !strings.ContainsFunc(word, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", r)
	})
}

// holdsSecret reports whether any value is a secret itself and not a reference to one.
func (s Settings) holdsSecret() bool {
	for _, f := range fields {
		if f.text != nil && f.Kind != Plain && f.Show(&s) != f.Value(&s) {
			return true
		}
	}
	return false
}
