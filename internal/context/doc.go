// Package natsctx owns the saved contexts: where to connect, and as whom.
//
// The store is that of the nats CLI, file for file: a context that either tool
// writes works in the other. This package is stricter: reading never writes, a
// missing name is an error and never a default, writes replace a file atomically
// under a lock, unknown keys are kept, and a secret that others can read is
// rejected.
//
// There are three main types. A [Store] is the directory, a [Context] is one saved
// file, and a [Target] is the result of flags, environment and context: [Resolve]
// makes it and [Target.Dial] turns it into the arguments of nats.Connect.
//
// The package must not know the command line, the terminal or the process
// environment: the environment arrives as a function, and errors carry facts,
// never advice. It opens no connection.
package natsctx
