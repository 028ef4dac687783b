//go:build !linux

package broker

import "os/exec"

// spawner starts processes. Outside Linux an embedded node ends when its standard input does; a foreign nats-server outlives
// a supervisor that is killed.
type spawner struct{}

func newSpawner() *spawner { return &spawner{} }

// start starts the process in a process group of its own, so that an interrupt at the terminal does not reach it.
func (s *spawner) start(cmd *exec.Cmd) error {
	apart(cmd)
	return cmd.Start()
}

// close ends the spawner.
func (s *spawner) close() {}
