// Package link contains the proxies between the servers of a cluster, through which faults disturb their connections: partitions,
// latency, bandwidth. It only forwards bytes; it must not know what they mean or who runs the servers.
package link
