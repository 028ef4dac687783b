// Command natsctl is for people who run NATS: saved contexts, the system
// account, a live dashboard, benchmarks, local clusters and an exporter.
//
// This package is the only place that knows arguments, the environment, the
// terminal, signals, exit codes and kingpin. It must not know the NATS
// protocol: it parses, asks the packages under internal, and prints.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], processEnv())) }
