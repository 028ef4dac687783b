package host

import (
	"os/exec"
	"runtime"
	"syscall"
)

// Spawner starts processes that the kernel kills when this process ends, however it ends, even if they are stopped. The kernel
// ties this to the parent thread, so a single thread that lives as long as the spawner starts them all.
type Spawner struct{ jobs chan func() }

// NewSpawner returns a spawner. The caller must call Close.
func NewSpawner() *Spawner {
	s := &Spawner{jobs: make(chan func())}
	go func() {
		runtime.LockOSThread()
		for job := range s.jobs {
			job()
		}
	}()
	return s
}

// Start starts the process in its own process group, so that an interrupt at the terminal does not reach it.
func (s *Spawner) Start(cmd *exec.Cmd) error {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	done := make(chan error)
	s.jobs <- func() { done <- cmd.Start() }
	return <-done
}

// Close stops the spawner; every process must have exited before.
func (s *Spawner) Close() { close(s.jobs) }
