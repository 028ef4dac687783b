// Package client asks the servers of a plan as a NATS client does: whether they have found each other, who leads what, what became
// of published messages; and hands them new JWTs. It must not know how the servers are run.
package client
