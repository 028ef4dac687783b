// Package plan derives from a specification everything that is decided before a server starts: names, directories, ports,
// identities with their secrets, certificates, JWTs, and the text of each configuration file. A plan is a value; nothing here
// reads, writes, listens or connects.
package plan
