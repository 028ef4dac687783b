package natsctx

import (
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/nats-io/nats.go"
)

// schemes of the servers that nats.go can dial, and whether they are encrypted.
var schemes = map[string]bool{"nats": false, "ws": false, "tls": true, "wss": true}

// SplitURLs splits a comma separated list of server URLs, without blanks.
func SplitURLs(list string) []string {
	var out []string
	for u := range strings.SplitSeq(list, ",") {
		if u = strings.TrimSpace(u); u != "" {
			out = append(out, u)
		}
	}
	return out
}

// ParseURL reads one server URL as nats.go does: without a scheme it is
// nats://. The error is an [InvalidError] that shows no userinfo.
func ParseURL(raw string) (*url.URL, error) {
	full := raw
	if !strings.Contains(raw, "://") {
		full = "nats://" + raw
	}
	bad := func(why string) error {
		return &InvalidError{Key: "url", Reason: fmt.Sprintf("%q %s", RedactURL(raw), why)}
	}
	u, err := url.Parse(full)
	if err != nil {
		return nil, bad("is not a valid URL (example: nats://host:4222)") // the cause may quote a password
	}
	if _, ok := schemes[u.Scheme]; !ok {
		return nil, bad("has an unsupported scheme (supported: nats, tls, ws, wss)")
	}
	if strings.Count(u.Host, ":") > 1 && !strings.HasPrefix(u.Host, "[") {
		return nil, bad("is not a host and a port; write an IPv6 address in brackets: nats://[::1]:4222")
	}
	if u.Hostname() == "" {
		return nil, bad("has no host")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return nil, bad("has a port that is not between 1 and 65535")
		}
	}
	if strings.ContainsFunc(u.Host, invisible) || strings.Contains(u.Host, " ") {
		return nil, bad("has a host with invisible characters")
	}
	if _, behind, _ := strings.Cut(full, "://"); strings.LastIndexByte(behind, '@') > strings.IndexAny(behind, "/?#") && strings.ContainsAny(behind, "/?#") {
		return nil, bad("has an @ behind the host; in a password write / as %2F, ? as %3F, # as %23 and @ as %40")
	}
	return u, nil
}

// commaInPassword rejects a list in which a comma may belong to a password: its
// parts would be used as hosts of other servers.
func commaInPassword(list string) error {
	if len(splitAtSchemes(list)) == strings.Count(list, ",")+1 {
		return nil
	}
	return &InvalidError{Key: "url", Reason: fmt.Sprintf("%q can be read in two ways: write a comma in a password as %%2C, and the scheme in front of each URL that names a user", RedactURL(list))}
}

// LiftUserinfo moves the userinfo of the URLs into the fields: a user and a
// password, or a single name as the token. URLs with different userinfo, or with
// userinfo when a user or token is already set, are an [InvalidError].
func (s *Settings) LiftUserinfo() error {
	if err := commaInPassword(s.URL); err != nil {
		return err
	}
	var list []string
	var found *url.Userinfo
	for _, raw := range SplitURLs(s.URL) {
		u, err := ParseURL(raw)
		if err != nil {
			return err
		}
		if u.User != nil {
			if found != nil && found.String() != u.User.String() {
				return &InvalidError{Key: "url", Reason: "the URLs name different users; a context has one"}
			}
			found, u.User = u.User, nil
			raw = u.String()
		}
		list = append(list, raw)
	}
	if found == nil {
		return nil
	}
	if s.User != "" || s.Token != "" || s.Password != "" {
		return &InvalidError{Key: "url", Reason: "it names a user, and so does another setting"}
	}
	s.URL = strings.Join(list, ",")
	if password, both := found.Password(); both {
		s.User, s.Password = found.Username(), password
	} else {
		s.Token = found.Username()
	}
	return nil
}

// servers returns the servers of a list, each a lower case host with its port,
// and for each whether all its URLs require TLS. URLs that do not parse are left out.
func servers(list string) map[string]bool {
	out := map[string]bool{}
	for _, raw := range SplitURLs(list) {
		u, err := ParseURL(raw)
		if err != nil {
			continue
		}
		server := net.JoinHostPort(strings.ToLower(u.Hostname()), Port(u))
		encrypted, seen := out[server]
		out[server] = schemes[u.Scheme] && (encrypted || !seen)
	}
	return out
}

// Port returns the port of a server URL, or the default port of its scheme.
func Port(u *url.URL) string {
	switch port := u.Port(); {
	case port != "":
		return port
	case u.Scheme == "ws":
		return "80"
	case u.Scheme == "wss":
		return "443"
	}
	return "4222"
}

// loopback reports whether a host is this machine, by its name or address alone.
func loopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// URLOrDefault is the comma separated list of servers, never empty.
func (s Settings) URLOrDefault() string {
	if s.URL == "" {
		return nats.DefaultURL
	}
	return s.URL
}

// PlaintextHosts lists the hosts, other than this machine, that a secret of the
// settings may reach without encryption: a password, a token, or a JWT that
// proves itself.
func (s Settings) PlaintextHosts() (names []string) {
	secret := s.Token != "" || s.Password != "" || s.UserJWT != "" && s.UserSeed == ""
	if !secret || s.CA != "" || s.Cert != "" || s.TLSFirst {
		return nil
	}
	for server, encrypted := range servers(s.URLOrDefault()) {
		host, _, _ := net.SplitHostPort(server) // always valid
		if !encrypted && !loopback(host) {
			names = append(names, host)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// clearWebsocket reports whether any URL is ws:// and no setting requires TLS.
func (s Settings) clearWebsocket() bool {
	if s.CA != "" || s.Cert != "" || s.WinCertStore != "" || s.TLSFirst {
		return false
	}
	return slices.ContainsFunc(SplitURLs(s.URL), func(raw string) bool { return strings.HasPrefix(strings.ToLower(raw), "ws://") })
}
