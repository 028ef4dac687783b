// Package client talks to the servers of a plan as a NATS client: whether they have found each other, who leads what, whether
// published messages were stored; and it pushes new JWTs. It must not know how the servers are run.
package client
