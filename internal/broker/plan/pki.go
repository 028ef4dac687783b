package plan

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// PKI is the certificates of a cluster: file names below its pki directory, and their text.
type PKI struct {
	Authorities map[string]Authority `json:"authorities"` // by cluster, or "" for the shared one
	Files       map[string]string    `json:"files"`

	keep map[string]string // reusable files of the previous plan
}

// Expiring is how long before its expiry a certificate is renewed at the next change.
const Expiring = time.Minute

// valid returns the files of certificates that will not have expired at an instant, with their keys.
func (k *PKI) valid(at time.Time) map[string]string {
	out := map[string]string{}
	for name, text := range k.Files {
		base, isCert := strings.CutSuffix(name, ".pem")
		key, hasKey := k.Files[base+".key"]
		if !isCert || !hasKey {
			continue
		}
		if block, _ := pem.Decode([]byte(text)); block != nil {
			if c, err := x509.ParseCertificate(block.Bytes); err == nil && at.Before(c.NotAfter) {
				out[name], out[base+".key"] = text, key
			}
		}
	}
	return out
}

// Expired reports whether a certificate of the plan will have expired at an instant.
func (p Plan) Expired(at time.Time) bool {
	if p.PKI == nil {
		return false
	}
	valid := p.PKI.valid(at)
	for name := range p.PKI.Files {
		if strings.HasSuffix(name, ".key") && valid[name] == "" {
			return true
		}
	}
	return false
}

// Authority can issue certificates.
type Authority struct {
	Cert string `json:"cert"` // PEM
	Key  string `json:"key"`  // PEM
}

// certify makes the certificates of all nodes and, with TLSMutual, of all users. Authorities that old has are kept.
func certify(p, old *Plan) error {
	if !p.Spec.TLS.Enabled() {
		return nil
	}
	p.PKI = &PKI{Authorities: map[string]Authority{}, Files: map[string]string{}}
	var bundle strings.Builder
	for _, name := range authorities(p) {
		a, err := authorityOf(old, name)
		if err != nil {
			return err
		}
		p.PKI.Authorities[name] = a
		p.PKI.Files[CAFile(name)] = a.Cert
		if name != "" {
			bundle.WriteString(a.Cert)
		}
	}
	if bundle.Len() > 0 {
		p.PKI.Files[CAFile("")] = bundle.String()
	}
	if old.PKI != nil && old.Spec.TLS == p.Spec.TLS {
		p.PKI.keep = old.PKI.valid(time.Now().Add(Expiring))
	}
	for _, n := range p.Nodes {
		if err := Office(p).CertifyNode(n); err != nil {
			return err
		}
	}
	for i := range p.Identities {
		if err := Office(p).certifyUser(&p.Identities[i]); err != nil {
			return err
		}
	}
	return nil
}

// authorityOf returns a plan's certificate authority of a cluster, or a new one.
func authorityOf(p *Plan, cluster string) (Authority, error) {
	if p.PKI != nil {
		if a, ok := p.PKI.Authorities[cluster]; ok {
			return a, nil
		}
	}
	return NewAuthority(strings.TrimSpace("natsctl " + cluster))
}

// authorities returns the names of the certificate authorities.
func authorities(p *Plan) []string {
	if p.Spec.TLS.CA != spec.CAPerCluster {
		return []string{""}
	}
	var out []string
	for _, n := range p.Nodes {
		if !slices.Contains(out, n.Cluster) {
			out = append(out, n.Cluster)
		}
	}
	return out
}

// CAFile returns the certificate file of an authority; with "", of all.
func CAFile(name string) string {
	if name == "" {
		return "ca.pem"
	}
	return "ca-" + name + ".pem"
}

// PKIPath returns the path of a file of the PKI.
func (p *Plan) PKIPath(name string) string { return filepath.Join(p.Dir, "pki", name) }

// ownCA returns the file of the authority that routes of a cluster trust.
func (p *Plan) ownCA(cluster string) string {
	if p.Spec.TLS.CA == spec.CAPerCluster {
		return p.PKIPath(CAFile(cluster))
	}
	return p.PKIPath(CAFile(""))
}

