// Package recording writes snapshots and events into a file, and plays them back
// as a [fleet.Source].
//
// It owns the form of the file, what is removed before anything is written
// ([Redact]), and how damage is passed over. It must not know how a fleet is
// asked, nor how it is shown.
package recording
