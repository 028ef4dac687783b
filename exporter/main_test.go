package exporter

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

// No test leaves a goroutine behind, and so neither does what it closes. An
// embedded server leaves these when it is shut down while a stream is made.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "4"); err != nil { // fleets wait more than they work
		panic(err)
	}
	const server = "github.com/nats-io/nats-server/v2/server"
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction(server+".(*stream).setupMirrorConsumer.func3"),
		goleak.IgnoreAnyFunction(server+".(*fileStore).flushStreamStateLoop"),
		goleak.IgnoreAnyFunction(server+"/ats.Register.func1"))
}
