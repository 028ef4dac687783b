// Package spec describes a local cluster: the specification, its defaults and limits, the file that it is written in, and how two
// specifications differ. It is pure: it must not know servers, files on disk, ports or secrets.
package spec