// issuing issues the certificates of a plan.
type issuing struct{ *Plan }

// Office issues the certificates of a plan, which must have authorities.
func Office(p *Plan) issuing { return issuing{p} }

// issuer is the authority for a cluster.
func (p issuing) issuer(cluster string) Authority {
	if a, ok := p.PKI.Authorities[cluster]; ok {
		return a
	}
	return p.PKI.Authorities[""]
}

// CertifyNode makes the certificate of a node.
func (p issuing) CertifyNode(n Node) error {
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: n.Name, Organization: []string{p.Spec.Name}}, DNSNames: []string{"localhost", n.Name},
		IPAddresses: []net.IP{net.ParseIP(Loopback)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	return p.issue("node-"+n.Name, p.issuer(n.Cluster), t)
}

// certifyUser makes the certificate that identifies a user to a server: the name is a DNS name of the certificate.
func (p issuing) certifyUser(id *Identity) error {
	id.CA = p.PKIPath(CAFile(""))
	if p.Spec.TLS.Mode != spec.TLSMutual {
		return nil
	}
	base := "user-" + id.User
	id.Cert, id.Key = p.PKIPath(base+".pem"), p.PKIPath(base+".key")
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: id.User, Organization: []string{p.Spec.Name}}, DNSNames: []string{id.User},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	return p.issue(base, p.issuer(p.Spec.Clusters[0].Name), t)
}

// issue makes a certificate and its key as two files.
func (p issuing) issue(base string, by Authority, t *x509.Certificate) error {
	if cert := p.PKI.keep[base+".pem"]; cert != "" {
		p.PKI.Files[base+".pem"], p.PKI.Files[base+".key"] = cert, p.PKI.keep[base+".key"]
		return nil
	}
	validity, err := p.Spec.TLS.Lifetime()
	if err != nil {
		return fmt.Errorf("validity: %w", err)
	}
	parent, signer, err := by.parse()
	if err != nil {
		return err
	}
	t.NotBefore, t.NotAfter = parent.NotBefore, time.Now().Add(validity)
	t.KeyUsage = x509.KeyUsageDigitalSignature
	cert, key, err := certificate(t, parent, signer)
	if err != nil {
		return fmt.Errorf("certificate of %s: %w", base, err)
	}
	p.PKI.Files[base+".pem"], p.PKI.Files[base+".key"] = cert, key
	return nil
}

// NewAuthority makes an authority that is valid before any certificate it issues, also one that is issued as expired.
func NewAuthority(name string) (Authority, error) {
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: name + " CA", Organization: []string{"natsctl local cluster"}}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-2 * spec.YearLong), NotAfter: time.Now().Add(10 * spec.YearLong), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	cert, key, err := certificate(t, nil, nil)
	if err != nil {
		return Authority{}, fmt.Errorf("certificate authority: %w", err)
	}
	return Authority{Cert: cert, Key: key}, nil
}

func (a Authority) parse() (*x509.Certificate, *ecdsa.PrivateKey, error) {
	block, _ := pem.Decode([]byte(a.Cert))
	keyBlock, _ := pem.Decode([]byte(a.Key))
	if block == nil || keyBlock == nil {
		return nil, nil, errors.New("certificate authority: no PEM")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("certificate authority: %w", err)
	}
	key, err := x509.ParseECPrivateKey(keyBlock.Bytes)
	if err != nil {
		return nil, nil, fmt.Errorf("key of the certificate authority: %w", err)
	}
	return cert, key, nil
}

// certificate makes a key and a certificate for it, signed by a parent or, with nil, by itself.
func certificate(t, parent *x509.Certificate, signer *ecdsa.PrivateKey) (cert, key string, err error) {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	if parent == nil {
		parent, signer = t, k
	}
	if t.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127)); err != nil {
		return "", "", err
	}
	der, err := x509.CreateCertificate(rand.Reader, t, parent, &k.PublicKey, signer)
	if err != nil {
		return "", "", err
	}
	keyDER, err := x509.MarshalECPrivateKey(k)
	if err != nil {
		return "", "", err
	}
	return pemText("CERTIFICATE", der), pemText("EC PRIVATE KEY", keyDER), nil
}

func pemText(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
