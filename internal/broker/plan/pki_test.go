package plan

import (
	"crypto/x509"
	"encoding/pem"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// certificateOf is a certificate of a plan.
func certificateOf(t *testing.T, p Plan, name string) *x509.Certificate {
	t.Helper()
	block, _ := pem.Decode([]byte(p.PKI.Files[name]))
	if block == nil {
		t.Fatalf("no certificate %s", name)
	}
	return spectest.Must(x509.ParseCertificate(block.Bytes))
}

// TestCertificates reads every certificate of a plan: whom it is for, what for, who has issued it, and how long it is valid.
func TestCertificates(t *testing.T) {
	t.Parallel()
	for _, ca := range []spec.CAMode{spec.CAShared, spec.CAPerCluster} {
		sp := spectest.Everything(spec.AuthUsers, spec.TLSMutual)
		sp.TLS.CA, sp.TLS.Validity = ca, "36h"
		p := drawn(t, sp, nil)
		for _, n := range p.Nodes {
			c := certificateOf(t, p, "node-"+n.Name+".pem")
			checkCertificate(t, p, c, n.Name, n.Cluster)
			if err := c.VerifyHostname("127.0.0.1"); err != nil {
				t.Error(err)
			}
			if !slices.Equal(c.DNSNames, []string{"localhost", n.Name}) || !slices.Equal(c.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}) {
				t.Errorf("%s is for %v, %v", n.Name, c.DNSNames, c.ExtKeyUsage)
			}
		}
		for _, id := range p.Identities {
			c := certificateOf(t, p, "user-"+id.User+".pem")
			checkCertificate(t, p, c, id.User, "east")
			if !slices.Equal(c.DNSNames, []string{id.User}) || !slices.Equal(c.ExtKeyUsage, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}) {
				t.Errorf("%s is for %v, %v", id.User, c.DNSNames, c.ExtKeyUsage)
			}
		}
		checkSerials(t, p)
		want := map[spec.CAMode]string{spec.CAShared: "ca.pem", spec.CAPerCluster: "ca-east.pem ca-edge.pem ca-rim.pem ca-west.pem ca.pem"}[ca]
		var got []string
		for _, name := range slices.Sorted(maps.Keys(p.PKI.Files)) {
			if strings.HasPrefix(name, "ca") {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v", ca, got)
		}
		if all := strings.Count(p.PKI.Files["ca.pem"], "BEGIN CERTIFICATE"); all != len(p.PKI.Authorities) {
			t.Errorf("%s: %d of %d authorities are trusted", ca, all, len(p.PKI.Authorities))
		}
		for name := range p.PKI.Files {
			if strings.HasPrefix(name, "ca") && strings.HasSuffix(name, ".key") {
				t.Errorf("%s would be written", name)
			}
		}
	}
}

// checkSerials wants serial numbers that nobody can guess and that are never used twice.
func checkSerials(t *testing.T, p Plan) {
	t.Helper()
	seen := map[string]string{}
	for name := range p.PKI.Files {
		if !strings.HasPrefix(name, "node-") && !strings.HasPrefix(name, "user-") || strings.HasSuffix(name, ".key") {
			continue
		}
		serial := certificateOf(t, p, name).SerialNumber
		if other := seen[serial.String()]; other != "" || serial.BitLen() < 64 {
			t.Errorf("%s has the serial number %v, of %d bits, which %q has too", name, serial, serial.BitLen(), other)
		}
		seen[serial.String()] = name
	}
}

