// Package stub is a small NATS server that speaks the client protocol and gives the answers that a test defines.
//
// It runs inside a testing/synctest bubble, since it needs no socket: then a test of timeouts, slow links and servers that
// do not answer takes no time. It owns the protocol and the subjects, and the envelope of system answers; it must not know
// the code that asks. Only tests import it.
package stub
