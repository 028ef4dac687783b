// Package host is what the operating system does differently from one system to the other: file locks, free space, signals, and
// processes that end with the one that started them.
package host
