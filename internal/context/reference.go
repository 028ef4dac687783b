package natsctx

import (
	"context"
	"path/filepath"
	"strings"
)

// IsReference tells whether a value stands for a secret (env://, op://, nsc://,
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

// Embed replaces the files that creds, nkey, user_jwt and user_seed name by
// their contents, so that the context works without them.
func (s *Settings) Embed(getenv func(string) string) error {
	for _, key := range []string{"creds", "nkey", "user_jwt", "user_seed"} {
		f := field(key)
		value := f.text(s)
		scheme, _ := splitRef(*value)
		if *value == "" || scheme != schemeFile && (scheme != "" || f.Kind == Secret) {
			continue
		}
		data, err := resolver{getenv: getenv}.fetch(context.Background(), key, *value)
		if err != nil {
			return err
		}
		*value = "data:;base64," + encodeBase64(data)
		wipe(data)
	}
	return nil
}
