package natsctx

// guard prevents sending a context's credentials to a server, host and port, that
// the context does not name: another port may be another user's program.
func (t *Target) guard(allow bool) error {
	origin := t.origins["url"]
	if allow || origin < FromEnv || t.Path == "" || !t.hasCredentials() {
		return nil
	}
	own := servers(t.stored.URLOrDefault())
	for server, encrypted := range servers(t.URL) {
		hadTLS, known := own[server]
		if known && (encrypted || !hadTLS) {
			continue
		}
		return &URLOverrideError{Context: t.Name, URL: RedactURL(t.URL), Origin: origin, Plaintext: known}
	}
	return nil
}

// hasCredentials reports whether anything that proves an identity comes from the context.
func (t *Target) hasCredentials() bool {
	for _, k := range credentials {
		for _, key := range k.keys {
			if t.origins[key] == FromContext {
				return true
			}
		}
	}
	return t.origins["key"] == FromContext
}
