// Package path computes where a message goes: by the server's own rules for
// subjects, without a connection.
package path
