package natsctx

import (
	"path/filepath"
	"strings"
)

// The schemes of references to secrets, as in the nats CLI.
const (
	schemeFile = "file" // file://path
	schemeEnv  = "env"  // env://NAME
	schemeOP   = "op"   // op://vault/item/field, read with the 1Password tool op
	schemeNSC  = "nsc"  // nsc://operator/account/user, made by the tool nsc
	schemeData = "data" // data:;base64,...
)

// splitRef splits a reference into its scheme, in lower case, and the rest. The
// scheme is "" if it is not one of the above.
func splitRef(ref string) (scheme, rest string) {
	for _, s := range []string{schemeFile, schemeEnv, schemeOP, schemeNSC} {
		if prefix := s + "://"; len(ref) >= len(prefix) && strings.EqualFold(ref[:len(prefix)], prefix) {
			return s, ref[len(prefix):]
		}
	}
	if prefix := schemeData + ":"; len(ref) >= len(prefix) && strings.EqualFold(ref[:len(prefix)], prefix) {
		return schemeData, ref[len(prefix):]
	}
	return "", ref
}

// otherScheme returns the scheme of something like vault://x that splitRef does not know.
func otherScheme(ref string) string {
	scheme, _, found := strings.Cut(ref, "://")
	if s, _ := splitRef(ref); s != "" || !found || strings.ContainsAny(scheme, `/\.~$ `) {
		return ""
	}
	return scheme
}

// IsReference reports whether a value stands for a secret (env://, op://, nsc://,
// file://) instead of being one, so that it may be typed on a command line.
func IsReference(value string) bool {
	scheme, rest := splitRef(value)
	return scheme != "" && scheme != schemeData && strings.TrimSpace(rest) != ""
}

// Absolute makes a bare or file:// path absolute, from the current directory.
// References, and paths that begin with ~ or $, stay as they are.
func Absolute(value string) (string, error) {
	scheme, rest := splitRef(value)
	if rest == "" || looksLikeSeed(value) || scheme != "" && scheme != schemeFile || otherScheme(value) != "" || strings.ContainsAny(rest[:1], "~$") {
		return value, nil
	}
	return filepath.Abs(rest)
}
