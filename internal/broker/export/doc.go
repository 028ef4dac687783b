// Package export writes a plan to be run without natsctl: configuration files, compose, systemd units, values of the official Helm
// chart. It must not know running servers or where clusters are stored.
package export
