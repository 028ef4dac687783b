// Package natsctx owns the saved contexts: where to connect, and as whom.
//
// The store is the one of the nats CLI, file for file: a context that either
// tool writes works in the other. What differs is care. Reading never writes,
// a name that is not there is an error and never a default, writes replace a
// file atomically under a lock, keys that this package does not know survive,
// and a secret that others can read is refused.
//
// Three types carry it. A [Store] is the directory, a [Context] is one saved
// file, and a [Target] is what flags, environment and context say together:
// [Resolve] makes it and [Target.Dial] turns it into what nats.Connect wants.
//
// The package must not know the command line, the terminal or the process
// environment: the environment arrives as a function, and errors carry facts,
// never advice. It opens no connection.
package natsctx
