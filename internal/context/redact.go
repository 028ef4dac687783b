package natsctx

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Show gives the field's value as it may be shown: secrets are [Mask], inline
// data is masked, URLs lose their userinfo. References such as env://NAME and
// paths are no secrets. An unset field is "".
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

// Value gives the field's value in clear.
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

// seedPattern matches the seed of an nkey, which is 58 letters of base32: S, the kind
// of key, and the rest.
var seedPattern = regexp.MustCompile(`S[ACNOUX][A-Z2-7]{56}`)

// looksLikeSeed tells whether somebody put the seed itself where a path belongs.
func looksLikeSeed(value string) bool { return seedPattern.MatchString(value) }
