// Package gather is one round of questions to a fleet: everything that is wanted is requested at once, and the round ends with
// the last expected answer, or when silence has lasted long enough to say which servers are missing and why.
//
// It has one type for each phase: the members (who has answered, and which answers are still due), a search (who should have answered, and
// has not) and a verdict (why). A round joins them with an inbox, which sends and receives, and a pace, which knows how long
// silence has to last. Only the round knows all of them; members, search and verdict send nothing and use only the times of the
// answers. What outlives a round is in a Memory.
//
// The package must not know how a snapshot is shown, or what acts on servers.
package gather
