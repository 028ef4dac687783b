package natsctx

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io/fs"
	"os"

	"github.com/nats-io/nats.go"
)

// tls builds the options of the TLS connection. They also apply when the server
// requests TLS. The order matters to nats.go: the options for certificates fill an
// existing configuration.
//
// A ws:// URL is not encrypted unless something requires TLS: nats.go uses TLS
// whenever a configuration is set.
func (r resolver) tls(set *Settings, insecure bool) ([]nats.Option, error) {
	if set.clearWebsocket() {
		return nil, nil
	}
	conf := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		InsecureSkipVerify: insecure, //nolint:gosec // only Overrides.Insecure sets it, no file and no variable can
	}
	opts := []nats.Option{func(o *nats.Options) error {
		o.TLSConfig = conf
		return nil
	}}
	if set.WinCertStore != "" {
		if err := winCertStore(set, conf); err != nil {
			return nil, err
		}
		opts = append(opts, nats.Secure())
	}
	if set.Cert != "" {
		cert, key, err := r.keyPair(set)
		if err != nil {
			return nil, err
		}
		opts = append(opts, nats.ClientCert(cert, key))
	}
	if set.CA != "" {
		ca, err := r.authority(set.CA)
		if err != nil {
			return nil, err
		}
		opts = append(opts, nats.RootCAs(ca))
	}
	if set.TLSFirst {
		opts = append(opts, nats.TLSHandshakeFirst())
	}
	return opts, nil
}

// keyPair checks the client certificate and its key and returns their paths.
func (r resolver) keyPair(set *Settings) (cert, key string, err error) {
	if cert, err = r.path("cert", set.Cert); err != nil {
		return "", "", err
	}
	if err = readable("cert", cert); err != nil {
		return "", "", err
	}
	if key, err = r.keyFile(set.Key); err != nil {
		return "", "", err
	}
	if _, err := tls.LoadX509KeyPair(cert, key); err != nil {
		return "", "", &InvalidError{Key: "cert", Reason: quotePath(cert) + " does not match its key: " + err.Error()}
	}
	return cert, key, nil
}

// keyFile checks the file of a TLS key and returns its path.
func (r resolver) keyFile(ref string) (string, error) {
	if err := r.allowed("key"); err != nil {
		return "", err
	}
	path, err := r.path("key", ref)
	if err != nil {
		return "", err
	}
	data, err := r.file("key", path)
	wipe(data)
	return path, err
}

// authority checks a file of CA certificates and returns its path.
func (r resolver) authority(ref string) (string, error) {
	path, err := r.path("ca", ref)
	if err != nil {
		return "", err
	}
	if err := readable("ca", path); err != nil {
		return "", err
	}
	data, err := os.ReadFile(path)
	if err != nil || !x509.NewCertPool().AppendCertsFromPEM(data) {
		return "", &InvalidError{Key: "ca", Reason: quotePath(path) + " contains no PEM certificate"}
	}
	return path, nil
}

// readable checks that a public file exists and can be read.
func readable(key, path string) error {
	_, _, err := readRegular(path, maxSecret)
	if errors.Is(err, fs.ErrNotExist) {
		return &FileError{Kind: ErrMissing, Key: key, Path: path, Err: err}
	}
	if err != nil {
		return &InvalidError{Key: key, Reason: quotePath(path) + ": " + cause(err).Error()}
	}
	return nil
}
