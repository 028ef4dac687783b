// Package auth reads the claims of operators, accounts, users and activations,
// and decides from them: who may log in, who may publish and subscribe to what,
// which account shares what with which, and why a login was refused. Its rules
// are those of nats-server.
//
// It is pure: it must not know where claims come from, how a fleet is asked, or
// how a decision is shown. Nothing that it returns holds a seed, a JWT or a
// signature, unless its name says so.
package auth
