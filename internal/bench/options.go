package bench

// Option changes how a benchmark is run, not what it measures.
type Option func(*options)

type options struct {
	runs    int
	server  ServerView
	api     JSAPI
	watch   func(Progress)
	ceiling float64
	version string
	destroy bool
}

// Runs repeats the run n times, one after the other.
func Runs(n int) Option { return func(o *options) { o.runs = max(n, 1) } }

// WithServerView adds what the servers say of the run.
func WithServerView(v ServerView) Option { return func(o *options) { o.server = v } }

// WithProgress calls f about once a second, from one goroutine at a time.
func WithProgress(f func(Progress)) Option { return func(o *options) { o.watch = f } }

// WithVersion notes the version of the program in the result.
func WithVersion(v string) Option { return func(o *options) { o.version = v } }

// WithCeiling returns the rate in messages per second of which the generator is
// capable by itself, see [Calibrate]; runs above 70 % of it are generator-bound.
func WithCeiling(perSecond float64) Option { return func(o *options) { o.ceiling = perSecond } }

// WithJSAPI chooses a JetStream that is not the one next to the server.
func WithJSAPI(a JSAPI) Option { return func(o *options) { o.api = a } }
