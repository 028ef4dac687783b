//go:build !windows

package natsctx

import "crypto/tls"

// winCertStore exists on Windows only.
func winCertStore(*Settings, *tls.Config) error {
	return &InvalidError{Key: "windows_cert_store", Reason: "the Windows certificate store exists on Windows only"}
}
