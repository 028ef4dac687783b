// Package own queries servers as a user of any account, who may see only that account: the user itself, its connections, its
// traffic, and through the JetStream API its streams.
//
// It must not know the requests of the system account, or report any server as missing: an ordinary user cannot list the
// servers.
package own
