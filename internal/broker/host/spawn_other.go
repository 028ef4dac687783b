//go:build !linux

package host

import "os/exec"

// Spawner starts processes. Outside Linux an embedded node ends when its standard input does; a foreign nats-server outlives
// a supervisor that is killed.
type Spawner struct{}

// NewSpawner returns a spawner. The caller must call Close.
func NewSpawner() *Spawner { return &Spawner{} }

// Start starts the process in its own process group, so that an interrupt at the terminal does not reach it.
func (s *Spawner) Start(cmd *exec.Cmd) error {
	apart(cmd)
	return cmd.Start()
}

// Close does nothing.
func (s *Spawner) Close() {}
