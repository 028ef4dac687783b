package broker

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
)

// TLSMode says who shows a certificate to whom.
type TLSMode string

// The modes of TLS. Links between servers are mutual with both.
const (
	TLSNone   TLSMode = "none"
	TLSServer TLSMode = "server" // servers show theirs
	TLSMutual TLSMode = "mutual" // clients too; with AuthUsers it says who they are
)

// CAMode says how many certificate authorities there are.
type CAMode string

// The modes of certificate authorities.
const (
	CAShared     CAMode = "shared"
	CAPerCluster CAMode = "per-cluster" // each cluster and leaf group has its own; routes trust that alone
)

// TLSSpec is the TLS of a cluster. The zero value is none.
type TLSSpec struct {
	Mode     TLSMode `json:"mode,omitempty"`     // default TLSNone
	CA       CAMode  `json:"ca,omitempty"`       // default CAShared
	Validity string  `json:"validity,omitempty"` // of certificates, for example "720h", default a year; negative: expired already
}

// on says whether there is any TLS.
func (t TLSSpec) on() bool { return t.Mode != "" && t.Mode != TLSNone }

func (t TLSSpec) check() error {
	if !slices.Contains([]TLSMode{"", TLSNone, TLSServer, TLSMutual}, t.Mode) {
		return specErr("TLS mode %q is unknown: none, server, mutual", t.Mode)
	}
	if !slices.Contains([]CAMode{"", CAShared, CAPerCluster}, t.CA) {
		return specErr("certificate authorities %q are unknown: shared, per-cluster", t.CA)
	}
	if !t.on() && (t.CA != "" || t.Validity != "") {
		return specErr("certificate authorities and validity need TLS")
	}
	if _, err := t.validity(); err != nil {
		return specErr("validity %q is not a time such as 720h", t.Validity)
	}
	return nil
}

// yearLong is how long certificates are valid by default.
const yearLong = 365 * 24 * time.Hour

func (t TLSSpec) validity() (time.Duration, error) {
	if t.Validity == "" {
		return yearLong, nil
	}
	return time.ParseDuration(t.Validity)
}

// pki is the certificates of a cluster: file names below its pki directory, and their text.
type pki struct {
	Authorities map[string]authority `json:"authorities"` // by cluster, or "" for the shared one
	Files       map[string]string    `json:"files"`

	keep map[string]string // files of the plan before that can stay
}

// expiring is how long before its end a certificate is made anew when there is an occasion.
const expiring = time.Minute

