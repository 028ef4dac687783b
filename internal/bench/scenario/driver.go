package scenario

// The drivers: how messages get to and from the sockets.
const (
	DriverNatsGo = "natsgo" // through nats.go, as an application does it
	DriverRaw    = "raw"    // bypasses nats.go, over its connection
	DriverAuto   = "auto"   // raw where it is possible and useful
)

// FitsRaw reports whether the raw driver can run the scenario.
func (s Spec) FitsRaw() bool {
	switch s.Workload {
	case Pub, PubSub, Request:
		return s.Load.Mode == Max
	case JSPub:
		return s.Load.Mode == Max && (s.JS.Ack == "window" || s.JS.Ack == "sync")
	}
	return false
}

// UsesRaw reports whether the raw driver is to run the scenario. A client that
// waits for every answer measures what an application sees, which uses nats.go.
func (s Spec) UsesRaw() bool {
	if s.Driver == DriverAuto && s.Workload != Pub && s.Workload != PubSub && s.Load.Window <= 1 {
		return false
	}
	return s.Driver != DriverNatsGo && s.FitsRaw()
}
