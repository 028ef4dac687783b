// Package view says how a fleet is shown: tables of [Column], units, levels,
// hostile text made visible, and the writers of every output format.
//
// The command line and the dashboard share it. It must not know how data is
// collected, and it asks nobody anything: rows in, bytes out.
package view
