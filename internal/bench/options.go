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

// WithServerView adds server metrics to the result.
func WithServerView(v ServerView) Option { return func(o *options) { o.server = v } }

// WithProgress calls f about once a second, from one goroutine at a time.
func WithProgress(f func(Progress)) Option { return func(o *options) { o.watch = f } }

// WithVersion records the version of the program in the result.
func WithVersion(v string) Option { return func(o *options) { o.version = v } }

// WithCeiling sets the maximum rate of the generator itself in messages per second,
// see [Calibrate]; runs above 70 % of it are generator-bound.
func WithCeiling(perSecond float64) Option { return func(o *options) { o.ceiling = perSecond } }

// WithJSAPI selects a JetStream other than the server's default.
func WithJSAPI(a JSAPI) Option { return func(o *options) { o.api = a } }