// checkCertificate wants a certificate that the right authority, and no other, has issued for an hour and a half.
func checkCertificate(t *testing.T, p Plan, c *x509.Certificate, name, cluster string) {
	t.Helper()
	for authority := range p.PKI.Authorities {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM([]byte(p.PKI.Authorities[authority].Cert))
		_, err := c.Verify(x509.VerifyOptions{Roots: roots, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
		if right := authority == "" || authority == cluster; right != (err == nil) {
			t.Errorf("%s issued by %q: %v", name, authority, err)
		}
	}
	if c.IsCA || c.Subject.CommonName != name || c.Subject.Organization[0] != p.Spec.Name || c.KeyUsage != x509.KeyUsageDigitalSignature {
		t.Errorf("%s: CA %v, subject %s, usage %b", name, c.IsCA, c.Subject, c.KeyUsage)
	}
	if left := time.Until(c.NotAfter); left < 35*time.Hour || left > 36*time.Hour || time.Since(c.NotBefore) < spec.YearLong {
		t.Errorf("%s is valid from %s to %s", name, c.NotBefore, c.NotAfter)
	}
}

// TestNoCertificatesForUsers makes none without mutual TLS, and tells clients whom to trust.
func TestNoCertificatesForUsers(t *testing.T) {
	t.Parallel()
	p := drawn(t, spectest.Everything(spec.AuthUsers, spec.TLSServer), nil)
	for name := range p.PKI.Files {
		if strings.HasPrefix(name, "user-") {
			t.Errorf("%s", name)
		}
	}
	if id := p.Identities[1]; id.CA != "/clusters/all/pki/ca.pem" || id.Cert+id.Key != "" {
		t.Errorf("%+v", id)
	}
}

// TestAuthority is an authority that is older than all that it issues and outlives it.
func TestAuthority(t *testing.T) {
	t.Parallel()
	a := spectest.Must(NewAuthority("natsctl east"))
	c, key, err := a.parse()
	if err != nil || !c.IsCA || !c.BasicConstraintsValid || c.KeyUsage != x509.KeyUsageCertSign|x509.KeyUsageCRLSign || c.Subject.CommonName != "natsctl east CA" {
		t.Errorf("%+v %v", c.Subject, err)
	}
	if time.Since(c.NotBefore) < 2*spec.YearLong-time.Hour || time.Until(c.NotAfter) < 10*spec.YearLong-time.Hour {
		t.Errorf("valid from %s to %s", c.NotBefore, c.NotAfter)
	}
	if !key.PublicKey.Equal(c.PublicKey) {
		t.Error("the key is of another certificate")
	}
	for name, broken := range map[string]Authority{
		"no PEM": {"x", a.Key}, "no key": {a.Cert, "x"}, "swapped": {a.Key, a.Cert}, "two certificates": {a.Cert, a.Cert}, "two keys": {a.Key, a.Key},
	} {
		if _, _, err := broken.parse(); err == nil {
			t.Errorf("%s is an authority", name)
		}
	}
}

// TestCertificatesAreKept makes new certificates only where the old ones have expired, or will in a minute, or are not as the
// specification says.
func TestCertificatesAreKept(t *testing.T) {
	t.Parallel()
	sp := spectest.Everything(spec.AuthUsers, spec.TLSMutual)
	for validity, kept := range map[string]bool{"1h": true, "59s": false, "-1h": false, "2m": true} {
		sp.TLS.Validity = validity
		old := drawn(t, sp, nil)
		next := drawn(t, sp, &old)
		for _, name := range []string{"node-east-1.pem", "node-east-1.key", "user-alice.pem", "user-alice.key"} {
			if same := old.PKI.Files[name] == next.PKI.Files[name]; same != kept {
				t.Errorf("valid for %s: %s is kept %v", validity, name, same)
			}
		}
		if old.PKI.Files["ca.pem"] != next.PKI.Files["ca.pem"] {
			t.Error("another authority")
		}
	}
	sp.TLS.Validity = "1h"
	old := drawn(t, sp, nil)
	for _, other := range []spec.TLS{{Mode: spec.TLSMutual, Validity: "2h"}, {Mode: spec.TLSServer, Validity: "1h"}, {Mode: spec.TLSMutual, Validity: "1h", CA: spec.CAPerCluster}} {
		sp.TLS = other
		if next := drawn(t, sp, &old); old.PKI.Files["node-east-1.pem"] == next.PKI.Files["node-east-1.pem"] {
			t.Errorf("%+v: the certificate is the old one", other)
		}
	}
}

// TestExpired looks at a plan before and after the end of its certificates.
func TestExpired(t *testing.T) {
	t.Parallel()
	sp := spectest.Everything(spec.AuthUsers, spec.TLSMutual)
	sp.TLS.Validity = "10m"
	p := drawn(t, sp, nil)
	end := certificateOf(t, p, "node-east-1.pem").NotAfter
	for at, want := range map[time.Time]bool{end.Add(-time.Minute): false, end.Add(2 * time.Second): true} {
		if got := p.Expired(at); got != want {
			t.Errorf("at %s: expired %v", at, got)
		}
	}
	if all := p.PKI.valid(end.Add(-time.Minute)); len(all) != 2*(len(p.Nodes)+len(p.Identities)) || all["ca.pem"] != "" {
		t.Errorf("%d files are valid", len(all))
	}
	if all := p.PKI.valid(end.Add(2 * time.Second)); len(all) != 0 {
		t.Errorf("%d files are valid afterwards", len(all))
	}
	one := p
	one.PKI = &PKI{Files: maps.Clone(p.PKI.Files)}
	brief := drawn(t, spec.Spec{Name: "all", Clusters: sp.Clusters, TLS: spec.TLS{Mode: spec.TLSServer, Validity: "-1s"}}, nil)
	one.PKI.Files["node-east-2.pem"] = brief.PKI.Files["node-east-2.pem"]
	if !one.Expired(time.Now()) {
		t.Error("one expired certificate is overlooked")
	}
	if plain := drawn(t, spec.Single(), nil); plain.Expired(time.Now().Add(100 * spec.YearLong)) {
		t.Error("a plan without certificates has expired")
	}
}
