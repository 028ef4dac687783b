// Package host contains what differs between operating systems: file locks, free space, signals, and processes that end with the
// one that started them.
package host
