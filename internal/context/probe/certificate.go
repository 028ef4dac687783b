package probe

import (
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"time"
)

// describe returns the subject, issuer and expiry of a certificate.
func describe(certs []*x509.Certificate) string {
	leaf := certs[0]
	names := append([]string(nil), leaf.DNSNames...)
	for _, ip := range leaf.IPAddresses {
		names = append(names, ip.String())
	}
	text := fmt.Sprintf("certificate of %s", title(leaf.Subject.CommonName, leaf.Subject.String()))
	if len(names) > 0 {
		text += " for " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s, signed by %s, valid from %s until %s", text,
		title(leaf.Issuer.CommonName, leaf.Issuer.String()),
		leaf.NotBefore.UTC().Format(time.DateOnly), leaf.NotAfter.UTC().Format(time.DateOnly))
}

// title prefers the common name.
func title(common, whole string) string {
	if common != "" {
		return fmt.Sprintf("%q", common)
	}
	if whole == "" {
		return "nobody"
	}
	return fmt.Sprintf("%q", whole)
}

// Explain describes why a certificate, of the client or the server, was not
// accepted; it is "" for other errors.
func Explain(err error) string {
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	var invalid x509.CertificateInvalidError
	switch {
	case as(err, &unknown):
		return "the authority that signed the certificate is not trusted"
	case as(err, &host):
		return "the certificate is not for " + hostOf(host.Host) + ", only for " + strings.Join(validFor(host.Certificate), ", ")
	case as(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate is outside of its time of validity"
	case as(err, &invalid):
		return "the certificate is not valid: " + invalid.Error()
	case refusedAfterTLS(err):
		return "the server ended the connection after the TLS handshake, as it does when it does not accept the client's certificate or wants one"
	}
	return ""
}

func hostOf(host string) string {
	if net.ParseIP(host) != nil {
		return "the address " + host
	}
	return host
}

func validFor(cert *x509.Certificate) []string {
	names := append([]string(nil), cert.DNSNames...)
	for _, ip := range cert.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return []string{"nothing"}
	}
	return names
}
