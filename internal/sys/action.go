package sys

// Act names something that is done to a server or to its clients, in contrast to an endpoint, which only tells.
type Act string

// The acts that a server understands when it is asked by its id.
const (
	ActReload   Act = "RELOAD" // read the configuration file again
	ActKick     Act = "KICK"   // close one client or leaf connection
	ActLameDuck Act = "LDM"    // tell one client that the server is going away; the client decides what to do
)
