package natsctx

import (
	"crypto/tls"

	"github.com/nats-io/nats-server/v2/server/certstore"
)

// winCertStore takes the client certificate from the Windows certificate
// store. The only implementation is a package of nats-server.
func winCertStore(set *Settings, conf *tls.Config) error {
	name := map[string]string{"machine": "windowslocalmachine", "user": "windowscurrentuser"}[set.WinCertStore]
	if name == "" {
		name = set.WinCertStore
	}
	store, err := certstore.ParseCertStore(name)
	if err != nil {
		return &InvalidError{Key: "windows_cert_store", Reason: err.Error()}
	}
	by, err := certstore.ParseCertMatchBy(set.WinCertMatchBy)
	if err != nil {
		return &InvalidError{Key: "windows_cert_match_by", Reason: err.Error()}
	}
	if err := certstore.TLSConfig(store, by, set.WinCertMatch, set.WinCAMatch, true, conf); err != nil {
		return &InvalidError{Key: "windows_cert_match", Reason: err.Error()}
	}
	if conf.ClientCAs != nil { // the implementation is meant for servers
		conf.RootCAs, conf.ClientCAs = conf.ClientCAs, nil
	}
	return nil
}