// valid are the files of certificates that will not have expired at an instant, with their keys.
func (k *pki) valid(at time.Time) map[string]string {
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

// ErrExpired is wrapped by the error of a cluster whose certificates have expired: what is connected stays so, and nothing new
// connects.
var ErrExpired = errors.New("the certificates of the cluster have expired")

// expiredOr is the error itself, as one that wraps [ErrExpired] when an expired certificate is what it is about.
func expiredOr(err error) error {
	if ce := (x509.CertificateInvalidError{}); errors.As(err, &ce) && ce.Reason == x509.Expired {
		return fmt.Errorf("%w: %w", ErrExpired, err)
	}
	return err
}

// expired says whether a certificate of the plan will have expired at an instant.
func (p plan) expired(at time.Time) bool {
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

// authority can issue certificates.
type authority struct {
	Cert string `json:"cert"` // PEM
	Key  string `json:"key"`  // PEM
}

// certify makes the certificates of all nodes and, with TLSMutual, of all users. Authorities that old has are kept.
func (p *plan) certify(old *plan) error {
	if !p.Spec.TLS.on() {
		return nil
	}
	p.PKI = &pki{Authorities: map[string]authority{}, Files: map[string]string{}}
	var bundle strings.Builder
	for _, name := range p.authorities() {
		a, err := old.authority(name)
		if err != nil {
			return err
		}
		p.PKI.Authorities[name] = a
		p.PKI.Files[caFile(name)] = a.Cert
		if name != "" {
			bundle.WriteString(a.Cert)
		}
	}
	if bundle.Len() > 0 {
		p.PKI.Files[caFile("")] = bundle.String()
	}
	if old.PKI != nil && old.Spec.TLS == p.Spec.TLS {
		p.PKI.keep = old.PKI.valid(time.Now().Add(expiring))
	}
	for _, n := range p.Nodes {
		if err := p.certifyNode(n); err != nil {
			return err
		}
	}
	for i := range p.Identities {
		if err := p.certifyUser(&p.Identities[i]); err != nil {
			return err
		}
	}
	return nil
}

// authority is the certificate authority of a cluster that the plan has, or a new one.
func (p *plan) authority(cluster string) (authority, error) {
	if p.PKI != nil {
		if a, ok := p.PKI.Authorities[cluster]; ok {
			return a, nil
		}
	}
	return newAuthority(strings.TrimSpace("natsctl " + cluster))
}

// authorities are the names of the certificate authorities.
func (p *plan) authorities() []string {
	if p.Spec.TLS.CA != CAPerCluster {
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

// caFile is the certificate of an authority, with "" of all.
func caFile(name string) string {
	if name == "" {
		return "ca.pem"
	}
	return "ca-" + name + ".pem"
}

// pkiPath is where a file of the pki is.
func (p *plan) pkiPath(name string) string { return filepath.Join(p.Dir, "pki", name) }

// ownCA is the file of the authority that routes of a cluster trust.
func (p *plan) ownCA(cluster string) string {
	if p.Spec.TLS.CA == CAPerCluster {
		return p.pkiPath(caFile(cluster))
	}
	return p.pkiPath(caFile(""))
}

// issuer is the authority for a cluster.
func (p *plan) issuer(cluster string) authority {
	if a, ok := p.PKI.Authorities[cluster]; ok {
		return a
	}
	return p.PKI.Authorities[""]
}

func (p *plan) certifyNode(n nodePlan) error {
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: n.Name, Organization: []string{p.Spec.Name}}, DNSNames: []string{"localhost", n.Name},
		IPAddresses: []net.IP{net.ParseIP(loopback)}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	return p.issue("node-"+n.Name, p.issuer(n.Cluster), t)
}

// certifyUser makes the certificate by which a server knows a user: its name stands where a DNS name would.
func (p *plan) certifyUser(id *Identity) error {
	id.CA = p.pkiPath(caFile(""))
	if p.Spec.TLS.Mode != TLSMutual {
		return nil
	}
	base := "user-" + id.User
	id.Cert, id.Key = p.pkiPath(base+".pem"), p.pkiPath(base+".key")
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: id.User, Organization: []string{p.Spec.Name}}, DNSNames: []string{id.User},
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	return p.issue(base, p.issuer(p.Spec.Clusters[0].Name), t)
}

// issue makes a certificate and its key as two files.
func (p *plan) issue(base string, by authority, t *x509.Certificate) error {
	if cert := p.PKI.keep[base+".pem"]; cert != "" {
		p.PKI.Files[base+".pem"], p.PKI.Files[base+".key"] = cert, p.PKI.keep[base+".key"]
		return nil
	}
	validity, err := p.Spec.TLS.validity()
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

// newAuthority makes an authority that is older than any certificate it issues, so that an expired one is never too young.
func newAuthority(name string) (authority, error) {
	t := &x509.Certificate{
		Subject: pkix.Name{CommonName: name + " CA", Organization: []string{"natsctl local cluster"}}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-2 * yearLong), NotAfter: time.Now().Add(10 * yearLong), KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	cert, key, err := certificate(t, nil, nil)
	if err != nil {
		return authority{}, fmt.Errorf("certificate authority: %w", err)
	}
	return authority{Cert: cert, Key: key}, nil
}

func (a authority) parse() (*x509.Certificate, *ecdsa.PrivateKey, error) {
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
