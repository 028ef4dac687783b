// Package export writes a plan for others to run: configuration files, compose, systemd units, values of the official Helm chart.
// It must not know running servers, nor where clusters are kept.
package export
