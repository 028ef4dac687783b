// Package view defines how a fleet is shown: tables of [Column], units, levels,
// escaping of unsafe text, and the writers of every output format.
//
// The command line and the dashboard share it. It must not depend on how data
// is collected and makes no requests: rows in, bytes out.
package view
