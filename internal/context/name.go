package natsctx

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxName is the maximum length of a name in bytes: name, ".json" and a temporary suffix fit into a file name.
const maxName = 200

// CheckName returns a [NameError] for an invalid context name: by the rules of the
// nats CLI, and for names that a file cannot have.
func CheckName(name string) error {
	reason := ""
	switch {
	case name == "":
		reason = "it is empty"
	case strings.Contains(name, ".."):
		reason = `it contains ".."`
	case strings.ContainsAny(name, `/\`):
		reason = "it contains a path separator"
	case strings.ContainsRune(name, 0):
		reason = "it contains a NUL byte"
	case len(name) > maxName:
		reason = fmt.Sprintf("it is longer than %d bytes", maxName)
	default:
		return nil
	}
	return &NameError{Name: name, Reason: reason}
}

// CheckNewName is stricter than [CheckName]: it also rejects names that would mislead
// a reader, a shell or the selection file, which is trimmed when it is read.
func CheckNewName(name string) error {
	if err := CheckName(name); err != nil {
		return err
	}
	reason := ""
	switch {
	case strings.TrimSpace(name) != name:
		reason = "it begins or ends with a blank"
	case strings.HasPrefix(name, "-"):
		reason = `it begins with "-", like a flag`
	case !utf8.ValidString(name):
		reason = "it is not valid UTF-8"
	case strings.ContainsFunc(name, invisible):
		reason = "it contains a control or invisible character"
	default:
		return nil
	}
	return &NameError{Name: name, Reason: reason}
}
