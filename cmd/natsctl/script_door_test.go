package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// doors are servers that let nobody in, by what they do with a connection.
var doors = map[string]func(*tls.Config, net.Conn){
	"silent": func(_ *tls.Config, c net.Conn) { _, _ = io.Copy(io.Discard, c) }, // as a paused server
	"closed": func(_ *tls.Config, c net.Conn) { _ = c.Close() },
	"plain":  func(_ *tls.Config, c net.Conn) { greet(c, `{"server_id":"D","version":"2.15.0","max_payload":1}`) },
	"first": func(conf *tls.Config, c net.Conn) {
		s := tls.Server(c, conf)
		if s.Handshake() == nil {
			greet(s, `{"server_id":"D","version":"2.15.0","max_payload":1}`)
		}
	},
	"http": func(_ *tls.Config, c net.Conn) {
		if _, err := c.Read(make([]byte, 1)); err == nil { // it says nothing by itself
			_, _ = c.Write([]byte("HTTP/1.1 404 Not Found\r\n\r\n"))
		}
	},
	"full": func(_ *tls.Config, c net.Conn) {
		greet(c, `{"server_id":"D","version":"2.15.0","max_payload":1}`)
		_, _ = c.Write([]byte("-ERR 'maximum account active connections exceeded'\r\n"))
	},
	"tls": func(conf *tls.Config, c net.Conn) {
		greet(c, `{"server_id":"D","version":"2.15.0","max_payload":1,"tls_required":true}`)
		_ = tls.Server(c, conf).Handshake() // the other end says why not
	},
	"locked": func(conf *tls.Config, c net.Conn) {
		conf.ClientAuth, conf.MaxVersion = tls.RequireAnyClientCert, tls.VersionTLS12
		greet(c, `{"server_id":"D","version":"2.15.0","max_payload":1,"tls_required":true}`)
		_ = tls.Server(c, conf).Handshake()
	},
}

func greet(c net.Conn, info string) { _, _ = c.Write([]byte("INFO " + info + "\r\n")) }

// openDoor starts a door with a certificate of 127.0.0.1 that has expired, or
// of another host, and writes its authority to ca.pem. It sets DOOR, the host
// and port.
func openDoor(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 || doors[args[0]] == nil {
		ts.Fatalf("usage: door silent|closed|plain|first|http|full|tls|locked good|expired|elsewhere")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = ln.Close() })
	conf := &tls.Config{Certificates: []tls.Certificate{doorCertificate(ts, args[1])}}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go doors[args[0]](conf.Clone(), c)
		}
	}()
	ts.Setenv("DOOR", ln.Addr().String())
}

// doorCertificate makes an authority and a certificate that it signs.
func doorCertificate(ts *testscript.TestScript, kind string) tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	ts.Check(err)
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()), Subject: pkix.Name{CommonName: "door"},
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().AddDate(1, 0, 0),
		IsCA: true, BasicConstraintsValid: true,
	}
	leaf := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: authority.NotBefore, NotAfter: authority.NotAfter,
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	switch kind {
	case "expired":
		leaf.NotAfter = time.Now().Add(-24 * time.Hour)
	case "elsewhere":
		leaf.IPAddresses, leaf.DNSNames = nil, []string{"nats.example.net"}
	}
	sign := func(cert *x509.Certificate) []byte {
		der, err := x509.CreateCertificate(rand.Reader, cert, authority, &key.PublicKey, key)
		ts.Check(err)
		return der
	}
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: sign(authority)})
	ts.Check(os.WriteFile(ts.MkAbs("ca.pem"), ca, 0o644))
	return tls.Certificate{Certificate: [][]byte{sign(leaf)}, PrivateKey: key}
}
