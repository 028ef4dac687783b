package natsctx

// Origin is where a value came from.
type Origin int

// The origins, in rising precedence.
const (
	FromDefault   Origin = iota // not set anywhere
	FromContext                 // the context file
	FromSelection               // the saved selection (only for the context's name)
	FromEnv                     // an environment variable
	FromFlag                    // the command line
)

func (o Origin) String() string {
	return [...]string{"default", "context", "selection", "environment", "command line"}[o]
}
