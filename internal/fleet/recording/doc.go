// Package recording writes snapshots and events into a file, and plays them back
// as a [fleet.Source].
//
// It owns the file format, the redaction before writing ([Redact]), and the
// handling of damaged files. It must not depend on how a fleet is queried or
// shown.
package recording
