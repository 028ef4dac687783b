package natsctx

import (
	"errors"
	"fmt"
	"strings"
)

// Validate checks the settings by themselves, without files, environment or
// network. It returns all problems joined, each an [InvalidError].
func (s *Settings) Validate() error {
	errs := s.validateURLs()
	rule := func(broken bool, key, reason string) {
		if broken {
			errs = append(errs, &InvalidError{Key: key, Reason: reason})
		}
	}
	if all := exclusive(s); len(all) > 1 {
		rule(true, strings.Join(all, " and "), "only one kind of credentials can be used")
	}
	rule(s.Password != "" && s.User == "", "password", "needs user")
	rule(s.UserSeed != "" && s.UserJWT == "", "user_seed", "needs user_jwt")
	rule(s.Cert != "" && s.Key == "", "cert", "needs key")
	rule(s.Key != "" && s.Cert == "", "key", "needs cert")
	for _, key := range []string{"creds", "nkey"} {
		rule(looksLikeSeed(field(key).Value(s)), key, "holds a seed; name a file that holds it, or a reference such as env://NAME")
		if other := otherScheme(field(key).Value(s)); other != "" {
			rule(true, key, fmt.Sprintf("unsupported scheme %q (supported: file, env, op, nsc, data)", other))
		}
	}
	rule(strings.ContainsAny(s.InboxPrefix, " \t\r\n>*") || strings.HasSuffix(s.InboxPrefix, "."), "inbox_prefix", "not a valid subject prefix")
	rule(strings.ContainsAny(s.JSDomain, " \t\r\n>*."), "jetstream_domain", "a domain must not contain blanks, dots or wildcards")
	rule(s.WinCertStore != "" && s.WinCertMatch == "", "windows_cert_match", "required by windows_cert_store")
	if s.SocksProxy != "" {
		if _, err := parseProxy(s.SocksProxy); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// validateURLs checks each URL, and that websocket URLs are not mixed with others.
func (s *Settings) validateURLs() []error {
	if err := commaInPassword(s.URL); err != nil {
		return []error{err}
	}
	var errs []error
	websocket, plain := false, false
	for _, raw := range SplitURLs(s.URL) {
		u, err := ParseURL(raw)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		if strings.HasPrefix(u.Scheme, "ws") {
			websocket = true
		} else {
			plain = true
		}
	}
	if websocket && plain {
		errs = append(errs, &InvalidError{Key: "url", Reason: "websocket URLs cannot be mixed with others"})
	}
	return errs
}
