package view

import "github.com/natsctl/natsctl/internal/safetext"

// Text makes an untrusted string safe to print on a terminal: see
// [safetext.Visible].
func Text(s string) string { return safetext.Visible(s) }
