package main

// tagline says in one sentence what the program is.
const tagline = "See, prove, operate and rehearse a whole NATS super-cluster."

// commands is the explicit list of everything that natsctl can do; each noun's
// rows stand in its own file.
func commands() []entry {
	return []entry{
		clusterEntry(),
		contextEntry(),
		serverEntry(),
		connEntry(),
		accountEntry(),
		checkEntry(),
		benchEntry(),
		recordEntry(),
		{name: "demo", help: "Start a super-cluster with traffic in one process, and show it.", cmd: &demoCommand{}},
		eventsEntry(),
		{name: "completion", help: "Print the script that completes command lines in a shell.", cmd: &completionCommand{}},
		exporterEntry(),
		{name: "top", help: "Watch a whole fleet live: topology, servers, connections, JetStream, events, alerts.", cmd: &topCommand{}},
		{name: "version", help: "Show the version and what this binary was built from.", cmd: &versionCommand{}},
	}
}
