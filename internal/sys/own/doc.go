// Package own asks servers as a user of any account, who may learn of its own account alone: who it is, its connections, its
// traffic, and through the JetStream API its streams.
//
// It must not know the requests of the system account, nor say of any server that it is missing: an ordinary user cannot tell
// which servers there are.
package own
